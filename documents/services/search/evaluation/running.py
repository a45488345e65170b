"""A run: each labelled search, asked in every way and measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from documents.services.search.evaluation import ways
from documents.services.search.evaluation.labels import LabelledSearch
from documents.services.search.evaluation.measures import Score, score


@dataclass(frozen=True)
class Measured:
    search: LabelledSearch
    scores: dict[str, Score]


@dataclass(frozen=True)
class Run:
    """`name` says which searches were asked and among what: only runs of one name can be compared."""

    name: str
    measured: tuple[Measured, ...]

    def styles(self) -> list[str]:
        return list(dict.fromkeys(one.search.style for one in self.measured))

    def of(self, *, style: str = "", half: str = "") -> Run:
        chosen = (one for one in self.measured if style in ("", one.search.style) and half in ("", one.search.half))
        return Run(self.name, tuple(chosen))

    def mean(self, way: str, measure: str) -> float:
        return fmean(getattr(one.scores[way], measure) for one in self.measured)


def run(name: str, searches: Sequence[LabelledSearch], user: Any, tell: Callable[[int], object] = lambda done: None) -> Run:
    """Ask them all as this user."""
    measured = []
    with ways.usual_recipe(user):
        for done, one in enumerate(searches, 1):
            found = ways.found(user, one)
            measured.append(Measured(one, {way: score(one, hits) for way, hits in found.items()}))
            tell(done)
    return Run(name, tuple(measured))
