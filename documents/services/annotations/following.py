"""A new reading of a document is published, in the same transaction: its notes are found again in it."""

from __future__ import annotations

from documents.models import Document, Note, TextVersion
from documents.services.annotations.anchoring import Anchor, Text
from documents.services.annotations.notes import put

PLACED = ["text_version", "page", "start", "end", "words", "nth"]


def follow(document: Document, version: TextVersion) -> int:
    """Put the document's notes, deleted ones too, where they stand in this reading; gives how many were not found. Those keep their place
    in the last reading that had them, which is how they are told (`Note.lost`), and are looked for again in the next one."""
    notes = list(Note.objects.select_for_update().filter(document=document).order_by("pk"))
    if not notes:
        return 0
    text = Text(dict(version.pages.order_by("number").values_list("number", "text")))
    found = []
    for note in notes:
        place = text.place_of(Anchor(note.quote, note.before, note.after, note.page, note.start))
        if place is not None:
            put(note, version, place)
            found.append(note)
    Note.objects.bulk_update(found, PLACED, batch_size=500)
    return len(notes) - len(found)


def move(document: Document, heir: Document) -> None:
    """Another document of the same bytes takes this one's place, and its notes; they stand where its own reading has them."""
    Note.objects.filter(document=document).update(document=heir)
    if heir.text_version is not None:
        follow(heir, heir.text_version)
