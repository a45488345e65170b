"""A document as a paper reads it: its sheets with the numbers that are printed on them, and the mentions of authorities on each.

What has been read is taken from the published reading; a draft that is still on its way is read here, without waiting for its indexes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from cases.models import Ruling, Statute
from cases.services.citations import extract_pages
from documents.errors import Refused
from documents.models import Citation, Document
from documents.services.extraction import extract
from documents.services.pipeline import passwords
from documents.services.storage import blobs

# A line that is nothing but a page's number.
_NUMBER = re.compile(r"[\s\-–—|]*(?:page\s+)?(?P<number>\d{1,4}|[ivxl]{1,8})(?:\s+of\s+\d{1,4})?[\s\-–—|]*", re.IGNORECASE)
_EDGE_LINES = 2
_ROMAN = (("l", 50), ("xl", 40), ("x", 10), ("ix", 9), ("v", 5), ("iv", 4), ("i", 1))


@dataclass(frozen=True)
class Sheet:
    """One page. `label` is what is printed on it, or what the file calls it; its place where neither is known."""

    number: int
    label: str
    text: str
    raw: str = ""


@dataclass(frozen=True)
class Said:
    """One mention of an authority, as a table counts it."""

    page: int
    start: int
    end: int
    text: str
    kind: str
    key: str
    cluster: str
    pin: str
    name: str
    year: int | None
    court: str
    ruling: Ruling | None = None
    statute: Statute | None = None


@dataclass(frozen=True)
class Text:
    document: Document
    sheets: list[Sheet]
    mentions: list[Said]
    labels_known: bool

    def label(self, number: int) -> str:
        return next((sheet.label for sheet in self.sheets if sheet.number == number), str(number))


def text_of(document: Document, check: Callable[[], None]) -> Text:
    """Raises Refused (no_text) for a document without any."""
    version = document.read_as()
    if version is not None and version.complete and (not document.processing or version.citations.exists()):
        pages = version.pages.order_by("number").values_list("number", "label", "text", "raw")
        sheets, known = labelled([Sheet(*page) for page in pages])
        # What an authority is to the document: neither its own citation, nor the history of another, nor a paper of the record.
        found = version.citations.filter(role=Citation.Role.AUTHORITY).select_related("ruling", "statute").order_by("page", "start", "id")
        mentions = [_stored(one) for one in found]
    else:
        sheets, known, mentions = _read_here(document, check)
    if not any(sheet.text.strip() for sheet in sheets):
        raise Refused(_("There is no text in “%(title)s” that could be read.") % {"title": document.title}, "no_text")
    return Text(document, sheets, mentions, known)


def _stored(one: Citation) -> Said:
    return Said(
        one.page, one.start, one.end, one.text, one.kind, one.key, one.cluster or one.key, one.pin, one.name, one.year, one.court,
        one.ruling, one.statute,
    )  # fmt: skip


def _read_here(document: Document, check: Callable[[], None]) -> tuple[list[Sheet], bool, list[Said]]:
    source = document.duplicate_of or document
    if not source.stored_as:
        return [], False, []
    password = passwords.unsealed(source.password)
    with (
        blobs.as_file(source) as path,
        extract(path, name=source.name, check=check, progress=lambda done, total: None, password=password) as read,
    ):
        sheets, known = labelled([Sheet(n, page.label, page.text, page.raw) for n, page in enumerate(read.pages, 1)])
    found = extract_pages([(sheet.number, sheet.text) for sheet in sheets], check)
    return sheets, known, [_extracted(one.page, one.mention) for one in found if one.mention.role == Citation.Role.AUTHORITY]


def _extracted(page: int, one: Any) -> Said:
    return Said(
        page, one.start, one.end, one.text, one.kind, one.key, one.cluster or one.key, one.pin, one.name, one.year, one.court
    )  # fmt: skip


def labelled(sheets: Sequence[Sheet]) -> tuple[list[Sheet], bool]:
    """The sheets with the numbers that a reader sees: those of the file's page labels, else those that are printed on the sheets, where
    most of them agree; and whether either is known."""
    if any(sheet.label.strip() for sheet in sheets):
        return [replace(sheet, label=sheet.label.strip() or str(sheet.number)) for sheet in sheets], True
    arabic, roman = (_shift(sheets, digits=digits) for digits in (True, False))
    if arabic is None:
        return [replace(sheet, label=str(sheet.number)) for sheet in sheets], False
    first = min(sheet.number for sheet in sheets if sheet.number - arabic in _printed(sheet, digits=True))
    return [replace(sheet, label=_label(sheet.number, first, arabic, roman)) for sheet in sheets], True


def _label(number: int, first: int, arabic: int, roman: int | None) -> str:
    if number >= first:
        return str(number - arabic)
    if roman is not None and number - roman > 0:
        return in_roman(number - roman)
    return str(number - arabic) if number - arabic > 0 else f"[{number}]"


def _shift(sheets: Sequence[Sheet], *, digits: bool) -> int | None:
    """By how much the place of a sheet is more than its printed number, where at least two sheets and most that have a number say so."""
    votes = Counter(sheet.number - printed for sheet in sheets for printed in _printed(sheet, digits=digits))
    if not votes:
        return None
    shift, count = votes.most_common(1)[0]
    numbered = sum(1 for sheet in sheets if _printed(sheet, digits=digits))
    return shift if count * 2 > numbered and (count > 1 or not digits) else None


def _printed(sheet: Sheet, *, digits: bool) -> set[int]:
    lines = [line for line in (sheet.raw or sheet.text).splitlines() if line.strip()]
    found = set()
    for line in (*lines[:_EDGE_LINES], *lines[_EDGE_LINES:][-_EDGE_LINES:]):
        match = _NUMBER.fullmatch(line)
        if match and match["number"].isdigit() == digits:
            found.add(int(match["number"]) if digits else from_roman(match["number"]))
    return found - {0}


def in_roman(number: int) -> str:
    written = ""
    for letters, value in _ROMAN:
        while number >= value:
            written, number = written + letters, number - value
    return written


def from_roman(letters: str) -> int:
    """0 for what is no number below 90."""
    return next((value for value in range(1, 90) if in_roman(value) == letters.lower()), 0)
