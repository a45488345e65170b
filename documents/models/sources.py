from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from documents.models.documents import Document
from tasks.ids import uuid7


class SourceQuerySet(models.QuerySet["Source"]):
    def visible_to(self, user: Any) -> SourceQuerySet:
        """Sources of the user's cases."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(case__in=Case.objects.visible_to(user).values("pk"))


class Source(models.Model):
    """Where documents of a case come from by themselves: a watched folder, a mailbox. `kind` names a module of services/sources/kinds;
    the one of kind COMMAND is what `manage.py ingest` has brought, and is never looked at by the clock."""

    COMMAND = "command"

    # Not columns: set by services.sources.overview.
    counts: dict[str, int]
    about: Any
    title: str
    looking: bool
    remedy: str

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="sources")
    kind = models.CharField(_("kind"), max_length=20)
    options = models.JSONField(default=dict, blank=True, help_text="what was typed; never a password")
    secret = models.TextField(blank=True, editable=False, help_text="its password, sealed")
    state = models.JSONField(default=dict, blank=True, help_text="how far its kind has read, in words of the kind")
    minutes = models.PositiveIntegerField(_("looks every so many minutes"), default=5)
    active = models.BooleanField(_("active"), default=True)
    error = models.TextField(_("error"), blank=True)
    error_code = models.CharField(max_length=50, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="looks that failed one after the other")
    last_looked = models.DateTimeField(_("last looked"), null=True, blank=True)
    next_look = models.DateTimeField(_("next look"), null=True, blank=True)
    task_id = models.UUIDField(null=True, blank=True, help_text="its newest look")
    created = models.DateTimeField(_("added"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="adds what it brings"
    )
    updated = models.DateTimeField(auto_now=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["created"]
        indexes = [models.Index(fields=["next_look"], name="sources_to_look_at", condition=Q(active=True))]
        constraints = [models.UniqueConstraint(fields=["case"], name="one_command_line_per_case", condition=Q(kind="command"))]

    def __str__(self) -> str:
        return f"{self.kind} of {self.case}"

    def get_absolute_url(self) -> str:
        return reverse("documents:source", args=[self.pk])

    def require(self, user: Any, role: str) -> None:
        """The case's door."""
        self.case.require(user, role)


class SourceItem(models.Model):
    """What a source held and what became of it: why a second look brings nothing twice, and what people are told."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Still being written")
        ACCEPTED = "accepted", _("Taken")
        HERE = "here", _("Already here")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("Could not be read")

    DONE = (Outcome.ACCEPTED, Outcome.HERE)

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="items")
    key = models.CharField(max_length=64, help_text="SHA-256 of what identifies it there")
    path = models.TextField(_("where"), help_text="for people")
    size = models.BigIntegerField(default=0)
    stamp = models.BigIntegerField(default=0, help_text="of a file: when it was last changed, ns")
    sha256 = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    code = models.CharField(max_length=50, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    topic = models.CharField(max_length=80, blank=True, help_text="what it became: document:<id>, audio:<id>")
    created = models.DateTimeField(_("first seen"), auto_now_add=True)
    updated = models.DateTimeField(_("when"), auto_now=True)

    class Meta:
        verbose_name = _("item of a source")
        verbose_name_plural = _("items of sources")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="an_item_once_in_a_source")]
        indexes = [models.Index(fields=["source", "outcome", "-id"], name="items_by_outcome")]

    def __str__(self) -> str:
        return self.path
