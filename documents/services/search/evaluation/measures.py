"""What an order of hits is worth, by the first ten places of it (Manning, Raghavan and Schuetze, Introduction to Information Retrieval,
2008, chapter 8)."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from documents.services.search.evaluation.labels import Answer, LabelledSearch

DEPTH = 10


class Place(NamedTuple):
    """Where a hit leads: a document, and the page or pages of it."""

    document: uuid.UUID
    page: int
    page_to: int


@dataclass(frozen=True)
class Score:
    """`mrr`: one by the rank of the first right place; `ndcg` and `recall`: of all the right ones; each over ten places, 0 to 1."""

    mrr: float = 0.0
    ndcg: float = 0.0
    recall: float = 0.0


def score(search: LabelledSearch, hits: Iterable[Place]) -> Score:
    """A place counts once, and so does a right answer that several hits lead to. Where whole documents are right, documents are the
    places."""
    ranks = ranks_of(search, hits)
    if not ranks:
        return Score()
    ideal = sum(_gain(rank) for rank in range(1, min(len(search.answers), DEPTH) + 1))
    return Score(1 / ranks[0], sum(map(_gain, ranks)) / ideal, len(ranks) / min(len(search.answers), DEPTH))


def ranks_of(search: LabelledSearch, hits: Iterable[Place]) -> list[int]:
    """The places, counted from 1, that are right, in order."""
    open_answers, ranks = list(search.answers), []
    for rank, place in enumerate(places_of(search, hits)[:DEPTH], 1):
        met = [answer for answer in open_answers if _leads_to(place, answer)]
        open_answers = [answer for answer in open_answers if answer not in met]
        ranks += [rank] * len(met)
    return ranks


def places_of(search: LabelledSearch, hits: Iterable[Place]) -> list[Place]:
    """The different ones, in order: pages, or documents where whole documents are right; not the one that the query was taken from."""
    whole = all(answer.pages is None for answer in search.answers)
    different: dict[tuple[uuid.UUID, int], Place] = {}
    for hit in hits:
        if hit.document != search.without:
            different.setdefault((hit.document, 0 if whole else hit.page), hit)
    return list(different.values())


def _leads_to(hit: Place, answer: Answer) -> bool:
    if hit.document not in answer.documents:
        return False
    return answer.pages is None or any(hit.page <= page <= hit.page_to for page in answer.pages)


def _gain(rank: int) -> float:
    return 1 / math.log2(rank + 1)
