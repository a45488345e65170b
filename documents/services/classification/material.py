"""What the rules look at, and what they say. Plain data, no Django."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

FIELDS = ("kind", "title", "date", "author", "court", "docket_number", "language", "parties")
BEGINNING, END = 6, 2
"""How many pages are looked at, from the first and up to the last."""
LONGEST_PAGE = 8_000
"""Code points of a page that are looked at; of the last page as many at its end."""
HEAD = 3_000
"""Code points of the first page in which a caption, a letterhead or a heading stands."""


class Sheet(NamedTuple):
    """A page as the rules see it: its number from 1, and its text from code point `offset` on."""

    number: int
    text: str
    offset: int = 0


@dataclass(frozen=True)
class Material:
    """A document as far as the rules look at it. `named` is the title that its file's name gives; `kind` is what the format itself says
    (an e-mail), `title` and `date` likewise: `titled` where the format's title is one that a reader sees, as an e-mail's subject."""

    name: str
    named: str = ""
    mime: str = ""
    sheets: Sequence[Sheet] = ()
    kind: str = ""
    title: str = ""
    titled: bool = False
    date: date | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def head(self) -> str:
        """The top of the first page that has words."""
        return self.sheets[0].text[:HEAD] if self.sheets else ""

    @property
    def first(self) -> int:
        return self.sheets[0].number if self.sheets else 1

    @property
    def last(self) -> Sheet:
        return self.sheets[-1] if self.sheets else Sheet(1, "")


class Proposal(NamedTuple):
    """What the rules hold for true of a field: 0..1, why (a code of facts.reasons), and the words on which it rests.

    `value` is a string (dates as ISO), of parties [{"name", "role"}, ...]. `start` and `end` are code points of the page's text.
    """

    field: str
    value: Any
    confidence: float
    reason: str
    evidence: str = ""
    page: int | None = None
    start: int | None = None
    end: int | None = None


class Line(NamedTuple):
    """A line of a page without the space around it, and where it begins."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


_LINE = re.compile(r"[^\n]+")
_NUMBERED = re.compile(r"\d{1,2}(?=\s|$)")
_PLEADING = 8
"""Lines counted one by one from which on the numbers at the left are those of the paper, as in transcripts and in California."""


def lines_of(text: str) -> Iterator[Line]:
    """The lines that have something on them, without the numbers that some papers have at the left of each."""
    lines = []
    for found in _LINE.finditer(text):
        stripped = found.group().strip()
        if stripped:
            lines.append(Line(stripped, found.start() + found.group().index(stripped)))
    return iter(list(_unnumbered(lines)) if _is_numbered(lines) else lines)


def _is_numbered(lines: list[Line]) -> bool:
    expected = counted = 0
    for line in lines:
        number = _NUMBERED.match(line.text)
        expected += 1
        if number is None or int(number.group()) != expected:
            expected = int(number.group()) if number else 0
            counted = 1 if number else 0
            continue
        counted += 1
        if counted >= _PLEADING:
            return True
    return False


def _unnumbered(lines: list[Line]) -> Iterator[Line]:
    for line in lines:
        number = _NUMBERED.match(line.text)
        bare = line.text[number.end() :].lstrip() if number else line.text
        if bare:
            yield Line(bare, line.end - len(bare))


_COLUMN = re.compile(r"(?:(?:^|[ \t]+)[)|§*](?=\s|$)|^:(?=\s|$)|^[)|§]|[ \t]+:(?=\s|$)|\t|[ ]{4,})[ \t)|§]*")


def columns_of(text: str) -> tuple[list[Line], list[Line]]:
    """The lines of a caption set in two columns: what stands at the left (and lines across), and what at the right."""
    left, right = [], []
    for line in lines_of(text):
        column = _COLUMN.search(line.text)
        if column is None:
            left.append(line)
            continue
        if before := line.text[: column.start()].strip():
            left.append(Line(before, line.start))
        if after := line.text[column.end() :].strip(" )|§:"):
            right.append(Line(after, line.start + line.text.index(after, column.end())))
    return left, right


def left_of(text: str) -> str:
    """A line without the column at its right."""
    column = _COLUMN.search(text)
    return (text[: column.start()] if column else text).strip()


def sheets_of(pages: Sequence[tuple[int, str]]) -> list[Sheet]:
    """The pages to look at, of (number, text) of all: those with words among the first, and the last ones."""
    worded = [(number, text) for number, text in pages if text.strip()]
    ends = worded[max(BEGINNING, len(worded) - END) :]
    sheets = [Sheet(number, text[:LONGEST_PAGE]) for number, text in worded[:BEGINNING]]
    sheets += [Sheet(number, text[-LONGEST_PAGE:], max(0, len(text) - LONGEST_PAGE)) for number, text in ends]
    if len(worded) <= BEGINNING and worded and len(worded[-1][1]) > LONGEST_PAGE:  # a format without pages: its end too
        number, text = worded[-1]
        offset = max(LONGEST_PAGE, len(text) - LONGEST_PAGE)
        sheets.append(Sheet(number, text[offset:], offset))
    return sheets


def found_at(field_name: str, value: Any, confidence: float, reason: str, sheet: Sheet, start: int, end: int) -> Proposal:
    """A proposal that rests on a place of a sheet; `start` and `end` are in the sheet's text."""
    evidence = " ".join(sheet.text[start:end].split())[:200]
    return Proposal(field_name, value, confidence, reason, evidence, sheet.number, sheet.offset + start, sheet.offset + end)
