"""Why a search answered as it did, as data; `diagnosis` makes it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A line of the tree of a query, `depth` steps in."""

    depth: int
    text: str


@dataclass(frozen=True)
class Step:
    name: str
    label: str
    took_ms: float


@dataclass(frozen=True)
class Way:
    """What one way of searching found of what the reader may see; `alone` are the passages that no other way found."""

    name: str
    route: str
    found: int
    alone: int
    took_ms: float


@dataclass(frozen=True)
class Scored:
    """A passage shown: its place among those found by words and by meaning (None: not found so), its BM25 as a share of the greatest, its
    cosine, and how much of what was asked stands in it exactly."""

    chunk: int
    score: float
    words_rank: int | None
    words_score: float | None
    meaning_rank: int | None
    cosine: float | None
    exact: float


@dataclass(frozen=True)
class Diagnosis:
    """`passages` and `vectors` are those of the places that were searched, before kinds, dates and other filters."""

    understood: list[Line]
    passages: int
    vectors: int | None
    times: list[Step]
    ways: list[Way]
    scores: list[Scored]
    total_ms: float = 0.0

    @property
    def by_chunk(self) -> dict[int, Scored]:
        return {one.chunk: one for one in self.scores}
