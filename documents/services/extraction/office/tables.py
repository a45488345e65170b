"""Tables as pages of text: every cell with its address ("B7: 1,250.00"), a row in a line, within limits on the whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from documents.services.extraction.limits import MAX_CELLS, MAX_PAGES, MAX_TABLE_CHARACTERS, MAX_TABLE_ROWS, TABLE_PAGE_CHARACTERS
from documents.services.extraction.office.cells import letters
from documents.services.extraction.parsers.base import RawPage, storable

_LABEL = 40


@dataclass
class TablePages:
    """The pages of a file's tables. A long table goes on, after whole rows, on a next page with the same label."""

    pages: list[RawPage] = field(default_factory=list)
    _cells: int = 0
    _rows: int = 0
    _characters: int = 0
    _lines: list[str] = field(default_factory=list)
    _held: int = 0
    _label: str = ""
    _begun: bool = False
    """Whether the table has a page already."""
    _heading: list[str] = field(default_factory=list)

    @property
    def full(self) -> bool:
        used_up = self._cells >= MAX_CELLS or self._rows >= MAX_TABLE_ROWS or self._characters >= MAX_TABLE_CHARACTERS
        return used_up or len(self.pages) >= MAX_PAGES

    def begin(self, name: str, heading: str = "") -> None:
        """A table of this name; the heading stands in the first line of each of its pages."""
        self._label = storable(name)[:_LABEL]
        self._heading = [" ".join(storable(heading).split())] if heading else []
        self._lines, self._held, self._begun = list(self._heading), 0, False

    def add(self, row: int, cells: Iterable[tuple[int, str]]) -> None:
        """A row: columns from 1 with what they show."""
        self._rows += 1
        shown: list[str] = []
        room = MAX_TABLE_CHARACTERS - self._characters
        for column, raw in cells:
            if text := " ".join(storable(raw).split()):
                shown.append(f"{letters(column)}{row}: {text}")
                room -= len(shown[-1])
                if room <= 0:
                    break
        if shown:
            self._cells += len(shown)
            self.line("\t".join(shown))

    def looked_at(self) -> None:
        """Something that is no row was read; it counts as one, for it costs as much."""
        self._rows += 1

    def line(self, text: str) -> None:
        self._lines.append(text)
        self._held += len(text) + 1
        self._characters += len(text) + 1
        if self._held >= TABLE_PAGE_CHARACTERS and len(self.pages) < MAX_PAGES - 1:
            self.end()
            self._lines, self._held, self._begun = list(self._heading), 0, True

    def end(self) -> None:
        """What is held becomes a page; an empty table is an empty page."""
        if not (self._begun and len(self._lines) <= len(self._heading)):
            self.pages.append(RawPage("\n".join(self._lines), label=self._label))
        self._lines = []
