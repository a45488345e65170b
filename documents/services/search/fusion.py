"""One order out of two, with a weight that follows the query.

Reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009) throws away what the words know: that one passage has all of them and no
other has. So the scores themselves are added (a convex combination; Bruch, Gai and Ingber, TOIS 2023):

    score = a * bm25 / greatest bm25 + (1 - a) * (cosine - .2) / (greatest cosine - .2)
    a     = .05 + .5 * coverage + .4 * lead, kept within .12 to .85; .85 for keywords

`coverage` is the greatest share of the query's inverse document frequencies that one passage holds, `lead` is (first - tenth) / first of
the BM25 scores. Keywords, told by having hardly any very common word, are meant as words: the meaning of a few rare or misspelt ones leads
astray. Where the words say little (a up to .5), the first passages also get 1.5 * (1 - a) * (cosine - .2) / (greatest - .2) for their
nearest sentence (see `sentences.nearest`). What is exact comes first, whatever its score: a passage that has the citations or docket
numbers that were asked for, or the whole query word for word.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

LEAST_SIMILAR = 0.2
"""Cosine; below, texts have nothing to do with each other."""
BASE, BY_COVERAGE, BY_LEAD = 0.05, 0.5, 0.4
LEAST, MOST = 0.12, 0.85
COMMON = 0.15
"""Share of very common words up to which a query is keywords."""
TENTH = 10
BY_SENTENCE = 1.5
UNSURE = 0.5
"""Weight of the words up to which the sentences are asked."""
PER_DOCUMENT = 3


class Ranked(NamedTuple):
    """A passage and its score, from 0 to 1: 1 where nothing else of this answer has more of anything."""

    chunk: int
    document: Any
    score: float


class Signals(NamedTuple):
    """What is known of one passage: its BM25 and its cosine (0 where it has neither), the share of the query's idf that it holds, and how
    much of what was asked stands in it exactly (0 to 1; 2 for the very text that was named)."""

    document: Any
    bm25: float = 0.0
    cosine: float = 0.0
    coverage: float = 0.0
    exact: float = 0.0
    sentence: float = 0.0
    """Cosine of its nearest sentence, 0 where none was compared."""


@dataclass(frozen=True)
class Weights:
    """How the two ways were weighed: `words` is a, and what it was made of; `exact` passages were put first; of `sentences` passages the
    nearest sentence counted with the weight `sentence`."""

    words: float
    meaning: float
    coverage: float = 0.0
    lead: float = 0.0
    exact: int = 0
    sentence: float = 0.0
    sentences: int = 0

    @property
    def unsure(self) -> bool:
        """Do the words say so little that it is worth to look into the passages?"""
        return self.words <= UNSURE and self.meaning > 0


@dataclass(frozen=True)
class Fused:
    """Best first; ties in the order of the passages."""

    ranked: list[Ranked]
    weights: Weights = field(default_factory=lambda: Weights(0.0, 0.0))


def fuse(passages: Mapping[int, Signals], *, words: bool = True, meaning: bool = True, common: float = 1.0) -> Fused:
    """Passages by chunk, weighed by those of the two ways that were asked; `common` is the share of very common words in the query."""
    coverage = max((signals.coverage for signals in passages.values()), default=0.0)
    lead = lead_of(signals.bm25 for signals in passages.values())
    a = weight_of_words(coverage, lead, common) if words and meaning else float(words)
    compared = sum(signals.sentence > 0 for signals in passages.values())
    by_sentence = BY_SENTENCE * (1 - a) if compared else 0.0
    most = _shares({chunk: signals.bm25 for chunk, signals in passages.items()}, 0.0)
    near = _shares({chunk: signals.cosine for chunk, signals in passages.items()}, LEAST_SIMILAR)
    said = _shares({chunk: signals.sentence for chunk, signals in passages.items()}, LEAST_SIMILAR)
    scores = {chunk: a * most[chunk] + (1 - a) * near[chunk] + by_sentence * said[chunk] for chunk in passages}
    for chunk, signals in passages.items():
        if (words and meaning) or signals.exact > 1:
            scores[chunk] += signals.exact * (1 + by_sentence)
    scale = max(scores.values(), default=1.0) or 1.0
    order = sorted(scores, key=lambda chunk: (-scores[chunk], -passages[chunk].exact, chunk))
    exact = sum(signals.exact > 0 for signals in passages.values())
    weights = Weights(round(a, 3), round(1 - a, 3), round(coverage, 3), round(lead, 3), exact, round(by_sentence, 3), compared)
    return Fused([Ranked(chunk, passages[chunk].document, round(scores[chunk] / scale, 4)) for chunk in order], weights)


def _shares(scores: Mapping[int, float], least: float) -> dict[int, float]:
    """Each score above the least as a share of the greatest, 0 to 1. A damaged vector has no cosine: its passage is as if it had none."""
    above = {chunk: max(score - least, 0.0) if math.isfinite(score) else 0.0 for chunk, score in scores.items()}
    most = max(above.values(), default=0.0) or 1.0
    return {chunk: score / most for chunk, score in above.items()}


def weight_of_words(coverage: float, lead: float, common: float = 1.0) -> float:
    if common <= COMMON:
        return MOST
    return min(max(BASE + BY_COVERAGE * coverage + BY_LEAD * lead, LEAST), MOST)


def lead_of(scores: Iterable[float]) -> float:
    """How far the best stands before the tenth, as a share of its score; 0 where there is none."""
    ordered = sorted(filter(math.isfinite, scores), reverse=True)
    if not ordered or ordered[0] <= 0:
        return 0.0
    return (ordered[0] - (ordered[TENTH - 1] if len(ordered) >= TENTH else 0.0)) / ordered[0]


def spread(ranked: Iterable[Ranked]) -> list[Ranked]:
    """The same passages, those beyond PER_DOCUMENT of one document after all others, so that it cannot hide them."""
    seen: Counter[Any] = Counter()
    first: list[Ranked] = []
    later: list[Ranked] = []
    for passage in ranked:
        seen[passage.document] += 1
        (first if seen[passage.document] <= PER_DOCUMENT else later).append(passage)
    return first + later
