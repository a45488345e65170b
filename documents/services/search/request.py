"""What is asked of a search and what it answers."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field
from typing import Any, Literal

from documents.services.extraction.parsers.subtitles import clock

Mode = Literal["hybrid", "text", "semantic"]
MODES: tuple[Mode, ...] = ("hybrid", "text", "semantic")
PAGE_SIZE = 20


@dataclass(frozen=True)
class SearchRequest:
    """A query by a user. `case` leaves the public library out; `date_from` and `date_to` (inclusive) are the documents' own dates."""

    q: str
    user: Any
    case: uuid.UUID | None = None
    kind: str | None = None
    date_from: datetime.date | None = None
    date_to: datetime.date | None = None
    mode: Mode = "hybrid"
    page: int = 1


@dataclass(frozen=True)
class Hit:
    """One passage. `snippet` is HTML: escaped text, and <mark> around what was looked for; `page` is where the best of it stands, `time_s`
    the second of the recording at which it was said."""

    document: uuid.UUID
    title: str
    case: uuid.UUID | None
    case_title: str
    kind: str
    date: datetime.date | None
    chunk: int
    page: int
    page_to: int
    snippet: str
    score: float
    why: list[str]
    citation: str
    url: str
    time_s: float | None = None

    @property
    def time(self) -> str:
        return "" if self.time_s is None else clock(self.time_s)


@dataclass(frozen=True)
class Named:
    """A document without passages that was found by its title or file name; `note` says why it has none."""

    document: uuid.UUID
    title: str
    name: str
    case: uuid.UUID | None
    case_title: str
    kind: str
    date: datetime.date | None
    note: str
    url: str


@dataclass(frozen=True)
class Facet:
    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Notice:
    """Something a reader should know about the answer, as that it is partial."""

    code: str
    text: str


@dataclass(frozen=True)
class Leg:
    """How one way of searching went, for people who ask why. `route` is how the rows were found."""

    name: str
    route: str
    candidates: int
    took_ms: float


@dataclass(frozen=True)
class SearchResponse:
    """`count` hits can be paged through; `at_least` says that there may be more. `partial` is empty for a whole answer.
    `named` are put beside the hits by who shows them (`passages.named`)."""

    count: int
    mode: Mode
    page: int
    pages: int
    took_ms: float
    results: list[Hit]
    facets: dict[str, list[Facet]]
    at_least: bool = False
    partial: list[Notice] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    citations: list[dict[str, str]] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
