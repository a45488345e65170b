"""One order out of two: reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

K = 60
WEIGHTS = {"words": 1.0, "meaning": 1.0}
PER_DOCUMENT = 3


class Ranked(NamedTuple):
    """A passage and its score, at most 1: that of one that every leg ranks first."""

    chunk: int
    document: Any
    score: float


def fuse(legs: dict[str, Sequence[tuple[int, Any]]]) -> list[Ranked]:
    """Best first; ties in the order of the passages. Each leg is (chunk, document) pairs, best first."""
    scores: Counter[int] = Counter()
    documents: dict[int, Any] = {}
    for name, passages in legs.items():
        for rank, (chunk, document) in enumerate(passages, 1):
            scores[chunk] += WEIGHTS[name] / (K + rank)  # type: ignore[assignment]
            documents[chunk] = document
    whole = sum(WEIGHTS[name] for name in legs) / (K + 1) or 1.0
    ranked = sorted(scores, key=lambda chunk: (-scores[chunk], chunk))
    return [Ranked(chunk, documents[chunk], round(scores[chunk] / whole, 4)) for chunk in ranked]


def spread(ranked: Iterable[Ranked]) -> list[Ranked]:
    """The same passages, those beyond PER_DOCUMENT of one document after all others, so that it cannot hide them."""
    seen: Counter[Any] = Counter()
    first: list[Ranked] = []
    later: list[Ranked] = []
    for passage in ranked:
        seen[passage.document] += 1
        (first if seen[passage.document] <= PER_DOCUMENT else later).append(passage)
    return first + later
