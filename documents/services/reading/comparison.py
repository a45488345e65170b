"""Two documents side by side: what both say, and where they differ, word for word."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import NamedTuple, overload

import numpy as np

from documents.models import Document, Page
from documents.services.extraction.formats import PDF
from documents.services.reading.reflow import flowed
from documents.services.similarity.alignment import Match, Words, align, gaps, slid

LONGEST_PARAGRAPH = 400  # words; a longer one is shown in pieces
MOST_WORDS = 600_000  # of one document, some 1,500 pages
LONGEST_CHANGE = 300  # words; a longer one is shown by paragraphs, first those of the left document, then those of the right
_WORD = re.compile(r"\w+(?:[.,'’\-]\w+)*|[^\w\s]")
_ALIKE = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00ad": None})
Gap = tuple[int, int, int, int]
"""Words that differ: of the left text from, to, of the right text from, to."""


class Change(StrEnum):
    SAME = "same"
    DELETED = "deleted"
    INSERTED = "inserted"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Segment:
    """Text that follows the one before; `number` counts the differences of the whole comparison from 1, 0 where both say the same."""

    text: str
    change: Change = Change.SAME
    number: int = 0
    first: bool = False
    """Whether the difference begins here: of what is replaced at the left."""


@dataclass(frozen=True)
class Side:
    """What one document says in a block: on the pages `page` to `page_to`; nothing where the other alone says something."""

    segments: list[Segment] = field(default_factory=list)
    page: int | None = None
    page_to: int | None = None


@dataclass(frozen=True)
class Block:
    """A paragraph, or several that cannot be told apart, of both documents."""

    left: Side
    right: Side

    @property
    def equal(self) -> bool:
        return all(one.change is Change.SAME for side in (self.left, self.right) for one in side.segments)


class Blocks(Sequence[Block]):
    """The blocks in order, each made when it is asked for: of two long texts a page shows few."""

    def __init__(self, cuts: list[_Place], left: _Marked, right: _Marked, changes: list[Gap]) -> None:
        self._cuts, self._left, self._right = cuts, left, right
        self.equal = [True] * (len(cuts) - 1)
        for a, b, c, d in changes:
            for place in range(bisect_right(cuts, (a, c)) - 1, bisect_left(cuts, (b, d))):
                self.equal[place] = False

    def __len__(self) -> int:
        return len(self.equal)

    @overload
    def __getitem__(self, place: int) -> Block: ...
    @overload
    def __getitem__(self, place: slice) -> list[Block]: ...
    def __getitem__(self, place: int | slice) -> Block | list[Block]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        start, end = self._cuts[range(len(self))[place]], self._cuts[range(len(self))[place] + 1]
        return Block(self._left.side(start.left, end.left), self._right.side(start.right, end.right))

    def characters(self, place: int) -> int:
        """How long a block is, both sides together, about."""
        start, end = self._cuts[place], self._cuts[place + 1]
        return self._left.characters(start.left, end.left) + self._right.characters(start.right, end.right)


@dataclass(frozen=True)
class Comparison:
    """All blocks in order. Of `coarse` differences the words are not told apart, for they are too large; what stands after the pages
    `left_ends` and `right_ends` was not compared, where they are given."""

    blocks: Blocks
    differences: int
    coarse: int
    words: tuple[int, int]
    left_ends: int | None
    right_ends: int | None


class _Place(NamedTuple):
    left: int
    right: int


class _Text:
    """A document's words: where each stands in the text of all pages, and which of them begin a paragraph."""

    def __init__(self, document: Document, numbers: dict[str, int]) -> None:
        self.pages: list[int] = []
        self.page_starts: list[int] = []
        self.text = self._read(document)
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.keys = self._words(numbers)
        self.paragraphs = self._paragraphs()
        self.ends_at = self.page_of(MOST_WORDS - 1) if len(self.starts) == MOST_WORDS else None

    def _words(self, numbers: dict[str, int]) -> Words:
        """Find the words; a number for each, equal ones for those that count as equal, which `numbers` keeps for both texts."""
        keys: list[int] = []
        for found in islice(_WORD.finditer(self.text), MOST_WORDS):
            word = found.group()
            number = numbers.get(word)
            if number is None:
                number = numbers[word] = numbers.setdefault(word.translate(_ALIKE), len(numbers))
            keys.append(number)
            self.starts.append(found.start())
            self.ends.append(found.end())
        return np.array(keys, np.int64)

    def _read(self, document: Document) -> str:
        version = document.read_as()
        rows = Page.objects.filter(text_version=version).order_by("number").values_list("number", "text") if version else []
        pieces, length = [], 0
        for number, text in rows:
            self.pages.append(number)
            self.page_starts.append(length)
            pieces.append(flowed(text) if document.mime == PDF else text)
            length += len(text) + 1
        return "\n".join(pieces)

    def _paragraphs(self) -> list[int]:
        found = [0] if self.starts else []
        for place in range(1, len(self.starts)):
            if place - found[-1] >= LONGEST_PARAGRAPH or "\n" in self.text[self.ends[place - 1] : self.starts[place]]:
                found.append(place)
        return found

    def page_of(self, word: int) -> int:
        return self.pages[bisect_right(self.page_starts, self.starts[word]) - 1]

    def begins(self, word: int) -> bool:
        place = bisect_left(self.paragraphs, word)
        return word == len(self.starts) or (place < len(self.paragraphs) and self.paragraphs[place] == word)

    def paragraphs_in(self, first: int, end: int) -> list[int]:
        return self.paragraphs[bisect_left(self.paragraphs, first) : bisect_left(self.paragraphs, end)]

    def between(self, first: int, end: int) -> str:
        return self.text[self.starts[first] : self.ends[end - 1]]

    def space_after(self, word: int, end: int) -> str:
        return self.text[self.ends[word] : self.starts[word + 1]] if word + 1 < end else ""


def compare(left: Document, right: Document) -> Comparison:
    """What two documents that one may see say alike and otherwise, from the left one to the right one."""
    numbers: dict[str, int] = {}
    one, other = _Text(left, numbers), _Text(right, numbers)
    aligned = align(one.keys, other.keys)
    matches = slid(aligned.matches, one.keys, other.keys, (set(one.paragraphs), set(other.paragraphs)))
    changes = [gap for gap in gaps(matches, len(one.keys), len(other.keys)) if gap[0] < gap[1] or gap[2] < gap[3]]
    cuts = _cuts(one, other, matches, changes)
    return Comparison(
        Blocks(cuts, *_marked(one, other, changes), changes),
        len(changes),
        aligned.coarse,
        (len(one.keys), len(other.keys)),
        one.ends_at,
        other.ends_at,
    )


def _cuts(one: _Text, other: _Text, matches: list[Match], changes: list[Gap]) -> list[_Place]:
    """Where blocks begin, and the end of all: at paragraphs of the left document, and of the right one where it stands alone."""
    cuts = {_Place(0, 0), _Place(len(one.keys), len(other.keys))}
    for match in matches:
        cuts.update(_Place(at, match.right + at - match.left) for at in one.paragraphs_in(match.left, match.left + match.size))
    for a, b, c, d in changes:
        if one.begins(a) and other.begins(c):
            cuts.add(_Place(a, c))
        if b - a > LONGEST_CHANGE or d - c > LONGEST_CHANGE or a == b or c == d:
            cuts.update(_Place(at, c) for at in one.paragraphs_in(a, b))
            cuts.update(_Place(b, at) for at in other.paragraphs_in(c, d))
    return sorted(cuts)


def _marked(one: _Text, other: _Text, changes: list[Gap]) -> tuple[_Marked, _Marked]:
    """Both texts with what differs: what is replaced is counted at the left."""
    kinds = [_kind(*change) for change in changes]
    left = [_Stretch(a, b, kind, kind is not Change.INSERTED) for (a, b, _c, _d), kind in zip(changes, kinds, strict=True)]
    right = [_Stretch(c, d, kind, kind is Change.INSERTED) for (_a, _b, c, d), kind in zip(changes, kinds, strict=True)]
    return _Marked(one, left), _Marked(other, right)


def _kind(a: int, b: int, c: int, d: int) -> Change:
    if a == b:
        return Change.INSERTED
    return Change.DELETED if c == d else Change.REPLACED


class _Stretch(NamedTuple):
    """Words of one text that the other does not have; `leads` where the difference is counted here."""

    start: int
    end: int
    change: Change
    leads: bool


class _Marked:
    """One text and the stretches of it that differ, in order; the place in their list is a difference's number less one."""

    def __init__(self, text: _Text, changed: list[_Stretch]) -> None:
        self._text, self._changed = text, changed
        self._ends = [stretch.end for stretch in changed]

    def side(self, first: int, end: int) -> Side:
        if first == end:
            return Side()
        return Side(_together(self._segments(first, end)), self._text.page_of(first), self._text.page_of(end - 1))

    def characters(self, first: int, end: int) -> int:
        return self._text.ends[end - 1] - self._text.starts[first] if first < end else 0

    def _segments(self, first: int, end: int) -> Iterator[Segment]:
        at = first
        for number in range(bisect_right(self._ends, first), len(self._changed)):
            begin, stop, change, leads = self._changed[number]
            if begin >= end:
                break
            start, stop = max(begin, at), min(stop, end)
            if start == stop:
                continue
            if at < start:
                yield Segment(self._text.between(at, start) + self._text.space_after(start - 1, end))
            yield Segment(self._text.between(start, stop), change, number + 1, leads and start == begin)
            if space := self._text.space_after(stop - 1, end):
                yield Segment(space)
            at = stop
        if at < end:
            yield Segment(self._text.between(at, end))


def _together(segments: Iterator[Segment]) -> list[Segment]:
    """Neighbours that are the same in both documents as one."""
    joined: list[Segment] = []
    for segment in segments:
        if joined and joined[-1].change is segment.change is Change.SAME:
            joined[-1] = Segment(joined[-1].text + segment.text)
        else:
            joined.append(segment)
    return joined
