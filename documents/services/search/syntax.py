"""The parts of a query: the pieces a lexer finds and the tree a parser makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.translation import gettext as _

from documents.services.search.errors import SearchError
from documents.services.search.text.words import words_in


@dataclass(frozen=True)
class Term:
    """Words that follow each other; one word, most of the time."""

    words: tuple[str, ...]
    quoted: bool = False
    prefix: bool = False
    heading: bool = False
    variants: tuple[str, ...] = ()
    """Other ways to write it (see `text.variants`), each enough by itself."""
    only_variants: bool = False
    """The words do not stand for it: C++, AT&T, a docket number."""


@dataclass(frozen=True)
class Cite:
    """An authority, by its canonical key; `words` are how it was typed."""

    key: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Near:
    """Both within `distance` words of each other, in either order."""

    left: Node
    right: Node
    distance: int


@dataclass(frozen=True)
class All:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Some:
    """Any of the parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Without:
    part: Node


@dataclass(frozen=True)
class Optional:
    """Not looked for, but counted where it stands: the loose words beside a phrase."""

    part: Node


Node = Term | Cite | Near | All | Some | Without | Optional


class Piece(NamedTuple):
    """One piece of a query as typed: `kind` is word, phrase, cite, field, (, ), and, or, not, minus or near."""

    kind: str
    text: str
    at: int
    number: int = 0
    key: str = ""


class Span(NamedTuple):
    """Where a citation was recognised in a query."""

    start: int
    end: int
    key: str


PHRASE, WORD, OPEN, CLOSE = "phrase", "word", "(", ")"
FARTHEST = 30
SENTENCE, PARAGRAPH = 15, 30  # what /s and /p mean to us, in words
QUOTES = '"“”„'
_PHRASE = re.compile(rf"[{QUOTES}]([^{QUOTES}]*)[{QUOTES}](?:~(\d{{1,4}}))?")
_NEAR = re.compile(r"(?:w|near|within)?/(\d{1,4}|s|p)", re.IGNORECASE)
_FIELD = re.compile(r"(title|kind|cite):", re.IGNORECASE)
_KEY = re.compile(r"[\w.]+(?::[^\s:\"]+){2,}")
_OPERATORS = {"AND": "and", "&": "and", "&&": "and", "OR": "or", "|": "or", "||": "or", "NOT": "not"}
_BETWEEN = re.compile(r"[;—…]+|,(?!\d)|(?<!\d),|/(?!\d)|(?<!\d)/|–(?!\d)|(?<!\d)–|:(?!\d)")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[^\s@]+@[^\s@]+\.[^\s@]+", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


@dataclass
class Lexer:
    query: str
    citations: Sequence[Span]
    at: int = field(default=0, init=False)

    def __iter__(self) -> Iterator[Piece]:
        while self.at < len(self.query):
            if space := _SPACE.match(self.query, self.at):
                self.at = space.end()
            else:
                yield from self._piece()

    def _piece(self) -> Iterator[Piece]:
        char = self.query[self.at]
        if span := next((span for span in self.citations if span.start == self.at), None):
            yield self._take("cite", span.end, key=span.key)
        elif char in QUOTES:
            yield self._phrase()
        elif char in "()":
            yield self._take(char, self.at + 1)
        elif char == "-" and self._begins(self.at + 1):
            yield self._take("minus", self.at + 1)
        elif name := _FIELD.match(self.query, self.at):
            yield self._take("field", name.end())
            if key := _KEY.match(self.query, self.at):
                yield self._take("cite", key.end(), key=key[0].lower())
        else:
            yield from self._words()

    def _take(self, kind: str, end: int, number: int = 0, key: str = "") -> Piece:
        piece = Piece(kind, self.query[self.at : end], self.at, number, key)
        self.at = end
        return piece

    def _begins(self, at: int) -> bool:
        """Whether something to look for starts here, so that a dash before it means "not"."""
        return at < len(self.query) and (self.query[at].isalnum() or self.query[at] in QUOTES + "(")

    def _phrase(self) -> Piece:
        match = _PHRASE.match(self.query, self.at)
        if match is None:
            raise SearchError(_("This quotation mark is never closed."), "unclosed_quote", self.at)
        piece = Piece(PHRASE, match[1], self.at, _distance(match[2], self.at) if match[2] else 0)
        self.at = match.end()
        return piece

    def _words(self) -> Iterator[Piece]:
        start, end = self.at, self._end_of_words()
        chunk = self.query[start:end]
        self.at = end
        if operator := _OPERATORS.get(chunk):
            yield Piece(operator, chunk, start)
        elif near := _NEAR.fullmatch(chunk):
            yield Piece("near", chunk, start, _distance(near[1], start))
        else:
            yield from _split(chunk, start)

    def _end_of_words(self) -> int:
        """To the next space, quotation mark, recognised citation or closing bracket that was not opened inside, as in 12(b)(6)."""
        depth, stops = 0, {span.start for span in self.citations}
        for at in range(self.at, len(self.query)):
            char = self.query[at]
            depth += (char == "(") - (char == ")")
            if char.isspace() or char in QUOTES or depth < 0 or (at > self.at and at in stops):
                return at
        return len(self.query)


def _split(chunk: str, start: int) -> Iterator[Piece]:
    at = 0
    for part in [chunk] if _ADDRESS.fullmatch(chunk) else _BETWEEN.split(chunk):
        at = chunk.index(part, at)
        if part and next(words_in(part), None):
            yield Piece(WORD, part, start + at)
        at += len(part)


def _distance(written: str, at: int) -> int:
    distance = {"s": SENTENCE, "p": PARAGRAPH}.get(written.lower()) or (int(written) if written.isdigit() else 0)
    if not 1 <= distance <= FARTHEST:
        raise SearchError(_("Words can be looked for within 1 to %(most)d words of each other.") % {"most": FARTHEST}, "bad_distance", at)
    return distance
