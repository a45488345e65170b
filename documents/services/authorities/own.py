"""The keys of a document of the library itself: what it does not cite as an authority, however often it prints them."""

from __future__ import annotations

from cases.services.authorities import keys_of_ruling
from documents.models import Document


def own_keys(document: Document) -> set[str]:
    """The ruling's citations and docket numbers, the section's own; none for a document of a case."""
    if document.ruling is not None:
        ruling = document.ruling
        return {*ruling.keys, *keys_of_ruling((), ruling.court_id, ruling.docket_number)}
    return {document.statute.key} if document.statute is not None else set()
