"""A document's published text by pages, with what stands on each."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from documents.models import Chunk, Citation, Document, Page


def page_of(document: Document, number: int) -> Page | None:
    """Page `number` of the published reading with `pages` (their count), `chunks` (spans on it) and `citations`; None if there is none."""
    version = document.read_as()
    page: Any = Page.objects.filter(text_version=version, number=number).first() if version else None
    if page is None or version is None:
        return None
    page.pages = version.pages.count()
    page.chunks = [_span(chunk, page) for chunk in version.chunks.filter(page_from__lte=number, page_to__gte=number)]
    page.citations = list(version.citations.filter(page=number))
    return page


def citations_of(document: Document) -> QuerySet[Citation]:
    """The mentions in the published reading, in reading order."""
    return (
        Citation.objects.filter(text_version=document.read_as()).order_by("page", "start", "id")
        if document.read_as()
        else Citation.objects.none()
    )


def _span(chunk: Chunk, page: Page) -> dict[str, int]:
    """A passage cut to one page; it may begin before the page and end after it."""
    return {
        "id": chunk.pk,
        "index": chunk.index,
        "start": chunk.start if chunk.page_from == page.number else 0,
        "end": chunk.end if chunk.page_to == page.number else len(page.text),
    }
