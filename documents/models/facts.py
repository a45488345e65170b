from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.models.documents import Document


class DocumentFactQuerySet(models.QuerySet["DocumentFact"]):
    def visible_to(self, user: Any) -> DocumentFactQuerySet:
        return self.filter(document__in=Document.objects.visible_to(user).values("pk"))


class DocumentFact(models.Model):
    """What is held for true of one field of a document: proposed by rules, or decided by a person, which no rule ever changes.

    `value` is a string (a date as ISO), of parties [{"name", "role"}, ...]. `marks` are kept of a corrected one: by them the correction is
    known again in other documents of the case.
    """

    class Field(models.TextChoices):
        KIND = "kind", _("Kind")
        TITLE = "title", _("Title")
        DATE = "date", _("Date")
        AUTHOR = "author", _("Author")
        COURT = "court", _("Court")
        DOCKET_NUMBER = "docket_number", _("Docket number")
        LANGUAGE = "language", _("Language")
        PARTIES = "parties", _("Parties")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        CONFIRMED = "confirmed", _("Confirmed")
        CORRECTED = "corrected", _("Corrected")

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="facts")
    field = models.CharField(_("field"), max_length=15, choices=Field.choices)
    value = models.JSONField(_("value"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PROPOSED)
    confidence = models.FloatField(_("confidence"), default=1.0, help_text="0 to 1")
    reason = models.CharField(_("reason"), max_length=40, blank=True, help_text="a code of documents.services.facts.reasons")
    evidence = models.CharField(max_length=300, blank=True, help_text="the words on which it rests")
    page = models.PositiveIntegerField(null=True, blank=True, help_text="from 1")
    start = models.PositiveIntegerField(null=True, blank=True, help_text="code points of the page's text")
    end = models.PositiveIntegerField(null=True, blank=True)
    learned_from = models.ForeignKey(Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    marks = models.JSONField(default=dict, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided = models.DateTimeField(null=True, blank=True)
    updated = models.DateTimeField(auto_now=True)

    objects = DocumentFactQuerySet.as_manager()

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering = ["document", "id"]
        constraints = [models.UniqueConstraint(fields=["document", "field"], name="one_fact_per_field")]

    def __str__(self) -> str:
        return f"{self.get_field_display()}, {self.document}"

    @property
    def is_decided(self) -> bool:
        return self.state != self.State.PROPOSED


class FactDecision(models.Model):
    """One thing that a person decided of a field, in the order in which it happened; never changed."""

    class Verb(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        CORRECTED = "corrected", _("Corrected")
        TAKEN_BACK = "taken_back", _("Taken back")

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="fact_decisions")
    field = models.CharField(_("field"), max_length=15, choices=DocumentFact.Field.choices)
    verb = models.CharField(_("verb"), max_length=10, choices=Verb.choices)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("decision on a fact")
        verbose_name_plural = _("decisions on facts")
        ordering = ["-id"]
        indexes = [models.Index(fields=["document", "-id"], name="decisions_of_document")]

    def __str__(self) -> str:
        return f"{self.get_field_display()} {self.get_verb_display()}, {self.document}"
