from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, HashIndex
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTransform
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Opinion, Role, Ruling, Statute
from tasks.ids import uuid7
from tasks.models import Batch

_GROUPS = {
    "filing": "complaint answer motion brief petition notice stipulation declaration discovery subpoena summons",
    "evidence": "exhibit invoice report",
    "ruling": "order judgment",
    "memo": "minutes generated",
    "other": "letter",
}
_BROAD = {finer: broad for broad, group in _GROUPS.items() for finer in group.split()}


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: Any, *, with_deleted: bool = False) -> DocumentQuerySet:
        """Documents of the user's cases, and the public library (no case). With the deleted ones only for who takes one back."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        visible = self.filter(Q(case__in=Case.objects.visible_to(user).values("pk")) | Q(case=None))
        return visible if with_deleted else visible.filter(deleted_at=None)


class Document(models.Model):
    """Anything with text. Its case is empty only for the public library."""

    class Kind(models.TextChoices):
        """The broad kinds, each followed by its finer ones: what is filtered by a broad kind is all of its group."""

        FILING = "filing", _("Filing")
        COMPLAINT = "complaint", _("Complaint")
        ANSWER = "answer", _("Answer")
        MOTION = "motion", _("Motion")
        BRIEF = "brief", _("Brief")
        PETITION = "petition", _("Petition")
        NOTICE = "notice", _("Notice")
        STIPULATION = "stipulation", _("Stipulation")
        DECLARATION = "declaration", _("Declaration or affidavit")
        DISCOVERY = "discovery", _("Discovery request or response")
        SUBPOENA = "subpoena", _("Subpoena")
        SUMMONS = "summons", _("Summons")
        EVIDENCE = "evidence", _("Evidence")
        EXHIBIT = "exhibit", _("Exhibit")
        INVOICE = "invoice", _("Invoice or receipt")
        REPORT = "report", _("Report")
        CONTRACT = "contract", _("Contract")
        EMAIL = "email", _("E-mail")
        TRANSCRIPT = "transcript", _("Transcript")
        RULING = "ruling", _("Ruling")
        ORDER = "order", _("Order")
        JUDGMENT = "judgment", _("Judgment")
        STATUTE = "statute", _("Statute")
        MEMO = "memo", _("Memo")
        MINUTES = "minutes", _("Minutes")
        GENERATED = "generated", _("Paper made here")
        OTHER = "other", _("Other")
        LETTER = "letter", _("Letter")

        @property
        def broad(self) -> Document.Kind:
            """The broad kind to whose group it belongs; itself where it is one."""
            return Document.Kind(_BROAD.get(self.value, self.value))

        @classmethod
        def within(cls, kind: str) -> list[str]:
            """The kinds that a filter by this one finds: all of its group, or only itself where it is a finer one."""
            return [str(one.value) for one in cls if kind in (one.value, one.broad.value)]

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        EXTRACTING = "extracting", _("Reading the text")
        EMBEDDING = "embedding", _("Indexing the meaning")
        CITING = "citing", _("Finding citations")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    TERMINAL = (Status.READY, Status.FAILED, Status.CANCELLED)
    KEPT = Q(status=Status.READY) & ~Q(error_code="")
    READ = Q(status=Status.READY, error_code="")

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="documents")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="attachments")
    duplicate_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="duplicates")
    title = models.CharField(_("title"), max_length=300)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.OTHER)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PENDING)
    error = models.TextField(blank=True)
    error_code = models.CharField(max_length=50, blank=True, help_text="why it could not be read; of a ready one, why it is kept unread")
    notices = models.JSONField(default=list, blank=True, help_text="sentences a reader should know, as [{code, text}]")
    name = models.CharField(_("file name"), max_length=255, blank=True, help_text="as uploaded, for people; never a path")
    mime = models.CharField(max_length=120, blank=True)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    stored_as = models.CharField(max_length=200, blank=True, help_text="name in the storage: <case>/<sha256>")
    date = models.DateField(_("date"), null=True, blank=True, help_text="the document's own date, where known")
    password = models.TextField(blank=True, editable=False, help_text="sealed; opens the file")
    language = models.CharField(max_length=10, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    traces = models.JSONField(default=list, blank=True, help_text="what the file tells beside its text, as [{code, value}]")
    page_count = models.PositiveIntegerField(default=0)
    text_version = models.ForeignKey("TextVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    task_id = models.UUIDField(null=True, blank=True, help_text="the newest task of its pipeline")
    ruling = models.ForeignKey(Ruling, null=True, blank=True, on_delete=models.PROTECT, related_name="documents")
    opinion = models.OneToOneField(Opinion, null=True, blank=True, on_delete=models.PROTECT, related_name="document")
    statute = models.ForeignKey(Statute, null=True, blank=True, on_delete=models.PROTECT, related_name="documents")
    record_keys = ArrayField(
        models.CharField(max_length=120), null=True, blank=True, editable=False,
        help_text="what record citations call it, as record:ex:4; not asked yet where there is nothing",
    )  # fmt: skip
    created = models.DateTimeField(_("added"), auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    updated = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-id"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        indexes = [
            models.Index(fields=["case", "-created"], name="document_by_case", condition=Q(deleted_at=None)),
            models.Index(fields=["case", "status"], name="document_by_status", condition=Q(deleted_at=None)),
            models.Index(fields=["sha256"], name="document_by_bytes", condition=Q(deleted_at=None) & ~Q(sha256="")),
            HashIndex(KeyTransform("message_id", "metadata"), name="document_by_message_id"),
            HashIndex(KeyTransform("in_reply_to", "metadata"), name="document_by_in_reply_to"),
            GinIndex(KeyTransform("references", "metadata"), name="document_by_references"),
            GinIndex(fields=["record_keys"], name="document_by_record_keys"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "sha256"],
                name="bytes_once_in_a_case",
                condition=Q(deleted_at=None, duplicate_of=None) & ~Q(sha256=""),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("documents:detail", args=[self.pk])

    @property
    def topic(self) -> str:
        return f"document:{self.pk}"

    def require(self, user: Any, role: str) -> None:
        """The case's door; the library may be read by all and changed by no one here."""
        if self.deleted_at is not None:
            raise Http404
        if self.case is not None:
            self.case.require(user, role)
        elif not getattr(user, "is_authenticated", False):
            raise Http404
        elif role != Role.VIEWER:
            raise PermissionDenied(_("The library's texts are kept by the administrator."))

    @property
    def processing(self) -> bool:
        return self.status not in self.TERMINAL

    @property
    def kept(self) -> bool:
        """Whether it lies here unread, by its name and type only; what KEPT says of many."""
        return self.status == self.Status.READY and self.error_code != ""

    def was_read(self) -> bool:
        """Whether there is a whole reading of it, not only the beginning of the first."""
        return self.text_version is not None and self.text_version.complete

    def read_as(self) -> TextVersion | None:
        """The published reading; a duplicate is read as the document whose bytes it repeats."""
        return self.duplicate_of.text_version if self.duplicate_of is not None else self.text_version


class TextVersion(models.Model):
    """One reading of a document. Pages, chunks and citations hang on it."""

    class Source(models.TextChoices):
        EXTRACTION = "extraction", _("Extraction")
        OCR = "ocr", _("OCR")
        TRANSCRIPTION = "transcription", _("Transcription")
        CORRECTION = "correction", _("Correction")

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="text_versions")
    number = models.PositiveIntegerField()
    source = models.CharField(max_length=15, choices=Source.choices, default=Source.EXTRACTION)
    engine = models.CharField(max_length=60, blank=True, help_text="what read it, with its version")
    characters = models.PositiveIntegerField(default=0)
    language = models.CharField(max_length=20, default="english", help_text="whose stems its words are searched by, as PostgreSQL calls it")
    cited_with = models.PositiveSmallIntegerField(default=0, help_text="the version of the grammars that found its citations")
    complete = models.BooleanField(default=True, help_text="no, where the file was still being read")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        indexes = [models.Index(fields=["language"], name="readings_not_in_english", condition=~models.Q(language="english"))]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="one_number_per_text_version")]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.document}, version {self.number}"


class Upload(models.Model):
    """A resumable upload on its way (tus 1.0). It stays a while after its document is accepted, for clients that lost the last answer."""

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=12, choices=Document.Kind.choices, blank=True)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    became = models.CharField(max_length=80, blank=True, help_text="topic of what was made of it: document:<id>, audio:<id>")
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.name} ({self.offset} of {self.length})"

    @property
    def complete(self) -> bool:
        return self.offset == self.length

    @property
    def finished(self) -> bool:
        """Whether something was made of it."""
        return bool(self.became) or self.document_id is not None
