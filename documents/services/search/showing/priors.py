"""What is known of documents before anybody searches, as how people rated them. Higher apps register it; SEARCH_RATING_BOOST weighs it.

A score is multiplied by 1 + boost * prior, prior from -1 to 1. Only passages between two exact hits (or before the first, or after the
last) change places with each other: an exact hit stays where it is, and nothing passes it either way. Those of one document have one
factor, so their order among themselves stays, and with it what `fusion.spread` shows of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any
from uuid import UUID

from django.conf import settings

from documents.services.search.fusion import Fused, Ranked, Signals

Provider = Callable[[Collection[UUID], Any], Mapping[UUID, float]]
"""`provider(documents, user)`: -1 to 1 for each of them, as the user may know it."""
_providers: list[Provider] = []


def register_prior(provider: Provider) -> None:
    """In `AppConfig.ready`."""
    if provider not in _providers:
        _providers.append(provider)


def weighed(fused: Fused, signals: Mapping[int, Signals], user: Any) -> Fused:
    """The same passages. Without a boost the very same answer, and nobody is asked."""
    boost = settings.SEARCH_RATING_BOOST
    if not boost or not _providers or not fused.ranked:
        return fused
    documents = {passage.document for passage in fused.ranked}
    factors = dict.fromkeys(documents, 1.0)
    for provider in _providers:
        for document, prior in provider(documents, user).items():
            factors[document] *= 1 + boost * max(-1.0, min(prior, 1.0))
    exact = {chunk for chunk, known in signals.items() if known.exact > 0}
    return replace(fused, ranked=list(_reordered(fused.ranked, factors, exact)))


def _reordered(ranked: Sequence[Ranked], factors: Mapping[Any, float], exact: Collection[int]) -> Iterator[Ranked]:
    """Scores stay within those of the exact hits around them, so that they fall from the first passage to the last."""
    groups = [(fixed, list(passages)) for fixed, passages in groupby(ranked, lambda passage: passage.chunk in exact)]
    for number, (fixed, passages) in enumerate(groups):
        if fixed:
            yield from passages
            continue
        scores = [(passage.score * factors[passage.document], passage) for passage in passages]
        most = groups[number - 1][1][-1].score if number else ranked[0].score
        least = groups[number + 1][1][0].score if number + 1 < len(groups) else 0.0
        scale = max(1.0, max(score for score, _passage in scores) / most) if most else 1.0
        for score, passage in sorted(scores, key=lambda one: -one[0]):
            yield passage._replace(score=round(max(score / scale, least), 4))
