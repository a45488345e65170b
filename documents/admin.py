"""Operations on documents: metadata, never content. The actions are the verbs of the pipeline; deleting needs a role in the case."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from documents.errors import Refused
from documents.models import (
    BatesNumbering,
    Chunk,
    ChunkEmbedding,
    ChunkWords,
    Citation,
    Document,
    EmbeddingModel,
    Page,
    RedactionFinding,
    TextVersion,
    Upload,
)
from documents.services.ingest import restoring
from documents.services.pipeline import lifecycle
from tasks.admin_links import Words, link_to, linked, list_of
from tasks.models import TaskRecord


class Shown(admin.ModelAdmin[Any]):
    """What the system wrote is looked at here, not edited."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


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
        "page_count", "text_version", "parent", "duplicate_of", "task", "created", "created_by", "updated", "deleted_at",
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


@admin.register(BatesNumbering)
class BatesNumberingAdmin(Shown):
    list_display = ["prefix", linked("case"), "next_number", "updated"]
    list_select_related = ["case"]
    search_fields = ["prefix", "case__title"]


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
    exclude = ("text", "name")
