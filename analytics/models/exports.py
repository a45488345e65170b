"""Files that are made of what is stored, for who asked for them."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audio.models import AudioSession
from cases.models import Case, Role
from documents.models import ReviewTable
from tasks.ids import uuid7

FOR_STAFF = uuid.UUID(int=0)
"""Among `cases`: something in it belongs to no case and is shown to staff only."""


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, user: Any) -> ExportQuerySet:
        """One's own that still live, as long as one may see what is in them."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        seen = Case.objects.visible_to(user).values("pk")
        owned = seen.filter(memberships__user=user, memberships__role=Role.OWNER)
        What, q = Export.What, models.Q
        in_case = q(case__in=seen) & (~q(what__in=[What.USAGE, What.JUDGEMENTS]) | q(case__in=owned))
        content: Any = ArraySubquery(seen)
        if user.is_staff:
            marked = models.Value(FOR_STAFF, models.UUIDField())
            content = models.Func(content, marked, function="array_append", output_field=ArrayField(models.UUIDField()))
        of_none = q(case=None) & q(cases__contained_by=content)
        if not user.is_staff:
            of_none &= ~q(what__in=[What.USAGE, What.REPORT])
        there = ~q(what__in=[What.SESSION, What.REVIEW])
        there |= q(what=What.SESSION, target__in=AudioSession.objects.visible_to(user).values("pk"))
        there |= q(what=What.REVIEW, target__in=ReviewTable.objects.visible_to(user).values("pk"))
        return self.filter(in_case | of_none, there, user=user, expires_at__gt=timezone.now())


class Export(models.Model):
    """A file that a task writes for one person, and that goes after a while."""

    class What(models.TextChoices):
        SESSION = "session", _("Analysis of a recording")
        CASE = "case", _("Case")
        TASKS = "tasks", _("Tasks")
        REPORT = "report", _("Daily reports")
        USAGE = "usage", _("Usage")
        SEARCH = "search", _("Results of a search")
        REVIEW = "review", _("Review table")
        JUDGEMENTS = "judgements", _("Votes for evaluation")

    class Format(models.TextChoices):
        JSON = "json", "JSON"
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        WRITING = "writing", _("Being written")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    OVER = (Status.READY, Status.FAILED, Status.CANCELLED)

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(_("what"), max_length=10, choices=What.choices)
    cases = ArrayField(models.UUIDField(), default=list, blank=True, help_text="of one of no case: whose content is in it")
    target: models.UUIDField[uuid.UUID | None, uuid.UUID | None] = models.UUIDField(
        null=True, blank=True, help_text="of what, where it has an id"
    )
    format = models.CharField(_("format"), max_length=4, choices=Format.choices)
    options = models.JSONField(default=dict, blank=True, help_text="what else was asked: days, filters, decimal sign")
    digest = models.CharField(max_length=64, help_text="of what was asked, so that asked for twice it is made once")
    task_id = models.UUIDField(null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.WAITING)
    error = models.TextField(blank=True)
    error_code = models.CharField(max_length=50, blank=True)
    name = models.CharField(_("file name"), max_length=255, blank=True)
    rows = models.PositiveBigIntegerField(_("rows"), null=True, blank=True)
    size = models.BigIntegerField(_("bytes"), null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    created = models.DateTimeField(_("asked for"), auto_now_add=True)
    expires_at = models.DateTimeField(_("gone after"), db_index=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-id"]
        indexes = [models.Index(fields=["user", "-id"], name="exports_of_a_person")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "digest"], name="one_export_at_a_time", condition=models.Q(status__in=["waiting", "writing"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.what}.{self.format}"

    @property
    def topic(self) -> str:
        return f"task:{self.task_id}"
