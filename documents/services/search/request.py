"""What is asked of a search and what it answers."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from documents.services.extraction.parsers.subtitles import clock
from documents.services.search.explained import Diagnosis
from documents.services.search.fusion import Weights

Mode = Literal["hybrid", "text", "semantic"]
MODES: tuple[Mode, ...] = ("hybrid", "text", "semantic")
Sort = Literal["relevance", "newest", "oldest"]
SORTS: tuple[Sort, ...] = ("relevance", "newest", "oldest")
PAGE_SIZE = 20
FIELDS = ("court", "judge", "author", "sender", "recipient", "tag", "docket", "year", "document")
"""What documents can be narrowed by beside their case, kind and date: words of the address, and fields of the query language."""


class Filter(NamedTuple):
    """Documents of which one of FIELDS (or "kind") has any of the values; with `excluded` those of which it has none."""

    field: str
    values: tuple[str, ...]
    excluded: bool = False


@dataclass(frozen=True)
class SearchRequest:
    """A query by a user. `case` leaves the public library out, `library` all else, `hearings` all but transcripts; `date_from` and
    `date_to` (inclusive) are the documents' own dates; `filters` must all hold. With `whole` all hits are asked for at once, as one page.
    `services.search.asked` makes it of an address."""

    q: str
    user: Any
    case: uuid.UUID | None = None
    kind: str | None = None
    date_from: datetime.date | None = None
    date_to: datetime.date | None = None
    mode: Mode = "hybrid"
    page: int = 1
    library: bool = False
    hearings: bool = False
    filters: tuple[Filter, ...] = ()
    sort: Sort = "relevance"
    explain: bool = False
    whole: bool = False


class CitedHere(NamedTuple):
    """A mention in a passage that was found."""

    id: int
    text: str


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
    mentions: list[CitedHere] = field(default_factory=list)
    """The citations that were looked for, as this passage has them; `why` begins with as many reasons."""

    @property
    def other_reasons(self) -> list[str]:
        return self.why[len(self.mentions) :]

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
    `named` are put beside the hits by who shows them (`passages.named`); `suggestions` are the query in other spellings, never searched
    for unasked."""

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
    weights: Weights | None = None
    """How the ways were weighed against each other, for people who ask why."""
    suggestions: list[str] = field(default_factory=list)
    explain: Diagnosis | None = None
    """Only where the request asked for it."""
