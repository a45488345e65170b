"""Operations on documents: metadata, never content. The actions are the verbs of the pipeline; deleting needs a role in the case."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from documents.admin.base import Shown
from documents.errors import Refused
from documents.models import (
    AuthorityCheck,
    BatesNumbering,
    Chunk,
    ChunkEmbedding,
    ChunkWords,
    Citation,
    CitationDecision,
    Document,
    DocumentFact,
    DocumentTag,
    Download,
    EmbeddingModel,
    EventSource,
    FactDecision,
    LawImport,
    Note,
    Page,
    Paper,
    PaperTemplate,
    RedactionFinding,
    SavedFilter,
    Source,
    SourceItem,
    StorageCheck,
    Tag,
    TextSignature,
    TextVersion,
    TreatmentCue,
    Upload,
)
from documents.services.ingest import restoring
from documents.services.papers import templates
from documents.services.pipeline import lifecycle
from documents.services.storage.names import clean_name
from tasks.admin_links import Words, link_to, linked, list_of
from tasks.models import TaskRecord


class TextVersionInline(admin.TabularInline[TextVersion, Document]):
    model = TextVersion
    extra = 0
    can_delete = False
    show_change_link = True
    fields = readonly_fields = ("number", "source", "engine", "characters", "created")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Document)
class DocumentAdmin(Shown):
    list_display = [
        "title", "status", linked("case"), "kind", "page_count", "size", "created", linked("created_by", _("added by")),
        "error_line", "is_deleted",
    ]  # fmt: skip
    list_filter = ["status", "kind", "mime", "created", ("deleted_at", admin.EmptyFieldListFilter), "error_code"]
    list_select_related = ["case", "created_by"]
    search_fields = ["id", "title", "name", "sha256", "case__title", "case__docket_number"]
    date_hierarchy = "created"
    fields = (
        "id", "title", "case", "kind", "status", "error", "error_code", "notices", "name", "mime", "size", "sha256", "stored_as", "date",
        "page_count", "text_version", "ruling", "opinion", "statute", "parent", "duplicate_of",
        "task", "created", "created_by", "updated", "deleted_at",
    )  # fmt: skip
    readonly_fields = ["task"]
    inlines = [TextVersionInline]
    actions = ["reprocess", "retry", "cancel", "delete_documents", "restore"]

    def further_lists(self, document: Document) -> list[tuple[Words, str]]:
        """Tasks and the audit trail know a document by its id only."""
        return [
            (_("Tasks"), list_of("tasks_taskrecord", topic__exact=document.topic)),
            (_("Audit events"), list_of("cases_auditevent", target_type__exact="document", target_id__exact=document.pk)),
        ]

    @admin.display(description=_("task"))
    def task(self, document: Document) -> str:
        """The task that reads it, as long as its record is kept."""
        record = TaskRecord.objects.filter(pk=document.task_id).first() if document.task_id else None
        return link_to(record) or self.get_empty_value_display()

    @admin.display(description=_("error"))
    def error_line(self, document: Document) -> str:
        return document.error[:80]

    @admin.display(description=_("deleted"), boolean=True)
    def is_deleted(self, document: Document) -> bool:
        return document.deleted_at is not None

    @admin.action(description=_("Read the files of the selected documents anew"), permissions=["operate"])
    def reprocess(self, request: HttpRequest, documents: QuerySet[Document]) -> None:
        self._each(request, documents, partial(lifecycle.reprocess, operator=True))

    @admin.action(description=_("Try the selected documents again"), permissions=["operate"])
    def retry(self, request: HttpRequest, documents: QuerySet[Document]) -> None:
        self._each(request, documents, partial(lifecycle.retry, operator=True))

    @admin.action(description=_("Cancel the processing of the selected documents"), permissions=["operate"])
    def cancel(self, request: HttpRequest, documents: QuerySet[Document]) -> None:
        self._each(request, documents, partial(lifecycle.cancel, operator=True))

    @admin.action(description=_("Delete the selected documents (not under legal hold)"), permissions=["operate"])
    def delete_documents(self, request: HttpRequest, documents: QuerySet[Document]) -> None:
        self._each(request, documents, lifecycle.delete)

    @admin.action(description=_("Take the deletion of the selected documents back"), permissions=["operate"])
    def restore(self, request: HttpRequest, documents: QuerySet[Document]) -> None:
        self._each(request, documents, partial(restoring.restore, operator=True))

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("documents.change_document")

    def _each(self, request: HttpRequest, documents: QuerySet[Document], verb: Callable[[Document, Any], Any]) -> None:
        """Run a verb on each document; say how many it took and why it did not take the others."""
        done = 0
        for document in documents.select_related("case"):
            try:
                verb(document, request.user)
            except Refused as refusal:
                self.message_user(request, f"{document.title}: {refusal.message}", messages.WARNING)
            except (Http404, PermissionDenied):
                self.message_user(
                    request, _("%(title)s: your role in its case does not allow this.") % {"title": document}, messages.WARNING
                )
            else:
                done += 1
        self.message_user(request, ngettext("%(count)d document.", "%(count)d documents.", done) % {"count": done}, messages.SUCCESS)


@admin.register(TextVersion)
class TextVersionAdmin(Shown):
    list_display = [linked("document"), "number", "source", "engine", "characters", "created"]
    list_display_links = ["number"]
    list_filter = ["source", "engine", "created"]
    list_select_related = ["document"]
    search_fields = ["document__id", "document__title"]


@admin.register(RedactionFinding)
class RedactionFindingAdmin(Shown):
    list_display = [linked("document"), "kind", "page"]
    list_display_links = ["kind"]
    list_filter = ["kind"]
    list_select_related = ["document"]
    search_fields = ["document__id", "document__title"]
    exclude = ("text",)


@admin.register(DocumentFact)
class DocumentFactAdmin(Shown):
    internal = True
    list_display = ["field", linked("document"), "state", "confidence", linked("decided_by"), "decided"]
    list_filter = ["field", "state"]
    list_select_related = ["document", "decided_by"]
    search_fields = ["document__id", "document__title"]
    exclude = ("value", "evidence", "marks")


@admin.register(FactDecision)
class FactDecisionAdmin(Shown):
    internal = True
    list_display = ["verb", "field", linked("document"), linked("by"), "created"]
    list_display_links = ["verb"]
    list_filter = ["verb", "field"]
    list_select_related = ["document", "by"]
    search_fields = ["document__id", "document__title"]
    exclude = ("before", "after")


@admin.register(Note)
class NoteAdmin(Shown):
    """Where and when, never what; a private note exists for its author only."""

    list_display = [linked("document"), linked("author"), "page", "colour", "created", "updated", "deleted_at"]
    list_display_links = ["page"]
    list_filter = ["colour", "created", ("deleted_at", admin.EmptyFieldListFilter)]
    list_select_related = ["document", "author"]
    search_fields = ["document__id", "document__title", "author__username"]
    fields = ("id", "document", "author", "page", "colour", "text_version", "created", "updated", "deleted_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Note]:
        notes: QuerySet[Note] = super().get_queryset(request)
        return notes.filter(private=False)


@admin.register(EventSource)
class EventSourceAdmin(Shown):
    list_display = [linked("event"), linked("document"), "page", linked("text_version", _("reading"))]
    list_display_links = ["page"]
    list_select_related = ["event", "document", "text_version__document"]
    search_fields = ["document__id", "document__title"]
    fields = ("event", "document", "page", "text_version")


@admin.register(BatesNumbering)
class BatesNumberingAdmin(Shown):
    list_display = ["prefix", linked("case"), "next_number", "updated"]
    list_select_related = ["case"]
    search_fields = ["prefix", "case__title"]


@admin.register(StorageCheck)
class StorageCheckAdmin(Shown):
    """How stored files were found when they were read again; "state" lists those that are missing or changed."""

    list_display = ["stored_as", "state", linked("case"), "size", "since", "checked_at"]
    list_filter = ["state", "checked_at", ("case", admin.EmptyFieldListFilter)]
    list_select_related = ["case"]
    search_fields = ["stored_as", "case__title"]
    ordering = ["-since", "id"]

    def further_lists(self, check: StorageCheck) -> list[tuple[Words, str]]:
        """Whose file it is is known by its name only."""
        return [(_("Documents"), list_of("documents_document", stored_as__exact=check.stored_as))]


@admin.register(Tag)
class TagAdmin(Shown):
    list_display = ["name", linked("case"), "created"]
    list_select_related = ["case"]
    search_fields = ["name", "case__title"]


@admin.register(DocumentTag)
class DocumentTagAdmin(Shown):
    internal = True
    list_display = ["id", linked("document"), linked("tag"), linked("created_by", _("tagged by")), "created"]
    list_select_related = ["document", "tag", "created_by"]
    search_fields = ["tag__name", "document__title"]


@admin.register(SavedFilter)
class SavedFilterAdmin(Shown):
    list_display = ["name", linked("case"), linked("user"), "shared", "updated"]
    list_filter = ["shared"]
    list_select_related = ["case", "user"]
    search_fields = ["name", "case__title", "user__username"]


@admin.register(Download)
class DownloadAdmin(Shown):
    list_display = ["id", "status", linked("case"), linked("user"), "count", "files", "size", "created", "expires_at"]
    list_filter = ["status", "created"]
    list_select_related = ["case", "user"]
    search_fields = ["id", "case__title", "user__username"]


@admin.register(Upload)
class UploadAdmin(Shown):
    list_display = ["name", linked("case"), linked("user"), "offset", "length", linked("document"), "created", "updated"]
    list_filter = ["created", ("document", admin.EmptyFieldListFilter)]
    list_select_related = ["case", "user", "document"]
    search_fields = ["id", "name", "case__title", "user__username"]


@admin.register(Page)
class PageAdmin(Shown):
    internal = True
    list_display = [linked("text_version", _("reading")), "number", "label", "needs_ocr", "width", "height"]
    list_display_links = ["number"]
    list_filter = ["needs_ocr"]
    list_select_related = ["text_version__document"]
    search_fields = ["text_version__document__title"]
    exclude = ("text", "raw", "offset_map", "times")


@admin.register(Chunk)
class ChunkAdmin(Shown):
    internal = True
    list_display = [linked("text_version", _("reading")), "index", "page_from", "page_to", "start", "end", "tokens"]
    list_display_links = ["index"]
    list_select_related = ["text_version__document"]
    search_fields = ["text_version__document__title"]
    exclude = ("text", "context")


@admin.register(ChunkWords)
class ChunkWordsAdmin(Shown):
    internal = True
    list_display = ["chunk_id", linked("document"), "length"]
    list_select_related = ["document"]
    search_fields = ["document__title"]
    exclude = ("tsv", "cites")


@admin.register(ChunkEmbedding)
class ChunkEmbeddingAdmin(Shown):
    internal = True
    list_display = ["chunk_id", linked("document"), linked("model")]
    list_filter = ["model"]
    list_select_related = ["document", "model"]
    search_fields = ["document__title"]
    exclude = ("vector",)


@admin.register(TextSignature)
class TextSignatureAdmin(Shown):
    internal = True
    list_display = [linked("document"), "words", "level"]
    list_select_related = ["document"]
    search_fields = ["document__title"]
    exclude = ("digest", "minhash", "bands", "marks")


@admin.register(EmbeddingModel)
class EmbeddingModelAdmin(Shown):
    internal = True
    list_display = ["name", "sha256", "dimensions", "active", "created"]
    list_filter = ["active"]
    search_fields = ["name", "sha256"]


@admin.register(Citation)
class CitationAdmin(Shown):
    list_display = ["key", "kind", "method", "confidence", "page", "year", linked("text_version", _("reading"))]
    list_filter = ["kind", "method", "year"]
    list_select_related = ["text_version__document"]
    search_fields = ["key", "text_version__document__title"]
    exclude = ("text", "name", "pin", "cluster", "target")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Citation]:
        """Authorities; what a document says of the record of its case is content."""
        return super().get_queryset(request).exclude(role=Citation.Role.RECORD)


@admin.register(CitationDecision)
class CitationDecisionAdmin(Shown):
    """Who decided and when; not on which words."""

    internal = True
    list_display = ["verdict", linked("document"), linked("by"), "created"]
    list_display_links = ["verdict"]
    list_filter = ["verdict"]
    list_select_related = ["document", "by"]
    search_fields = ["document__id", "document__title"]
    exclude = ("text", "key")


@admin.register(AuthorityCheck)
class AuthorityCheckAdmin(Shown):
    """How many citations were judged how; not which."""

    internal = True
    list_display = ["id", linked("text_version", _("reading")), "created"]
    list_select_related = ["text_version__document"]
    search_fields = ["text_version__document__title"]
    exclude = ("findings",)


@admin.register(TreatmentCue)
class TreatmentCueAdmin(Shown):
    """Decisions are made on the page of the ruling, by who may see the text."""

    list_display = ["id", "state", linked("document"), linked("decided_by"), "decided_at"]
    list_filter = ["state", "decided_at"]
    list_select_related = ["document__case", "decided_by"]
    search_fields = ["document__title"]
    exclude = ("key", "kind", "words", "quote", "digest", "citation", "page", "start", "end")


@admin.register(Source)
class SourceAdmin(Shown):
    list_display = ["kind", linked("case"), "active", "last_looked", "next_look", "error_code", "failures", linked("created_by")]
    list_filter = ["kind", "active", "error_code"]
    list_select_related = ["case", "created_by"]
    search_fields = ["id", "case__title", "created_by__username"]


@admin.register(SourceItem)
class SourceItemAdmin(Shown):
    internal = True
    list_display = ["id", linked("source"), "outcome", "code", "size", linked("document"), "updated"]
    list_filter = ["outcome", "code"]
    list_select_related = ["source__case", "document"]
    search_fields = ["=sha256", "source__case__title"]
    exclude = ("path", "reason")


@admin.register(LawImport)
class LawImportAdmin(Shown):
    list_display = [
        "name",
        "kind",
        "format",
        "state",
        "added",
        "updated_count",
        "unchanged",
        "skipped",
        "created",
        "finished_at",
        linked("user"),
    ]
    list_filter = ["kind", "state", "format", "created"]
    list_select_related = ["user"]
    search_fields = ["id", "name", "path", "user__username"]
    date_hierarchy = "created"


@admin.register(Paper)
class PaperAdmin(Shown):
    list_display = ["id", "kind", "format", "status", linked("case"), linked("document"), linked("created_by"), "created", "finished_at"]
    list_filter = ["kind", "format", "status", "created"]
    list_select_related = ["case", "document", "created_by"]
    search_fields = ["id", "case__title", "created_by__username"]
    fields = readonly_fields = (
        "kind", "format", "status", "error", "error_code", "case", "document", "template", "previous", "task_id", "created", "created_by",
        "finished_at",
    )  # fmt: skip


class PaperTemplateForm(forms.ModelForm[PaperTemplate]):
    """What is given is tried with a made-up paper before it is kept; what is wrong with it is said in one sentence."""

    upload = forms.FileField(label=_("Word file"), required=False, help_text=_("DOCX with fields as {{ case_title }}, and {{ body }} once"))

    class Meta:
        model = PaperTemplate
        fields = ["kind", "name", "upload", "text", "active"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        upload = given.get("upload")
        tried = PaperTemplate(kind=given.get("kind", ""), name=given.get("name", ""), text=given.get("text", ""))
        if upload is not None and upload.size > templates.MOST_BYTES:
            raise ValidationError(templates.too_large())
        tried.file = upload.read() if upload is not None else self.instance.file if not tried.text.strip() else None
        try:
            templates.require_usable(tried)
        except Refused as refusal:
            raise ValidationError(refusal.message, code=refusal.code) from refusal
        self.instance.file = tried.file
        self.instance.file_name = clean_name(upload.name) if upload is not None else self.instance.file_name if tried.file else ""
        return given


@admin.register(PaperTemplate)
class PaperTemplateAdmin(admin.ModelAdmin[PaperTemplate]):
    form = PaperTemplateForm
    list_display = ["name", "kind", "file_name", "active", "updated"]
    list_filter = ["kind", "active"]
    search_fields = ["name", "file_name"]
    readonly_fields = ("file_name",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[PaperTemplate]:
        return super().get_queryset(request).defer("file")
