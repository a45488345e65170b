"""How passages of the law library are cited: as The Bluebook does, with the page of the reporter where the text tells it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, TypeAlias
from uuid import UUID

from cases.models import Ruling
from cases.services.bluebook import ruling_citation, statute_citation
from documents.models import Document, Page

Place: TypeAlias = tuple[UUID, int]
"""A document and the number of one of its pages."""


def law_citations(places: Collection[Place]) -> dict[Place, str]:
    """Citations of those places that are in texts of rulings or sections; two queries, whatever they are."""
    if not places:
        return {}
    documents = Document.objects.select_related("ruling", "statute").in_bulk({document for document, _page in places})
    labels = _labels(documents.values(), {page for _document, page in places})
    made = {}
    for pk, page in places:
        document = documents.get(pk)
        if document is not None and document.ruling is not None:
            pin, key = _pin(document.ruling, labels.get((pk, page), ""), document.page_count)
            made[pk, page] = ruling_citation(document.ruling, pin, of=key)
        elif document is not None and document.statute is not None:
            made[pk, page] = statute_citation(document.statute)
    return made


def _labels(documents: Iterable[Document], numbers: set[int]) -> dict[Place, str]:
    """What the texts themselves call these pages."""
    versions = {document.text_version_id: document.pk for document in documents}
    found: Any = Page.objects.filter(text_version__in=versions, number__in=numbers).exclude(label="").order_by()
    return {(versions[version], number): label for version, number, label in found.values_list("text_version", "number", "label")}


def _pin(ruling: Ruling, label: str, pages: int) -> tuple[str, str]:
    """The page of the reporter on which a passage stands and the key of that reporter; empty where the text's pages are not those of
    any reporter that prints it, as its first page tells."""
    if label.isdecimal():
        for key in ruling.keys:
            first = key.rpartition(":")[2]
            if first.isdecimal() and int(first) <= int(label) <= int(first) + pages:
                return label, key
    return "", ""
