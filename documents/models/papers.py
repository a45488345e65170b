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


class PaperKind(models.TextChoices):
    TABLE_OF_AUTHORITIES = "table_of_authorities", _("Table of authorities")
    CHRONOLOGY = "chronology", _("Chronology")
    CASE_BRIEF = "case_brief", _("Case brief")
    MEMO = "memo", _("Memo of findings")
    EXHIBIT_LIST = "exhibit_list", _("Exhibit list")
    HEARING_SUMMARY = "hearing_summary", _("Hearing summary")
    SESSION_ANALYSIS = "session_analysis", _("Analysis of a recording")


class PaperFormat(models.TextChoices):
    DOCX = "docx", _("Word (DOCX)")
    PDF = "pdf", _("PDF")


class PaperTemplate(models.Model):
    """How an office's papers of a kind look: a Word file, or lines of text, with fields in double braces. Administrators keep them.

    What is in them is looked at in a confined child before it is kept (`documents.services.papers.templates`), and rendered only there.
    """

    kind = models.CharField(_("paper"), max_length=24, choices=PaperKind.choices, blank=True, help_text=_("empty: for all papers"))
    name = models.CharField(_("name"), max_length=120)
    file = models.BinaryField(_("Word file"), null=True, blank=True, editable=False)
    file_name = models.CharField(max_length=255, blank=True, editable=False)
    text = models.TextField(_("text"), blank=True, help_text=_("lines around the paper, for PDF and Word alike; {{ body }} is the paper"))
    active = models.BooleanField(_("active"), default=True)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("template of papers")
        verbose_name_plural = _("templates of papers")
        ordering = ["kind", "name"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(file=None) & ~Q(text="")) | (Q(file__isnull=False) & Q(text="")), name="a_template_is_a_file_or_a_text"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def serves(self, kind: str, form: str) -> bool:
        """Whether a paper of this kind and format may be made with it; a Word file makes Word files only."""
        return self.active and self.kind in ("", kind) and (self.file is None or form == PaperFormat.DOCX)


class PaperQuerySet(models.QuerySet["Paper"]):
    def visible_to(self, user: Any) -> PaperQuerySet:
        """Papers of the user's cases; of those whose document was deleted nothing is shown any more."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(case__in=Case.objects.visible_to(user).values("pk")).filter(Q(document=None) | Q(document__deleted_at=None))


class Paper(models.Model):
    """A paper that was asked for: of what kind, from what (`inputs`), how far it is; and when it is ready, the document of the case.

    `inputs` suffices to make it again. `content` is what it says, as blocks (`documents.services.papers.blocks`), which the page shows.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        MAKING = "making", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    OVER = (Status.READY, Status.FAILED, Status.CANCELLED)

    # Not a column: set by services.papers.asking.of_case.
    live: Any

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="papers")
    kind = models.CharField(_("kind"), max_length=24, choices=PaperKind.choices)
    format = models.CharField(_("format"), max_length=4, choices=PaperFormat.choices)
    title = models.CharField(_("title"), max_length=300)
    inputs = models.JSONField(default=dict, help_text="what it is made from: ids and words, enough to make it again")
    template = models.ForeignKey(PaperTemplate, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    content = models.JSONField(default=list, blank=True, help_text="what it says, as blocks")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PENDING)
    error = models.TextField(blank=True)
    error_code = models.CharField(max_length=50, blank=True)
    document = models.OneToOneField(Document, null=True, blank=True, on_delete=models.CASCADE, related_name="paper")
    previous = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="later", help_text="made again from it"
    )
    task_id = models.UUIDField(null=True, blank=True)
    created = models.DateTimeField(_("asked for"), auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        ordering = ["-created", "-id"]
        indexes = [models.Index(fields=["case", "-created"], name="papers_by_case")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.format})"

    def get_absolute_url(self) -> str:
        return reverse("documents:paper-page", args=[self.pk])

    @property
    def over(self) -> bool:
        return self.status in self.OVER

    @property
    def topic(self) -> str:
        return f"task:{self.task_id}"

    def require(self, user: Any, role: str) -> None:
        """The case's door."""
        self.case.require(user, role)
