"""Pages become passages: short enough for the embedding model, whole sentences where possible, each with exact places.

Word pieces never reach across white space, so every different word is cut up once; all else is bisection in sorted lists, so that a
single line of ten megabytes costs no more than a book.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from documents.services.chunking.sentences import headings, line_starts, paragraph_starts, sentence_starts

MAX_TOKENS = 220
MAX_CHARACTERS = 4_000
LEAST_BEFORE_HEADING = 60
LEAST_BEFORE_PARAGRAPH = 110
LEAST_BEFORE_SENTENCE = 80
LEAST_BEFORE_LINE = 150
LEAST_BEFORE_WORD = 180
TITLE_TOKENS = 14
SECTION_TOKENS = 18
CONTEXT_CHARACTERS = 500
# Longer words (or scripts without spaces) are cut at their word pieces instead of at white space.
LONG_WORD = 40
# Word piece models turn a word of over 100 letters into one unknown token; here it counts by its length instead.
LONG_TOKEN = 32
LONG_TOKEN_PIECE = 12
SLICE = 8_000
WIDE_GAP = 200

_WORD = re.compile(r"\S+")

Places = npt.NDArray[np.int64]


class PageLike(Protocol):
    @property
    def number(self) -> int: ...

    @property
    def text(self) -> str: ...


class Tokenizer(Protocol):
    def encode_offsets(self, text: str) -> list[tuple[int, int]]: ...

    def counts(self, words: Iterable[str]) -> dict[str, int]: ...


@dataclass(frozen=True)
class ChunkSpec:
    """A passage from `start` on page `page_from` to `end` (exclusive) on page `page_to`; offsets are code points in those pages' texts."""

    index: int
    text: str
    context: str
    page_from: int
    page_to: int
    start: int
    end: int
    tokens: int


def chunk_pages(pages: Sequence[PageLike], *, title: str, tokenizer: Tokenizer) -> list[ChunkSpec]:
    """Cut pages into passages of at most 220 tokens, in order, without overlap, covering every token.

    A passage may cross pages; then the pages' texts stand in it with a line break between them. `context` is the title and the section.
    """
    reading = _Reading(pages, title, tokenizer)
    chunks: list[ChunkSpec] = []
    first = 0
    while first < reading.total:
        last = reading.end_of_passage(first)
        chunks.append(reading.chunk(len(chunks), first, last))
        first = last
    return chunks


class _Reading:
    """All pages as one text, its units (mostly words) with their tokens, and the places where it may be cut (as unit numbers)."""

    def __init__(self, pages: Sequence[PageLike], title: str, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._numbers = [page.number for page in pages]
        self._text = "\n".join(page.text for page in pages)
        self._page_starts = _page_starts(pages)
        self._starts, self._ends, tokens = _units(self._text, tokenizer)
        self._tokens_before = np.concatenate([[0], np.cumsum(tokens)])
        self.total = len(self._starts)
        self._title = shortened(title, TITLE_TOKENS, tokenizer)
        self._contexts: dict[str, str] = {}

    @cached_property
    def _sections(self) -> tuple[list[int], list[str]]:
        """Where sections start, and their names with those of the sections around them."""
        starts, names = [], []
        above: list[tuple[int, str]] = []
        for heading in headings(self._text):
            above = [(level, name) for level, name in above if level < heading.level]
            above.append((heading.level, heading.title))
            starts.append(heading.start)
            names.append(" > ".join(name for _, name in above[-2:]))
        return starts, names

    @cached_property
    def _cuts(self) -> list[tuple[int, list[int]]]:
        """Kinds of places to end at, best first: (least tokens before, unit numbers in order)."""
        return [
            (LEAST_BEFORE_HEADING, self._as_units(self._sections[0])),
            (LEAST_BEFORE_PARAGRAPH, self._as_units(paragraph_starts(self._text))),
            (LEAST_BEFORE_SENTENCE, self._as_units(sentence_starts(self._text))),
            (LEAST_BEFORE_LINE, self._as_units(line_starts(self._text))),
            (LEAST_BEFORE_WORD, self._words),
        ]

    @cached_property
    def _words(self) -> list[int]:
        found: list[int] = (np.flatnonzero(self._starts[1:] > self._ends[:-1]) + 1).tolist()
        return found

    def _as_units(self, places: list[int]) -> list[int]:
        found: list[int] = np.unique(np.searchsorted(self._starts, np.asarray(places, dtype=np.int64))).tolist()
        return found

    def end_of_passage(self, first: int) -> int:
        """The unit before which the passage that starts at `first` ends: the last good place within the limits."""
        too_far = int(np.searchsorted(self._starts, self._starts[first] + MAX_CHARACTERS))
        too_many = int(np.searchsorted(self._tokens_before, self._tokens_before[first] + MAX_TOKENS, side="right")) - 1
        limit = max(first + 1, min(too_many, too_far))
        if limit >= self.total:
            return self.total
        for least, places in self._cuts:
            found = bisect_right(places, limit) - 1
            if found >= 0 and places[found] > first and self._tokens(first, places[found]) >= min(least, self._tokens(first, limit)):
                return places[found]
        return limit

    def _tokens(self, first: int, last: int) -> int:
        return int(self._tokens_before[last] - self._tokens_before[first])

    def chunk(self, index: int, first: int, last: int) -> ChunkSpec:
        start, end = int(self._starts[first]), self._end_of_text(last)
        page_from, page_to = self._page(start), self._page(end - 1)
        return ChunkSpec(
            index=index,
            text=self._text[start:end],
            context=self._context(start),
            page_from=self._numbers[page_from],
            page_to=self._numbers[page_to],
            start=start - self._page_starts[page_from],
            end=end - self._page_starts[page_to],
            tokens=self._tokens(first, last),
        )

    def _end_of_text(self, last: int) -> int:
        """Behind the last character of the passage: signs that are no tokens stay with the word before them, wide gaps don't."""
        after = int(self._ends[last - 1])
        following = int(self._starts[last]) if last < self.total else len(self._text)
        if following - after > WIDE_GAP:
            return after
        return after + len(self._text[after:following].rstrip())

    def _page(self, position: int) -> int:
        return bisect_right(self._page_starts, position) - 1

    def _context(self, start: int) -> str:
        """Title and section of a passage, "" where neither is known."""
        starts, names = self._sections
        found = bisect_left(starts, start + 1) - 1
        section = names[found] if found >= 0 else ""
        if section not in self._contexts:
            self._contexts[section] = _context(self._title, shortened(section, SECTION_TOKENS, self._tokenizer))
        return self._contexts[section]


def retitled(context: str, title: str, tokenizer: Tokenizer) -> str:
    """The context of a passage under another title of its document; its section stays."""
    _old, _, section = context.partition("\n")
    return _context(shortened(title, TITLE_TOKENS, tokenizer), section)


def _context(title: str, section: str) -> str:
    return "\n".join(part for part in (title, section) if part)[:CONTEXT_CHARACTERS]


def shortened(text: str, tokens: int, tokenizer: Tokenizer) -> str:
    """The beginning of a text, of at most so many tokens."""
    text = " ".join(text[:1000].split())
    offsets = tokenizer.encode_offsets(text) if text else []
    return text if len(offsets) <= tokens else text[: offsets[tokens - 1][1]].rstrip(" ,;:-–—>") + "…"


def _page_starts(pages: Sequence[PageLike]) -> list[int]:
    starts, position = [], 0
    for page in pages:
        starts.append(position)
        position += len(page.text) + 1
    return starts


def _units(text: str, tokenizer: Tokenizer) -> tuple[Places, Places, Places]:
    """Start, end and number of tokens of every unit: a word with its punctuation, or a single token of a very long word."""
    spans = np.array([match.span() for match in _WORD.finditer(text)], dtype=np.int64).reshape(-1, 2)
    starts, ends = spans[:, 0], spans[:, 1]
    words = [text[start:end] for start, end in spans.tolist()]
    counts = tokenizer.counts({word for word in words if len(word) <= LONG_WORD})
    tokens = np.array([counts.get(word, 1) for word in words], dtype=np.int64)
    long = np.flatnonzero(ends - starts > LONG_WORD)
    if not len(long):
        return starts, ends, tokens
    return _with_long_words(text, (starts, ends, tokens), long, tokenizer)


def _with_long_words(text: str, units: tuple[Places, Places, Places], long: Places, tokenizer: Tokenizer) -> tuple[Places, Places, Places]:
    """The same units with each long word replaced by its tokens."""
    pieces: list[tuple[Places, Places, Places]] = []
    done = 0
    for number in long.tolist():
        pieces.append((units[0][done:number], units[1][done:number], units[2][done:number]))
        pieces.append(_tokens_of(text, int(units[0][number]), int(units[1][number]), tokenizer))
        done = number + 1
    pieces.append((units[0][done:], units[1][done:], units[2][done:]))
    starts, ends, tokens = (np.concatenate(column) for column in zip(*pieces, strict=True))
    return starts, ends, tokens


def _tokens_of(text: str, start: int, end: int, tokenizer: Tokenizer) -> tuple[Places, Places, Places]:
    """The tokens of one long word, in slices so that memory stays small."""
    starts: list[Places] = [np.empty(0, dtype=np.int64)]
    ends: list[Places] = [np.empty(0, dtype=np.int64)]
    for position in range(start, end, SLICE):
        offsets = np.asarray(tokenizer.encode_offsets(text[position : min(position + SLICE, end)]), dtype=np.int64).reshape(-1, 2)
        some_starts, some_ends = _split_long(offsets[:, 0], offsets[:, 1])
        starts.append(some_starts + position)
        ends.append(some_ends + position)
    joined = np.concatenate(starts)
    return joined, np.concatenate(ends), np.ones(len(joined), dtype=np.int64)


def _split_long(starts: Places, ends: Places) -> tuple[Places, Places]:
    """Tokens that stand for very long words become pieces of a few characters, so that passages stay short in characters too."""
    long = ends - starts > LONG_TOKEN
    if not long.any():
        return starts, ends
    pieces = np.where(long, -(-(ends - starts) // LONG_TOKEN_PIECE), 1)
    owner = np.repeat(np.arange(len(starts)), pieces)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    new_starts = starts[owner] + step * LONG_TOKEN_PIECE
    return new_starts, np.where(long[owner], np.minimum(new_starts + LONG_TOKEN_PIECE, ends[owner]), ends[owner])
