"""Word files before XML (DOC): their text by its pieces, and what the properties of characters and paragraphs say of it.

Source: Microsoft, [MS-DOC], sections 2.4 (retrieving text), 2.5 (the FIB), 2.6 (property modifiers), 2.9.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from documents.services.extraction.containers.compound import CompoundFile
from documents.services.extraction.errors import Unreadable
from documents.services.extraction.limits import MAX_CHARACTERS

_WORD_97, _OLDER = 0xA5EC, (0xA5DC, 0xA59B, 0xA59C, 0xA5DB)
_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_PAGE = 512
_COMPRESSED = 0x4000_0000
# Places of tables in FibRgFcLcb.
NOTES, NOTES_TEXT, COMMENTS, COMMENTS_TEXT, HEADERS, _CHARACTERS, _PARAGRAPHS = 2, 3, 4, 5, 11, 12, 13
_CLX, COMMENTERS, ENDNOTES, ENDNOTES_TEXT, REVISERS = 33, 36, 46, 47, 51
# Property modifiers (sprm).
_DELETED, _INSERTED, _HIDDEN, _REVISER, _REVISER_OF_DELETION = 0x0800, 0x0801, 0x083C, 0x4804, 0x4863
_IN_TABLE, _ROW_ENDS = 0x2416, 0x2417
_SIZES = (1, 1, 2, 4, 2, 2, -1, 3)
_LONG = {0xD608: 2, 0xD606: 2}  # of two bytes for their own length


class Look(NamedTuple):
    """How characters look: tracked as deleted or inserted (by whom, as a place among the revisers), hidden."""

    deleted: bool = False
    inserted: bool = False
    hidden: bool = False
    reviser: int = -1


class Line(NamedTuple):
    """Where a paragraph stands: in a table, or as the mark that ends a row."""

    in_table: bool = False
    row_ends: bool = False


class _Piece(NamedTuple):
    """Characters [start, end) of the text; where their bytes begin, and how many bytes each takes."""

    start: int
    end: int
    offset: int
    width: int


Told = TypeVar("Told", Look, Line)


@dataclass(frozen=True)
class Parts:
    """The lengths, in characters, of the texts that a file holds one after the other."""

    body: int
    notes: int
    headers: int
    macros: int
    comments: int
    endnotes: int
    boxes: int
    header_boxes: int


class WordFile:
    """A DOC file. Raises Unreadable: encrypted, too_old, unreadable, text_too_long."""

    def __init__(self, compound: CompoundFile) -> None:
        self._main = compound.read("WordDocument")
        try:
            self._open(compound)
        except (struct.error, IndexError, ValueError) as error:
            raise Unreadable("unreadable", kind="Word") from error

    def _open(self, compound: CompoundFile) -> None:
        magic, flags = self._short(0), self._short(10)
        if magic in _OLDER:
            raise Unreadable("too_old", kind="Word")
        if magic != _WORD_97:
            raise Unreadable("unreadable", kind="Word")
        if flags & _ENCRYPTED:
            raise Unreadable("encrypted")
        lengths = 34 + 2 * self._short(32)
        self.parts = Parts(*(max(0, count) for count in struct.unpack_from("<8i", self._main, lengths + 2 + 12)))
        self._places = lengths + 2 + 4 * self._short(lengths)
        self._table = compound.read("1Table" if flags & _TABLE_1 else "0Table")
        self._pieces = list(self._read_pieces())
        if sum(piece.end - piece.start for piece in self._pieces) > MAX_CHARACTERS:
            raise Unreadable("text_too_long", limit=MAX_CHARACTERS // 1_000_000)
        self._looks = _Runs(self._main, self.table(_CHARACTERS), _character_runs, Look())
        self._lines = _Runs(self._main, self.table(_PARAGRAPHS), _paragraph_runs, Line())

    def _short(self, place: int) -> int:
        return int(struct.unpack_from("<H", self._main, place)[0])

    def table(self, place: int) -> bytes:
        """One of the tables of the file by its place in the FIB, b"" where the file has none."""
        if place >= self._short(self._places):
            return b""
        start, length = struct.unpack_from("<II", self._main, self._places + 2 + 8 * place)
        return self._table[start : start + length]

    def places(self, table: int, size: int) -> tuple[list[int], list[bytes]]:
        """A table of characters' places (PLC) with the data of `size` bytes that belongs to each but the last."""
        content = self.table(table)
        count = max(0, (len(content) - 4) // (4 + size))
        if not content or count == 0:
            return [], []
        places = list(struct.unpack_from(f"<{count + 1}I", content))
        data = content[4 * (count + 1) :]
        return places, [data[size * index : size * (index + 1)] for index in range(count)]

    def strings(self, table: int) -> list[str]:
        """The strings of an extended STTB."""
        content, found = self.table(table), []
        if len(content) < 6 or content[:2] != b"\xff\xff":
            return []
        count, extra = struct.unpack_from("<HH", content, 2)
        place = 6
        for _ in range(count):
            if place + 2 > len(content):
                break
            length = struct.unpack_from("<H", content, place)[0]
            found.append(content[place + 2 : place + 2 + 2 * length].decode("utf-16-le", "replace"))
            place += 2 + 2 * length + extra
        return found

    def names(self, table: int) -> list[str]:
        """Strings one after the other, each with its length before it (XST)."""
        content, found, place = self.table(table), [], 0
        while place + 2 <= len(content):
            length = struct.unpack_from("<H", content, place)[0]
            found.append(content[place + 2 : place + 2 + 2 * length].decode("utf-16-le", "replace"))
            place += 2 + 2 * length
        return found

    def _read_pieces(self) -> Iterator[_Piece]:
        clx, place = self.table(_CLX), 0
        while place < len(clx) and clx[place] == 1:
            place += 3 + struct.unpack_from("<H", clx, place + 1)[0]
        if place >= len(clx) or clx[place] != 2:
            raise ValueError("no table of pieces")
        length = struct.unpack_from("<I", clx, place + 1)[0]
        content = clx[place + 5 : place + 5 + length]
        count = (len(content) - 4) // 12
        places = struct.unpack_from(f"<{count + 1}I", content)
        for index in range(count):
            said = struct.unpack_from("<I", content, 4 * (count + 1) + 8 * index + 2)[0]
            width = 1 if said & _COMPRESSED else 2
            offset = (said & ~_COMPRESSED & 0x7FFF_FFFF) // (2 if width == 1 else 1)
            room = max(0, (len(self._main) - offset) // width)
            if places[index + 1] > places[index]:
                yield _Piece(places[index], min(places[index + 1], places[index] + room), offset, width)

    def runs(self, start: int, end: int) -> Iterator[tuple[str, int, Look, Line]]:
        """The text of characters [start, end) in runs of one look and one line, each with the place of its first character."""
        first = max(0, bisect_right(self._pieces, start, key=lambda piece: piece.start) - 1)
        for piece in self._pieces[first:]:
            if piece.start >= end:
                break
            place, stop = max(start, piece.start), min(end, piece.end)
            while place < stop:
                offset = piece.offset + (place - piece.start) * piece.width
                look, look_ends = self._looks.at(offset)
                line, line_ends = self._lines.at(offset)
                ends = piece.start + -(-(min(look_ends, line_ends) - piece.offset) // piece.width)
                until = max(place + 1, min(stop, ends))
                content = self._main[offset : offset + (until - place) * piece.width]
                yield content.decode("cp1252" if piece.width == 1 else "utf-16-le", "replace"), place, look, line
                place = until


class _Runs(Generic[Told]):
    """What the pages of formatted properties (FKP) say of stretches of the file."""

    def __init__(self, main: bytes, table: bytes, read: Callable[[bytes], Iterator[tuple[int, int, Told]]], usual: Told) -> None:
        self._usual: Told = usual
        count = max(0, (len(table) - 4) // 8)
        numbers = struct.unpack_from(f"<{count}I", table, 4 * (count + 1)) if count else ()
        found: dict[int, tuple[int, Told]] = {}
        for number in dict.fromkeys(number & 0x3F_FFFF for number in numbers):
            page = main[number * _PAGE : (number + 1) * _PAGE]
            if len(page) == _PAGE:
                found.update((start, (end, told)) for start, end, told in read(page) if end > start)
        self._starts = sorted(found)
        self._told: list[tuple[int, Told]] = [found[start] for start in self._starts]

    def at(self, offset: int) -> tuple[Told, int]:
        """What holds at an offset, and the offset up to which it does."""
        index = bisect_right(self._starts, offset) - 1
        if index >= 0 and offset < self._told[index][0]:
            end, told = self._told[index]
            return told, end
        following = self._starts[index + 1] if index + 1 < len(self._starts) else 1 << 40
        return self._usual, following


def _offsets(page: bytes, size: int) -> Iterator[tuple[int, int, bytes]]:
    """Stretches of a page with the `size` bytes that say where its properties stand."""
    count = page[-1]
    if 4 * (count + 1) + size * count < _PAGE:
        places = struct.unpack_from(f"<{count + 1}I", page)
        for index in range(count):
            at = 4 * (count + 1) + size * index
            yield places[index], places[index + 1], page[at : at + size]


def _character_runs(page: bytes) -> Iterator[tuple[int, int, Look]]:
    for start, end, said in _offsets(page, 1):
        at = 2 * said[0]
        if at:
            yield start, end, _look(page[at + 1 : at + 1 + page[at]])


def _paragraph_runs(page: bytes) -> Iterator[tuple[int, int, Line]]:
    for start, end, said in _offsets(page, 13):
        at = 2 * said[0]
        if 0 < at < _PAGE - 2:
            length, begins = (2 * page[at] - 1, at + 1) if page[at] else (2 * page[at + 1], at + 2)
            told = dict(_modifiers(page[begins + 2 : begins + length]))  # the first two bytes name the style
            yield start, end, Line(_on(told, _IN_TABLE), _on(told, _ROW_ENDS))


def _look(content: bytes) -> Look:
    told = dict(_modifiers(content))
    reviser = told.get(_REVISER_OF_DELETION, told.get(_REVISER, b""))
    return Look(_on(told, _DELETED), _on(told, _INSERTED), _on(told, _HIDDEN), int.from_bytes(reviser, "little") if reviser else -1)


def _on(told: dict[int, bytes], modifier: int) -> bool:
    return told.get(modifier, b"\0")[:1] == b"\1"


def _modifiers(content: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + 2 < len(content):
        code = struct.unpack_from("<H", content, place)[0]
        size, begins = _SIZES[code >> 13], place + 2
        if size < 0:
            width = _LONG.get(code, 1)
            size = int.from_bytes(content[begins : begins + width], "little") - (width - 1)
            begins += width
        yield code, content[begins : begins + max(size, 0)]
        place = begins + max(size, 0)
