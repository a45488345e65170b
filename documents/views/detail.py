"""One document as a reader works with it: the original, its text by page, what it cites, what happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from cases.models import Role
from documents.models import Chunk, Citation, Document, Page, TextVersion
from documents.services import reading
from documents.services.pipeline import STAGES
from tasks.models import TaskAttempt, TaskRecord

TABS = (("text", _("Text")), ("details", _("Details")), ("citations", _("Citations")), ("history", _("History")))
PDF = "application/pdf"


def visible_document(request: HttpRequest, pk: UUID) -> Document:
    documents = Document.objects.visible_to(request.user).select_related(
        "case", "text_version", "parent", "duplicate_of", "duplicate_of__text_version", "created_by"
    )
    return get_object_or_404(documents, pk=pk)


def number_in(request: HttpRequest, name: str) -> int | None:
    """A whole number from the address, or None where there is none."""
    value = request.GET.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 19 else None


@login_required
def document_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    document = visible_document(request, pk)
    version, chunk = _reading(document, number_in(request, "chunk"))
    number = number_in(request, "page") or (chunk.page_from if chunk else 1)
    is_pdf = document.mime == PDF and bool(document.stored_as)
    tabs = [tab for tab in TABS if is_pdf or tab[0] != "text"]
    asked = request.GET.get("tab", "")
    context = {
        "document": document,
        "case": document.case,
        "role": document.case.role_of(request.user) if document.case else "",
        "may_edit": _may_edit(document, request),
        "version": version,
        "old_version": bool(version and document.text_version_id and version.pk != document.text_version_id),
        "sheet": _sheet(version, number, chunk, number_in(request, "part"), asked_page="page" in request.GET),
        "chunk": chunk,
        "passage": _passage_json(version, chunk),
        "is_pdf": is_pdf,
        "tabs": tabs,
        "tab": asked if asked in dict(tabs) else tabs[0][0],
        "authorities": _authorities(version),
        "records": _records(document),
        "attachments": document.attachments.filter(deleted_at=None).order_by("created"),
        "rail": "" if document.case else "search",
    }
    return render(request, "documents/detail.html", context)


@login_required
def document_text(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """The text of one page as a fragment, for the panel beside the original."""
    document = visible_document(request, pk)
    version, chunk = _reading(document, number_in(request, "chunk"))
    sheet = _sheet(version, number, chunk, number_in(request, "part"), asked_page=True)
    return render(request, "documents/detail_text.html", {"document": document, "version": version, "sheet": sheet, "chunk": chunk})


@login_required
def document_history(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The timeline of its tasks as a fragment, so that it can be brought up to date in place."""
    document = visible_document(request, pk)
    return render(request, "documents/detail_history.html", {"document": document, "records": _records(document)})


def _may_edit(document: Document, request: HttpRequest) -> bool:
    role = document.case.role_of(request.user) if document.case else None
    return bool(role and role.includes(Role.EDITOR))


def _reading(document: Document, chunk_id: int | None) -> tuple[TextVersion | None, Chunk | None]:
    """The reading to show: the one of the asked passage, else the published one, else that of the document it is the same as."""
    chunk = reading.chunk_of(document, chunk_id)
    if chunk is not None:
        return chunk.text_version, chunk
    original = document.duplicate_of if document.duplicate_of and not document.text_version_id else None
    if original is not None:
        return original.text_version, reading.chunk_of(original, chunk_id)
    return document.text_version, None


def _sheet(version: TextVersion | None, number: int, chunk: Chunk | None, part: int | None, *, asked_page: bool) -> reading.Sheet | None:
    if version is None:
        return None
    page = version.pages.filter(number=number).first()
    if page is None and asked_page and version.pages.exists():
        raise Http404
    return reading.sheet(page, passage=reading.passage_on(chunk, page), citations=_citations_on(version, page), part=part) if page else None


def _citations_on(version: TextVersion, page: Page) -> Sequence[Citation]:
    return list(version.citations.filter(page=page.number).select_related("ruling", "statute"))


def _passage_json(version: TextVersion | None, chunk: Chunk | None) -> dict[str, Any]:
    """The passage's raw wording by page, from which the viewer finds it in the original."""
    if version is None or chunk is None:
        return {}
    pages = version.pages.filter(number__range=(chunk.page_from, chunk.page_to))
    spans = ((page, reading.passage_on(chunk, page)) for page in pages)
    return {"page": chunk.page_from, "text": {str(page.number): page.text[span.start : span.end] for page, span in spans if span}}


def _authorities(version: TextVersion | None) -> list[dict[str, Any]]:
    """Citations grouped by authority, in the order of their first mention."""
    groups: dict[str, dict[str, Any]] = {}
    for citation in version.citations.select_related("ruling", "statute") if version else ():
        group = groups.setdefault(citation.key or citation.text, {"first": citation, "mentions": []})
        if citation.name and not group["first"].name:
            group["first"] = citation
        group["mentions"].append(citation)
    return list(groups.values())


def _records(document: Document) -> list[TaskRecord]:
    """The document's tasks, newest first, each with its stage's name (`label`) and its attempts' `seconds`."""
    attempts = Prefetch("attempts", TaskAttempt.objects.order_by("number"))
    records: list[Any] = list(TaskRecord.objects.filter(topic=document.topic).prefetch_related(attempts).order_by("-created")[:60])
    labels = {stage.task: stage.label for stage in STAGES}
    for record in records:
        record.label = labels.get(record.name, record.name)
        for attempt in record.attempts.all():
            attempt.seconds = (attempt.ended - attempt.started).total_seconds() if attempt.ended else None
    return records
