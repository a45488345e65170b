"""What a document's file gives away beside what its pages show: text that can still be read, and those who made it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.models import Document, RedactionFinding
from documents.models.findings import RedactionFindingQuerySet
from documents.services.reading.metadata import LABELS

OF_METADATA = ("author", "lastModifiedBy", "creator", "producer")
"""Entries of the metadata that tell of people and their programs; a page shows them here, not among the others."""
OF_NOTICES: dict[str, str | Promise] = {
    "tracked_changes": _("Tracked changes"),
    "comments": _("Comments"),
    "hidden_text": _("Hidden text"),
    "not_shown": _("Hidden text"),
}
OF_TRACES: dict[str, str | Promise] = {
    "author": _("Author"),
    "property": _("Property"),
    "path": _("Path of a file"),
    "place": _("Where a photograph was taken"),
    "script": _("Script"),
    "steps": _("Steps of its making that are kept"),
    "revisions": _("Earlier revisions inside"),
}


def findings_of(document: Document) -> RedactionFindingQuerySet:
    """Text that can be read and is not shown, in the order of the pages; a duplicate has that of the document whose bytes it repeats."""
    return RedactionFinding.objects.filter(document=document.duplicate_of_id or document.pk)


def told_by(document: Document) -> list[tuple[str, str]]:
    """Label and value of what the file tells beside its text, each once."""
    source = document.duplicate_of or document
    told = [(str(LABELS[key]), str(source.metadata[key])) for key in OF_METADATA if source.metadata.get(key)]
    told += [(str(OF_NOTICES[notice["code"]]), notice["text"]) for notice in source.notices if notice["code"] in OF_NOTICES]
    told += [(str(OF_TRACES[trace["code"]]), trace["value"]) for trace in source.traces if trace["code"] in OF_TRACES]
    return list(dict.fromkeys(told))
