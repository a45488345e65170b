from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Membership
from documents.models.documents import Document, TextVersion
from tasks.ids import uuid7


class NoteQuerySet(models.QuerySet["Note"]):
    def visible_to(self, user: Any, *, with_deleted: bool = False) -> NoteQuerySet:
        """Notes on documents that the user may see, of private ones his own only. With the deleted ones only for who takes one back."""
        visible = self.filter(document__in=Document.objects.visible_to(user).values("pk"))
        visible = visible.filter(Q(private=False) | Q(author=user.pk)) if getattr(user, "pk", None) else visible.none()
        return visible if with_deleted else visible.filter(deleted_at=None)

    def with_roles_of(self, user: Any) -> NoteQuerySet:
        """Each note with the user's `role` in its case (None in the library), in the same query."""
        own = Membership.objects.filter(case=models.OuterRef("document__case"), user=user).values("role")[:1]
        return self.annotate(role=models.Subquery(own))

    def in_reading_order(self) -> NoteQuerySet:
        return self.order_by("document_id", "page", "start", "id")


class Note(models.Model):
    """What a member marked in a document, perhaps with words of his own. It hangs on its quotation: with each new reading its place is
    looked for again (`documents.services.annotations`), and where it is not found it keeps its place in the reading that had it.

    `quote`, `before` and `after` are as they were marked and stay so; `page`, `start`, `end` (code points of the page's text) and `words`
    say where in `text_version` that is. A duplicate has no notes of its own: they are the original's.
    """

    class Colour(models.TextChoices):
        YELLOW = "yellow", _("Yellow")
        GREEN = "green", _("Green")
        BLUE = "blue", _("Blue")
        PINK = "pink", _("Pink")

    role: str | None  # not a column: set by NoteQuerySet.with_roles_of

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    text_version = models.ForeignKey(
        TextVersion, null=True, on_delete=models.SET_NULL, related_name="+", help_text="the newest reading in which its place was found"
    )
    page = models.PositiveIntegerField(help_text="from 1")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    words = models.TextField(help_text="what stands at its place")
    nth = models.PositiveIntegerField(default=0, help_text="the how-manieth place of these words on the page, from 0")
    quote = models.TextField(help_text="what was marked, as it stood there then")
    before = models.CharField(max_length=200, blank=True)
    after = models.CharField(max_length=200, blank=True)
    body = models.TextField(_("note"), blank=True, help_text="empty: a highlight only")
    colour = models.CharField(_("colour"), max_length=8, choices=Colour.choices, default=Colour.YELLOW)
    private = models.BooleanField(_("only me"), default=False, help_text="for its author's eyes only")
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["page", "start", "id"]
        indexes = [models.Index(fields=["document", "page", "start"], name="notes_in_reading_order")]

    def __str__(self) -> str:
        return f"{self.document}, page {self.page}"

    def get_absolute_url(self) -> str:
        return f"{reverse('documents:detail', args=[self.document_id])}?page={self.page}&note={self.pk}"

    @property
    def lost(self) -> bool:
        """Whether its place was not found in the document's present reading."""
        return self.document.text_version_id is not None and self.text_version_id != self.document.text_version_id
