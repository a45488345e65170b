"""The notes on a document as its page lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cases.models import Role
from documents.models import Document, Note
from documents.services.annotations.notes import may_change, notes_on
from documents.services.extraction.formats import PDF


@dataclass(frozen=True)
class Noted:
    """The notes that a user may see, each with `changeable`; whether he may share those that he writes; the colours to choose from."""

    notes: list[Any]
    may_share: bool
    private: int
    """How many are his own private ones."""
    colours: list[tuple[str, Any]]
    drawable: bool
    """Whether they can be drawn into a PDF."""


def has_pages(document: Document) -> bool:
    """Whether notes can be drawn on what is shown of it: a PDF, or pictures whose words were recognised."""
    return bool(document.stored_as) and (document.mime == PDF or document.mime.startswith("image/"))


def noted(document: Document, user: Any) -> Noted:
    listed: list[Any] = list(notes_on(document, user))
    for note in listed:
        note.changeable = may_change(note, user, note.role)
    role = document.case.role_of(user) if document.case is not None else None
    may_share = role is not None and role.includes(Role.EDITOR)
    return Noted(listed, may_share, sum(note.private for note in listed), list(Note.Colour.choices), has_pages(document))
