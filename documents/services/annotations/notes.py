"""The verbs of notes. Shared ones are for editors; a private one anybody may keep who may read the document. Only who wrote a note, or an
owner of the case, changes it or takes it away; of a private one only who wrote it.

Taking away hides a note, and can be undone; its row goes with its document, so that a legal hold has nothing to forbid here.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import AuditEvent, Role
from documents.errors import Refused
from documents.models import Document, Note, TextVersion
from documents.models.notes import NoteQuerySet
from documents.services.annotations.anchoring import Anchor, Place, Text, context_of

LONGEST_QUOTE = 10_000
LONGEST_BODY = 10_000
MOST_NOTES = 5_000
"""On one document."""
CHANGEABLE = ("body", "colour", "private")


def home_of(document: Document) -> Document:
    """Where a document's notes are kept: a duplicate is read as its original, and so shares its notes."""
    return document.duplicate_of or document


def notes_on(document: Document, user: Any, *, private: bool = True) -> NoteQuerySet:
    """What the user may see of the notes on a document, in reading order; without `private` only what all may see."""
    notes = Note.objects.visible_to(user).filter(document=home_of(document)).with_roles_of(user)
    notes = notes.select_related("author", "document", "text_version").in_reading_order()
    return notes if private else notes.filter(private=False)


def may_change(note: Note, user: Any, role: str | None) -> bool:
    """Whether this user, with this role in the case, may change the note or take it away."""
    if note.author_id == user.pk:
        return note.private or (role is not None and Role(role).includes(Role.EDITOR))
    return not note.private and role == Role.OWNER


def add(document: Document, user: Any, anchor: Anchor, *, body: str = "", colour: str = Note.Colour.YELLOW, private: bool = False) -> Note:
    """A note at the quotation that the anchor names, which is looked for first where the anchor says.

    Raises Http404, PermissionDenied, Refused (no_text, not_found_in_text, too_many).
    """
    document.require(user, Role.VIEWER if private else Role.EDITOR)
    with transaction.atomic():
        home = Document.objects.select_for_update(of=("self",)).select_related("text_version", "case").get(pk=home_of(document).pk)
        if home.text_version is None:
            raise Refused(_("This document has no text yet; notes are written on its words."), "no_text")
        if home.notes.filter(deleted_at=None).count() >= MOST_NOTES:
            raise Refused(_("This document has %(most)d notes already.") % {"most": MOST_NOTES}, "too_many")
        place = _place(home.text_version, anchor)
        note = Note(document=home, author=user, body=body.strip(), colour=colour, private=private)
        _hang(note, home.text_version, place)
        note.save()
        _audit("added", note, user)
    return note


def change(note: Note, user: Any, **changes: Any) -> Note:
    """Change the body, the colour, or who may see it. Raises Http404, PermissionDenied."""
    with transaction.atomic():
        note = _locked(note, user)
        changed = {name: value for name, value in changes.items() if name in CHANGEABLE and getattr(note, name) != value}
        if changed.get("private") and note.author_id != user.pk:
            raise PermissionDenied(_("Only who wrote a note can keep it private."))
        if changed.get("private") is False:
            note.document.require(user, Role.EDITOR)
        if not changed:
            return note
        for name, value in changed.items():
            setattr(note, name, value.strip() if name == "body" else value)
        note.save(update_fields=[*changed, "updated"])
        _audit("changed", note, user, fields=sorted(changed))
    return note


def remove(note: Note, user: Any) -> None:
    """Take it away; `restore` brings it back. Raises Http404, PermissionDenied."""
    with transaction.atomic():
        note = _locked(note, user)
        note.deleted_at = timezone.now()
        note.save(update_fields=["deleted_at", "updated"])
        _audit("deleted", note, user)


def restore(note: Note, user: Any) -> Note:
    """Take a deletion back. Raises Http404, PermissionDenied, Refused (not_deleted)."""
    with transaction.atomic():
        note = _locked(note, user, deleted=True)
        note.deleted_at = None
        note.save(update_fields=["deleted_at", "updated"])
        _audit("restored", note, user)
    return note


def _locked(note: Note, user: Any, *, deleted: bool = False) -> Note:
    """The row under lock, after the door."""
    found = Note.objects.visible_to(user, with_deleted=deleted).select_for_update(of=("self",)).filter(pk=note.pk)
    fresh = found.select_related("document__case", "author").first()
    if fresh is None:
        raise Http404
    case = fresh.document.case
    if not may_change(fresh, user, case.role_of(user) if case is not None else None):
        raise PermissionDenied(_("Only who wrote this note, or an owner of the case, can change it."))
    if deleted and fresh.deleted_at is None:
        raise Refused(_("This note is not deleted."), "not_deleted")
    return fresh


def _place(version: TextVersion, anchor: Anchor) -> Place:
    """On the page that the anchor names; raises Refused where it is not there."""
    text = version.pages.filter(number=anchor.page).values_list("text", flat=True).first() or ""
    place = Text({anchor.page: text}).place_of(anchor)
    if place is None:
        raise Refused(
            _("These words are not in the text of page %(page)d, so no note can be kept there; stamps and running heads are no part of it.")
            % {"page": anchor.page},
            "not_found_in_text",
        )
    return place


def _hang(note: Note, version: TextVersion, place: Place) -> None:
    """At its first place: the words there are its quotation from now on."""
    text = version.pages.values_list("text", flat=True).get(number=place.page)
    put(note, version, place)
    note.quote = place.words
    note.before, note.after = context_of(text, place.start, place.end)


def put(note: Note, version: TextVersion, place: Place) -> None:
    note.text_version = version
    note.page, note.start, note.end, note.words, note.nth = place


def _audit(verb: str, note: Note, user: Any, **detail: Any) -> None:
    """In the activity of the case; what somebody does with a private note is nobody else's to read there."""
    case = None if note.private else note.document.case
    AuditEvent.write(f"note.{verb}", case=case, actor=user, target=note.document, note=str(note.pk), private=note.private, **detail)
