"""Which of the sentences that answer are told, in which order, and what is said before them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from documents.services.chat.contracts import QuestionType
from documents.services.chat.evidence import Statement
from documents.services.chat.extractive.scoring import Scored
from documents.services.chat.extractive.vectors import Vectors
from documents.services.chat.extractive.wanted import figures_in
from documents.services.chat.words import is_negative, stems_in
from documents.services.timeline.dates import dates_in

MOST = 3
WITHIN = 0.9
"""How much less than the best a further sentence may score."""
LOOKED_AT = 12
SAME_WORDS, SAME_MEANING = 0.8, 0.93
"""From this share of words, or cosine, on two sentences say the same."""
OF_ONE_THING = 0.55
"""From this cosine on two sentences are about the same."""
LESS_ABOUT_IT = 0.1
"""Of the question's words may what contradicts the best sentence have less."""
_COMPARABLE = (QuestionType.WHEN, QuestionType.HOW_MUCH, QuestionType.HOW_LONG)


@dataclass(frozen=True)
class Told:
    """A sentence with all that say it, the first being quoted; or only a remark on the answer."""

    statements: tuple[Statement, ...] = ()
    aside: str = ""


def telling(kind: QuestionType, ranked: Sequence[Scored], vectors: Vectors | None) -> list[Told]:
    """Nothing twice; at most MOST sentences, and both sides where they contradict each other."""
    if not ranked:
        return []
    best = ranked[0]
    near = [one for one in ranked if one.score >= best.score - WITHIN][:LOOKED_AT]
    if best.opposed:
        denied = [one for one in near if one.opposed]
        return [Told(aside=_("The documents do not say that; about it they say:")), *_merged(denied, vectors)[:MOST]]
    near = [one for one in near if not one.opposed and (not best.values or _unit(one) == _unit(best))]
    if contrary := _contradicting(kind, [one for one in ranked if not one.opposed][:LOOKED_AT], vectors):
        said = {one.statement for one in contrary}
        others = [told for told in _merged([*contrary, *near], vectors) if not said & set(told.statements)]
        sides = [told for told in _merged([*contrary, *near], vectors) if said & set(told.statements)]
        return [Told(aside=_("The documents do not agree on this:")), *sides, *others[: MOST - len(sides)]]
    return _in_order(_merged(near, vectors)[:MOST])


def _merged(ranked: Sequence[Scored], vectors: Vectors | None) -> list[Told]:
    """Best first; sentences that say the same are one, with all their places."""
    groups: list[list[Scored]] = []
    for one in ranked:
        alike = next((group for group in groups if _says_the_same(group[0], one, vectors)), None)
        if alike is None:
            groups.append([one])
        elif all(one.statement != other.statement for other in alike):
            alike.append(one)
    return [Told(tuple(one.statement for one in group)) for group in groups]


def _says_the_same(first: Scored, second: Scored, vectors: Vectors | None) -> bool:
    one, other = first.statement.line, second.statement.line
    if one == other:
        return True
    if is_negative(one) != is_negative(other) or figures_in(one) != figures_in(other):
        return False
    words, others = stems_in(one), stems_in(other)
    shared = len(words & others) / max(len(words | others), 1)
    return shared >= SAME_WORDS or (vectors is not None and shared > 0.5 and vectors.likeness(one, other) >= SAME_MEANING)


def _contradicting(kind: QuestionType, ranked: Sequence[Scored], vectors: Vectors | None) -> list[Scored]:
    """The best and the first that says otherwise of the same thing in another document."""
    if kind != QuestionType.WHETHER and kind not in _COMPARABLE:
        return []
    best = ranked[0]
    for other in ranked[1:]:
        elsewhere = other.statement.passage.document != best.statement.passage.document
        if (
            elsewhere
            and other.predicate >= best.predicate - LESS_ABOUT_IT
            and _differ(kind, best, other)
            and _of_one_thing(best, other, vectors)
        ):
            return [best, other]
    return []


def _differ(kind: QuestionType, one: Scored, other: Scored) -> bool:
    """Another day, amount or duration; or yes and no."""
    if kind == QuestionType.WHETHER:
        return is_negative(one.statement.line) != is_negative(other.statement.line)
    first, second = _compared(kind, one), _compared(kind, other)
    return bool(first and second) and not first & second and _unit(one) == _unit(other)


def _compared(kind: QuestionType, one: Scored) -> frozenset[str]:
    """Its values as they are compared: days as such, amounts by their figures."""
    found: set[str] = set()
    for value in one.values:
        dates = {str(dated.date) for dated in dates_in(value.text)} if kind == QuestionType.WHEN else set()
        found |= dates or figures_in(value.text) or {value.text.lower()}
    return frozenset(found)


def _unit(one: Scored) -> str:
    """Of its first value: money, or a share; "" for all else."""
    text = one.values[0].text.lower() if one.values else ""
    if re.search(r"[$€£]|dollar|euro|pound|franc", text):
        return "money"
    return "share" if re.search(r"%|percent|per cent", text) else ""


def _of_one_thing(one: Scored, other: Scored, vectors: Vectors | None) -> bool:
    first, second = one.statement.line, other.statement.line
    if vectors is not None:
        return vectors.likeness(first, second) >= OF_ONE_THING
    words, others = stems_in(first), stems_in(second)
    return len(words & others) >= 0.5 * min(len(words), len(others))


def _in_order(told: list[Told]) -> list[Told]:
    """Best first; but a sentence that goes on from another stands behind it."""
    made = list(told)
    for place in range(len(made) - 1):
        first, second = made[place].statements[0], made[place + 1].statements[0]
        if first.before and first.before == second.line and first.passage.document == second.passage.document:
            made[place], made[place + 1] = made[place + 1], made[place]
    return made
