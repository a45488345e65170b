"""One document as a reader works with it: the original, its text by page, what it cites, what happened to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from documents.api.serializers import allowed, remedies
from documents.models import Document, Note
from documents.services.annotations.notes import notes_on
from documents.services.authorities import law_facts
from documents.services.authorities.record.listing import record_in
from documents.services.extraction import registry
from documents.services.extraction.formats import PDF
from documents.services.extraction.sentences import type_words
from documents.services.reading import disclosures, facts, metadata, noting, text_view, threads
from documents.services.reading.authorities import authorities_in, by_heading
from documents.services.reading.failures import advice_of
from documents.services.reading.history import runs_of
from documents.services.reading.overview import attach_live
from documents.services.search.showing import moments
from documents.services.similarity.neighbours import count_of

TABS = (
    ("text", _("Text")),
    ("notes", _("Notes")),
    ("details", _("Details")),
    ("citations", _("Citations")),
    ("similar", _("Same and similar")),
    ("history", _("History")),
)
MOST_FINDINGS = 500
LONGEST_NEAR = 300
LONGEST_LIST = 500
LONGEST_NUMBER = 18  # digits; larger ones are no bigint


@login_required
def document_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    return reading_page(request, pk)


def reading_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The reader with a document in it: one of a case, or a text of the library under the facts of its ruling or section."""
    document = visible_document(request, pk)
    listed = noting.noted(document, request.user)
    place = _place(request, note=next((note for note in listed.notes if str(note.pk) == request.GET.get("note")), None))
    opened = text_view.open_at(document, place, notes_on(document, request.user))
    authorities = authorities_in(opened.version)
    is_pdf, is_picture = _shown_as(document)
    context = {
        **_about(document, request),
        "opened": opened,
        "passage": _passage(opened),
        "place": place,
        "passage_gone": place.chunk is not None and opened.passage is None,
        "is_old": _is_old(document, opened),
        "is_pdf": is_pdf or is_picture,
        "is_picture": is_picture,
        "page_index": is_pdf and text_view.has_page_index(document),
        "recognised": text_view.recognised_pages(opened.version),
        **_tabs(request.GET.get("tab", ""), with_text=is_pdf or is_picture, with_similar=count_of(document, request.user) > 0),
        "authorities": by_heading(authorities),
        "authority_count": len(authorities),
        "record": record_in(opened.version, request.user),
        "runs": runs_of(document),
        "noted": listed,
        **_inside(document),
        **_facts(document),
        "thread": threads.thread_of(document, request.user),
        **law_facts.about(document, request.user),
    }
    return render(request, "documents/detail.html", context)


@login_required
def document_text(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """The text of one page as a fragment, for the panel that shows it. 404 for a page that is not there."""
    document = visible_document(request, pk)
    opened = text_view.open_at(document, _place(request, page=number), notes_on(document, request.user))
    if opened.sheet is None or opened.sheet.number != number:
        raise Http404
    is_pdf = any(_shown_as(document))
    return render(request, "documents/detail_text.html", {"document": document, "opened": opened, "is_pdf": is_pdf})


@login_required
def document_notes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The list of notes as a fragment."""
    document = visible_document(request, pk)
    return render(request, "documents/detail_notes.html", {"document": document, "noted": noting.noted(document, request.user)})


@login_required
def document_history(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The timeline of its tasks as a fragment."""
    document = visible_document(request, pk)
    return render(request, "documents/detail_history.html", {"document": document, "runs": runs_of(document)})


def _shown_as(document: Document) -> tuple[bool, bool]:
    """Whether its original is shown as a PDF, and whether as pictures of its pages."""
    here = bool(document.stored_as)
    return here and document.mime == PDF, here and document.mime.startswith("image/") and document.page_count > 0


def visible_document(request: HttpRequest, pk: UUID) -> Document:
    documents = Document.objects.visible_to(request.user).select_related(
        "case", "text_version", "parent", "duplicate_of__text_version", "created_by", "ruling", "statute", "opinion"
    )
    return get_object_or_404(documents.prefetch_related("tags"), pk=pk)


def _about(document: Document, request: HttpRequest) -> dict[str, Any]:
    """The document, its case and what the user may do with it."""
    attach_live([document])
    return {
        "document": document,
        "case": document.case,
        "tag_names": document.case.tags.values_list("name", flat=True) if document.case is not None else (),
        "can": allowed(document, request.user),
        "remedies": remedies(document, request.user),
        "advice": advice_of(document.error_code) if document.status == Document.Status.FAILED else "",
        "type": type_words(document.mime, document.name),
        "metadata": metadata.described({key: value for key, value in document.metadata.items() if key not in disclosures.OF_METADATA}),
        "findings": disclosures.findings_of(document)[:MOST_FINDINGS],
        "told": disclosures.told_by(document),
        "copied_from": _copied_from(document, request),
        "player": moments.players_of([document.pk]).get(document.pk, "") if document.kind == Document.Kind.TRANSCRIPT else "",
        "rail": "" if document.case else "library",
    }


def _facts(document: Document) -> dict[str, Any]:
    """What it is, which fields are still open, and what may be chosen."""
    if document.case_id is None:
        return {}
    rows = facts.facts_of(document)
    return {
        "facts": rows,
        "facts_open": [row.field for row in rows if row.proposed],
        "kind_groups": facts.kind_groups(),
        "languages": facts.languages(),
    }


def _copied_from(document: Document, request: HttpRequest) -> Document | None:
    """Of what it is a scrubbed or stamped copy, where that may be seen and is still there."""
    source = document.metadata.get("derived_from")
    return Document.objects.visible_to(request.user).filter(pk=source).first() if source else None


def _inside(document: Document) -> dict[str, Any]:
    """What was found in the file, in the order of its folders; of a large archive the beginning."""
    inside = document.attachments.filter(deleted_at=None)
    form = registry.by_mime(document.mime)
    order = ("metadata__folder", "name", "id") if form and form.container else ("created", "id")
    shown = list(inside.order_by(*order)[:LONGEST_LIST])
    return {"attachments": shown, "attachments_more": inside.count() - len(shown) if len(shown) == LONGEST_LIST else 0}


def _tabs(asked: str, *, with_text: bool, with_similar: bool) -> dict[str, Any]:
    """Where the text itself is the main part, it needs no tab; nor what would be empty."""
    absent = {"text": not with_text, "similar": not with_similar}
    tabs = [tab for tab in TABS if not absent.get(tab[0])]
    return {"tabs": tabs, "tab": asked if asked in dict(tabs) else tabs[0][0], "has_similar": with_similar}


def _is_old(document: Document, opened: text_view.Reading) -> bool:
    published = document.read_as()
    return opened.version is not None and published is not None and opened.version.pk != published.pk


def _passage(opened: text_view.Reading) -> dict[str, Any]:
    """What the original is to mark: the passage, and of it the sentence that was found, or the words that are quoted."""
    if opened.passage is None:
        return {}
    said: dict[str, Any] = {"page": opened.passage.page_from, "text": text_view.wording(opened.passage)}
    if opened.found:
        said["found"] = text_view.wording(opened.passage, opened.found)
        said["around"] = text_view.surroundings(opened.passage, opened.found)
        said["page"] = next(iter(said["found"]), said["page"])
    return said


def _place(request: HttpRequest, page: int | None = None, note: Note | None = None) -> text_view.Place:
    chunk, citation, part, offset = (number_asked(request, name) for name in ("chunk", "citation", "part", "offset"))
    near = request.GET.get("near", "")[:LONGEST_NEAR].replace("\x00", "")
    if note is not None:
        page, offset = note.page, note.start
    asked = page if page is not None else number_asked(request, "page")
    return text_view.Place(asked, chunk, citation, part, number_asked(request, "at"), near, offset, number_asked(request, "to"))


def number_asked(request: HttpRequest, name: str) -> int | None:
    """A whole number from the address, or None where there is none."""
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= LONGEST_NUMBER else None
