from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Event
from documents.models.documents import Document, TextVersion


class EventSourceQuerySet(models.QuerySet["EventSource"]):
    def visible_to(self, user: Any) -> EventSourceQuerySet:
        return self.filter(document__in=Document.objects.visible_to(user).values("pk"), document__case=models.F("event__case"))


class EventSource(models.Model):
    """Where a document says that an event was: its sentence, and in that the date. A filing is its document, and has no place in it.

    It hangs on its quotation, as a note does: with each new reading it is looked for again. One on which people decided stays where it was
    found last (`lost`), others go with the sentence.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="sources")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="event_sources")
    text_version = models.ForeignKey(TextVersion, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    page = models.PositiveIntegerField(null=True, blank=True, help_text="from 1; empty of a filing")
    start = models.PositiveIntegerField(null=True, blank=True, help_text="code points of the page's text: the sentence")
    end = models.PositiveIntegerField(null=True, blank=True)
    date_start = models.PositiveIntegerField(null=True, blank=True, help_text="the date within the page's text")
    date_end = models.PositiveIntegerField(null=True, blank=True)
    quote = models.TextField(blank=True, help_text="the sentence as it stands there")
    before = models.CharField(max_length=200, blank=True)
    after = models.CharField(max_length=200, blank=True)
    written = models.CharField(max_length=120, blank=True, help_text="the date as written")

    objects = EventSourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source of an event")
        verbose_name_plural = _("sources of events")
        ordering = ["document_id", "page", "start", "id"]
        indexes = [models.Index(fields=["document", "page"], name="events_said_by_document")]

    def __str__(self) -> str:
        return f"{self.document}, page {self.page}" if self.page else str(self.document)

    def get_absolute_url(self) -> str:
        return f"{self.document.get_absolute_url()}?page={self.page}" if self.page else self.document.get_absolute_url()

    @property
    def lost(self) -> bool:
        """Whether its sentence was not found in the document's present reading."""
        return self.page is not None and self.document.text_version_id is not None and self.text_version_id != self.document.text_version_id
