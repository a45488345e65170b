"""The parts of a query: the pieces a lexer finds and the tree a parser makes of them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import NamedTuple


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
    """[at, end) is where the query says so."""

    part: Node
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Optional:
    """Not looked for, but counted where it stands: the loose words beside a phrase."""

    part: Node


@dataclass(frozen=True)
class Condition:
    """What must hold of a passage's document: any of the values of a field (see `request.FIELDS`), or its date. It stands in a tree only
    until the parser takes it out; [at, end) is where the query says so."""

    field: str
    values: tuple[str, ...]
    at: int
    end: int
    date_from: datetime.date | None = None
    date_to: datetime.date | None = None


Node = Term | Cite | Near | All | Some | Without | Optional | Condition


class Value(NamedTuple):
    """One value of a field, as typed, and its code points in the query."""

    text: str
    at: int
    end: int


class Piece(NamedTuple):
    """One piece of a query as typed, and its code points [at, end): `kind` is word, phrase, cite, field (of words: title, cite),
    condition (a field with its values), (, ), and, or, not, minus or near."""

    kind: str
    text: str
    at: int
    end: int
    number: int = 0
    key: str = ""
    values: tuple[Value, ...] = ()


class Span(NamedTuple):
    """Where a citation was recognised in a query."""

    start: int
    end: int
    key: str


PHRASE, WORD, OPEN, CLOSE = "phrase", "word", "(", ")"
