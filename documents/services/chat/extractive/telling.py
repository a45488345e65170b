"""Which of the sentences that answer are told, in which order, and what is said before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from documents.services.chat.evidence import Statement
from documents.services.chat.extractive.scoring import Scored
from documents.services.chat.extractive.vectors import Vectors
from documents.services.chat.words import is_negative, stems_in

MOST = 3
WITHIN = 1.2
"""How much less than the best a further sentence may score."""
SAME_WORDS, SAME_MEANING = 0.8, 0.93
"""From this share of words, or cosine, on two sentences say the same."""
OF_ONE_THING = 0.55
"""From this cosine on two sentences are about the same."""


@dataclass(frozen=True)
class Told:
    """A sentence with all that say it, the first being quoted; or only a remark on the answer."""

    statements: tuple[Statement, ...] = ()
    aside: str = ""


def telling(ranked: Sequence[Scored], vectors: Vectors | None) -> list[Told]:
    """Nothing twice; at most MOST sentences, and both sides where they contradict each other."""
    if not ranked:
        return []
    best = ranked[0]
    if best.opposed:
        denied = [one for one in ranked if one.opposed and one.score >= best.score - WITHIN]
        return [Told(aside=_("The documents do not say that; about it they say:")), *_merged(denied, vectors)[:MOST]]
    near = [one for one in ranked if one.score >= best.score - WITHIN and not one.opposed][: 4 * MOST]
    merged = _merged(near, vectors)
    contrary = _contradicting(near, vectors)
    if contrary:
        sides = [one for one in merged if set(one.statements) & {side.statement for side in contrary}]
        return [Told(aside=_("The documents do not agree on this:")), *sides[:MOST]]
    return _in_order(merged[:MOST])


def _merged(ranked: Sequence[Scored], vectors: Vectors | None) -> list[Told]:
    """Best first; sentences that say the same are one, with all their places."""
    made: list[list[Scored]] = []
    for one in ranked:
        alike = next((group for group in made if _says_the_same(group[0], one, vectors)), None)
        if alike is None:
            made.append([one])
        else:
            alike.append(one)
    return [Told(tuple(one.statement for one in group)) for group in made]


def _says_the_same(first: Scored, second: Scored, vectors: Vectors | None) -> bool:
    one, other = first.statement.line, second.statement.line
    if is_negative(one) != is_negative(other) or not _values(first) >= _values(second):
        return False
    words, others = stems_in(one), stems_in(other)
    shared = len(words & others) / max(len(words | others), 1)
    return shared >= SAME_WORDS or (vectors is not None and float(vectors.likeness([one, other])[0, 1]) >= SAME_MEANING and shared > 0.5)


def _contradicting(ranked: Sequence[Scored], vectors: Vectors | None) -> list[Scored]:
    """The best and the first that says otherwise of the same thing."""
    best = ranked[0]
    for other in ranked[1:]:
        if other.statement.passage.document == best.statement.passage.document and _follows(best, other):
            continue
        if not _of_one_thing(best, other, vectors):
            continue
        differs = bool(_values(best) and _values(other) and not _values(best) & _values(other))
        if differs or is_negative(best.statement.line) != is_negative(other.statement.line):
            return [best, other]
    return []


def _follows(one: Scored, other: Scored) -> bool:
    return one.statement.passage.text_version == other.statement.passage.text_version


def _of_one_thing(one: Scored, other: Scored, vectors: Vectors | None) -> bool:
    if vectors is None:
        words, others = stems_in(one.statement.line), stems_in(other.statement.line)
        return len(words & others) >= 0.5 * min(len(words), len(others))
    return float(vectors.likeness([one.statement.line, other.statement.line])[0, 1]) >= OF_ONE_THING


def _values(one: Scored) -> frozenset[str]:
    return frozenset(value.text.lower() for value in one.values)


def _in_order(told: list[Told]) -> list[Told]:
    """Sentences of one passage behind each other stand as they do there."""
    return told
