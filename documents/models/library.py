from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tasks.ids import uuid7


class LawImport(models.Model):
    """One import into the law library: what of which file, how far it is, and its report.

    Position, counts and report are written in the transaction of the rows that they tell of, so that whatever is killed, the next
    attempt goes on behind the last record that landed and nothing is counted twice.
    """

    class Kind(models.TextChoices):
        RULINGS = "rulings", _("Rulings")
        STATUTES = "statutes", _("Statutes")

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        LOADING = "loading", _("Loading")
        INDEXING = "indexing", _("Indexing the words")
        FINISHED = "finished", _("Finished")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    OVER = (State.FINISHED, State.FAILED, State.CANCELLED)
    LONGEST_REPORT = 500
    """Lines that are kept; how many there were is counted."""

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    format = models.CharField(_("format"), max_length=40, blank=True, help_text="its name in the registry; empty until it is recognised")
    name = models.CharField(_("file"), max_length=255, help_text="for people")
    path = models.TextField(blank=True, help_text="of a file of this machine that a command was given")
    stored_as = models.CharField(max_length=200, blank=True, help_text="of an uploaded file, until the import is over")
    size = models.BigIntegerField(default=0)
    mark = models.CharField(max_length=80, blank=True, help_text="tells whether the file is still the same: size and time, or SHA-256")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PENDING)
    position = models.JSONField(default=dict, blank=True, help_text="where to go on, as the format's reader says")
    added = models.PositiveBigIntegerField(_("added"), default=0)
    updated_count = models.PositiveBigIntegerField(_("updated"), default=0)
    unchanged = models.PositiveBigIntegerField(_("unchanged"), default=0)
    skipped = models.PositiveBigIntegerField(_("skipped"), default=0)
    remarks = models.PositiveBigIntegerField(_("remarks"), default=0, help_text="lines of the report, kept or not")
    report = models.JSONField(default=list, blank=True, help_text="[{where, name, reason, skipped}], the first of them")
    error = models.TextField(blank=True)
    task_id = models.UUIDField(null=True, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(_("begun"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    file_until = models.DateTimeField(
        _("file kept until"), null=True, blank=True, help_text="of an import that failed or was cancelled: so long it can go on"
    )

    class Meta:
        verbose_name = _("import of law")
        verbose_name_plural = _("imports of law")
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.name}, {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("documents:library-import", args=[self.pk])

    @property
    def over(self) -> bool:
        return self.state in self.OVER

    @property
    def handled(self) -> int:
        """Records that were looked at."""
        return self.added + self.updated_count + self.unchanged + self.skipped

    def counts(self) -> dict[str, Any]:
        return {"added": self.added, "updated": self.updated_count, "unchanged": self.unchanged, "skipped": self.skipped}
