"""One order of what was found by meaning, by words and by authorities.

Each way gives a passage 0 to 1: its similarity between LEAST_SIMILAR and the greatest, the share of the telling words' weight against the
greatest, and the authorities in common (or rulings that cite both) against the most. They are added with WEIGHTS. A document has what its
passages have together, and is shown by the best of them.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from documents.services.search import lexical, meaning
from documents.services.search.alike.citing import Citing
from documents.services.search.alike.telling import Telling
from documents.services.search.fusion import Ranked
from documents.services.search.meaning import LEAST_SIMILAR

WEIGHTS = {"meaning": 0.45, "words": 0.35, "authorities": 0.2}
WITHOUT = {"meaning": 0.55, "words": 0.45, "authorities": 0.0}
"""Where the source cites nothing."""


@dataclass(frozen=True)
class Reasons:
    """Why a passage, or a document with all its passages, is like the source."""

    similarity: float = 0.0
    words: frozenset[str] = frozenset()
    authorities: frozenset[str] = frozenset()
    together: int = 0


@dataclass
class Found:
    """What the three ways found: (chunk: document), and the reasons of each passage."""

    documents: dict[int, uuid.UUID] = field(default_factory=dict)
    reasons: dict[int, Reasons] = field(default_factory=dict)


def found_by(near: Sequence[meaning.Passage], words: Sequence[lexical.Passage], citing: Citing) -> Found:
    """Without the words that each passage shares, which are asked for all of them together."""
    similar = {passage.chunk: passage.cosine for passage in near}
    documents = {passage.chunk: passage.document for passage in near} | {passage.chunk: passage.document for passage in words}
    documents |= citing.documents | {chunk: document for document, chunk in citing.beginnings.items()}
    reasons = {
        chunk: Reasons(
            similar.get(chunk, 0.0), frozenset(), citing.shared.get(chunk, frozenset()), citing.together.get(documents[chunk], 0)
        )
        for chunk in documents
    }
    return Found(documents, reasons)


def of_documents(found: Found, telling: Telling, citing: Citing) -> tuple[list[Ranked], dict[int, Reasons]]:
    """The documents by what all their passages have, each by its best passage, and the reasons of those."""
    score = _Scores(found.reasons.values(), telling, citing)
    passages: defaultdict[uuid.UUID, list[int]] = defaultdict(list)
    for chunk, document in found.documents.items():
        passages[document].append(chunk)
    whole = {document: _joined([found.reasons[chunk] for chunk in chunks]) for document, chunks in passages.items()}
    score_whole = _Scores(whole.values(), telling, citing)
    best = {document: max(chunks, key=lambda chunk: (score.of(found.reasons[chunk]), -chunk)) for document, chunks in passages.items()}
    ranked = [Ranked(best[document], document, score_whole.of(reasons)) for document, reasons in whole.items()]
    return _in_order(ranked), {best[document]: reasons for document, reasons in whole.items()}


def of_passages(found: Found, telling: Telling, citing: Citing) -> tuple[list[Ranked], dict[int, Reasons]]:
    score = _Scores(found.reasons.values(), telling, citing)
    return _in_order(Ranked(chunk, document, score.of(found.reasons[chunk])) for chunk, document in found.documents.items()), found.reasons


class _Scores:
    """The scores of things that are compared with each other."""

    def __init__(self, reasons: Iterable[Reasons], telling: Telling, citing: Citing) -> None:
        reasons = list(reasons)
        self.telling, self.rarity = telling, citing.rarity
        self.weights = WEIGHTS if citing.rarity or citing.together else WITHOUT
        self.similar = max((one.similarity for one in reasons), default=0.0)
        self.most_words = max((telling.share(one.words) for one in reasons), default=0.0)
        self.most_cited = max((self._cited(one) for one in reasons), default=0.0)

    def of(self, one: Reasons) -> float:
        similar = (one.similarity - LEAST_SIMILAR) / (self.similar - LEAST_SIMILAR) if self.similar > LEAST_SIMILAR else 0.0
        words = self.telling.share(one.words) / self.most_words if self.most_words else 0.0
        cited = self._cited(one) / self.most_cited if self.most_cited else 0.0
        parts = {"meaning": max(similar, 0.0), "words": words, "authorities": cited}
        return round(sum(self.weights[way] * part for way, part in parts.items()), 4)

    def _cited(self, one: Reasons) -> float:
        return sum(self.rarity[authority] for authority in one.authorities) + 0.5 * one.together


def _joined(reasons: list[Reasons]) -> Reasons:
    return Reasons(
        max(one.similarity for one in reasons),
        frozenset().union(*(one.words for one in reasons)),
        frozenset().union(*(one.authorities for one in reasons)),
        max(one.together for one in reasons),
    )


def _in_order(ranked: Iterable[Ranked]) -> list[Ranked]:
    return sorted(ranked, key=lambda one: (-one.score, one.chunk))
