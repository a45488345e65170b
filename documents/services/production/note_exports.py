"""The notes on a document to take along: drawn into a copy of its PDF, or as a list. Private ones only where their author asks for them."""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from docx import Document as WordDocument

from documents.errors import Refused, StorageAway
from documents.models import Document, Note
from documents.services.annotations.notes import notes_on
from documents.services.extraction.formats import PDF
from documents.services.extraction.sentences import error_sentence
from documents.services.pipeline import passwords
from documents.services.production.copies import pool
from documents.services.reading.noting import has_pages
from documents.services.reading.text_view import words_of
from documents.services.sandbox import JobFailed, JobRefused
from documents.services.sandbox.folders import Folder
from documents.services.storage import blobs
from tasks.base.printable import printable
from tasks.base.spreadsheets import cell

logger = logging.getLogger(__name__)


def exported(document: Document, user: Any, *, private: bool) -> list[Note]:
    return list(notes_on(document, user, private=private))


def annotated_pdf(document: Document, notes: Sequence[Note]) -> Folder:
    """A folder of the caller's with `child.MADE` in it. Raises FileNotFoundError, Refused (no_pages, unreadable, encrypted, ...)."""
    if not has_pages(document):
        raise Refused(_("Notes can be drawn into PDFs and pictures; of this document there are lists."), "no_pages")
    folder = pool.folder()
    request = {
        "what": "annotate", "mime": document.mime, "password": passwords.unsealed(document.password),
        "notes": [_told(note) for note in notes], "pages": _recognised(document, notes),
    }  # fmt: skip
    try:
        with blobs.as_file(document) as path:
            pool.run({**request, "path": path}, check=_unchecked, progress=lambda done, total: None, folder=folder)
    except (FileNotFoundError, StorageAway):
        folder.remove()
        raise
    except JobRefused as refusal:
        folder.remove()
        raise Refused(error_sentence(refusal.code, {"kind": "PDF"}), refusal.code) from refusal
    except JobFailed as death:
        folder.remove()
        logger.error("Notes could not be drawn (%s).\n%s", death, death.traceback)
        raise Refused(error_sentence(f"parser_{death.code}", {"reason": death.reason}), death.code) from death
    return folder


def _recognised(document: Document, notes: Sequence[Note]) -> list[dict[str, Any]]:
    """What was recognised on the notes' pages; pictures become a PDF with all their pages."""
    if document.mime == PDF:
        return words_of(document, {note.page for note in notes})
    found = {page["number"]: page for page in words_of(document)}
    version = document.read_as()
    count = version.pages.count() if version is not None else 0
    return [found.get(number) or {"number": number, "turn": 0, "words": []} for number in range(1, count + 1)]


def _told(note: Note) -> dict[str, Any]:
    return {
        "id": str(note.pk), "page": note.page, "start": note.start, "words": note.words, "before": note.before, "after": note.after,
        "lost": note.lost, "quote": note.quote, "body": note.body, "colour": note.colour, "author": _author(note),
        "created": note.created.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ"),
    }  # fmt: skip


def _unchecked() -> None:
    """Nobody stops a download but its end."""


def _author(note: Note) -> str:
    return str(note.author) if note.author is not None else ""


def _row(note: Note) -> dict[str, Any]:
    return {
        "page": note.page, "quote": note.quote, "words": note.words, "note": note.body, "colour": note.colour, "author": _author(note),
        "created": note.created.astimezone(UTC).isoformat(timespec="seconds"),
        "updated": note.updated.astimezone(UTC).isoformat(timespec="seconds"),
        "place_found": not note.lost, "private": note.private,
    }  # fmt: skip


def as_json(document: Document, notes: Sequence[Note]) -> bytes:
    """{document: {id, title, name, sha256}, exported, notes: [{page, quote, words (what stands there now), note, ...}]}."""
    about = {"id": str(document.pk), "title": document.title, "name": document.name, "sha256": document.sha256}
    made = {"document": about, "exported": timezone.now().astimezone(UTC).isoformat(timespec="seconds")}
    return json.dumps({**made, "notes": [{"id": str(note.pk), **_row(note)} for note in notes]}, ensure_ascii=False, indent=1).encode()


def as_csv(document: Document, notes: Sequence[Note]) -> bytes:
    """With a byte order mark, by which spreadsheets know UTF-8. What they would take for a formula gets an apostrophe before it."""
    out = io.StringIO()
    rows = [{"document": document.title, **_row(note)} for note in notes]
    writer = csv.DictWriter(out, ["document", *_row(Note(created=timezone.now(), updated=timezone.now(), document=document))])
    writer.writeheader()
    writer.writerows({name: cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_docx(document: Document, notes: Sequence[Note]) -> bytes:
    """A heading, and for each note its quotation, what was written, and where, who and when."""
    paper = WordDocument()
    paper.add_heading(printable(_("Notes on %(title)s") % {"title": document.title}), 1)
    for note in notes:
        paper.add_paragraph(printable(f"“{' '.join(note.quote.split())}”"), style="Quote")
        if note.body:
            paper.add_paragraph(printable(note.body))
        paper.add_paragraph(printable(_origin(note)), style="Caption")
    if not notes:
        paper.add_paragraph(_("There are no notes."))
    buffer = io.BytesIO()
    paper.save(buffer)
    return buffer.getvalue()


def _origin(note: Note) -> str:
    place = _("page %(page)d") % {"page": note.page}
    if note.lost:
        place = _("its place was not found in the new reading: page %(page)d earlier") % {"page": note.page}
    when = timezone.localtime(note.created).strftime("%Y-%m-%d %H:%M")
    return ", ".join(part for part in (place, str(note.get_colour_display()), _author(note), when) if part)


LISTS: dict[str, Callable[[Document, Sequence[Note]], bytes]] = {"csv": as_csv, "json": as_json, "docx": as_docx}
