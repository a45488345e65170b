from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from documents.services.chat.contracts import Check, Draft, Evidence, Notice, Piece, Question, QuestionType, Refusal, Source
from documents.services.chat.evidence import Statement, statements_of
from documents.services.chat.evidence.references import SECTIONS, only_refers, references_in
from documents.services.chat.extractive.describing import described, describes
from documents.services.chat.extractive.located import IDLE, REACH, Located, conditional, located
from documents.services.chat.extractive.scoring import Scored, Scoring
from documents.services.chat.extractive.telling import MOST, Told, telling
from documents.services.chat.extractive.vectors import Vectors
from documents.services.chat.extractive.wanted import Wanted
from documents.services.chat.injection import orders_in
from documents.services.chat.places import source_in
from tasks.errors import PermanentError, RetryableError

MOST_PARTS = 3
THRESHOLD = 0.1
"""Logits: below, nothing answers. None of the unanswerable questions of the evaluation reached it; a few of others did."""
THRESHOLDS = {
    QuestionType.HOW_MUCH: -1.1,
    QuestionType.HOW_LONG: -0.5,
    QuestionType.WHETHER: -0.2,
    QuestionType.WHAT: -0.2,
    QuestionType.HOW: -0.2,
}
"""Of questions whose answers say more by themselves: few sentences have an amount or a duration of what is asked."""
THRESHOLD_IN_PLACE, LIKELY, LEAD = -1.0, -1.5, 1.0
"""Of sentences in a place that the question names, and of one that says which place is meant; with the names of the question it only
needs to lead before the next."""

LEAST_NEAR_IN_PLACE = 0.25
"""Cosine of a sentence in such a place with what is asked of it."""


class Extractive:
    """Satisfies contracts.Answerer."""

    def answer(self, question: Question, evidence: Evidence, check: Check) -> Iterator[Piece]:
        asked = _asked(question)
        vectors: Vectors | None = None
        try:
            vectors = Vectors([one.text for one in asked])
        except (PermanentError, RetryableError) as error:
            sentence = _("The meaning of the sentences could not be compared: %(reason)s") % {"reason": error.message}
            yield Notice("meaning_unavailable", sentence)
        told: list[Told] = []
        for one in asked:
            told += [said for said in _told(one, evidence, vectors, check) if said not in told]
        if not told:
            yield Refusal("nothing_found", _("Nothing in this case answers that."))
        for said in told:
            yield _draft(said)


def _asked(question: Question) -> list[Wanted]:
    """The single questions, where there are several."""
    if not question.answerable:
        return []
    if len(question.parts) < 2:
        return [Wanted(question.asked, question.type)]
    return [Wanted(part) for part in question.parts[:MOST_PARTS]]


def _told(wanted: Wanted, evidence: Evidence, vectors: Vectors | None, check: Check) -> list[Told]:
    statements = _statements(evidence)
    if (name := described(wanted.text)) and (saying := [one for one in statements if describes(one.line, name)]):
        return telling(QuestionType.OTHER, [Scored(one, -place / len(saying)) for place, one in enumerate(saying)], vectors)

    def likely(words: str, among: Sequence[Statement]) -> Statement | None:
        meant = Wanted(words, QuestionType.WHAT)
        ranked = Scoring(meant, among, _with(vectors, words), check, least_near=0).ranked()
        if not ranked:
            return None
        lead = ranked[0].score - ranked[1].score if len(ranked) > 1 else LEAD
        return ranked[0].statement if ranked[0].score >= LIKELY or (meant.names and lead >= LEAD) else None

    if (place := located(wanted.text, statements, likely)) is not None:
        return _told_of(place, wanted, vectors, check)
    ranked = Scoring(wanted, statements, vectors, check).ranked()
    enough = [one for one in ranked if one.score >= THRESHOLDS.get(wanted.kind, THRESHOLD)]
    told = telling(wanted.kind, enough, vectors)
    return [*told, *_referred_to(told, enough)]


def _referred_to(told: Sequence[Told], enough: Sequence[Scored]) -> list[Told]:
    """What answers in the parts that the sentences refer to, where it was followed: a reference alone is half an answer."""
    said = {statement for one in told for statement in one.statements}
    parts = {f"{one.part} {one.mark}".lower() for told_one in said for one in references_in(told_one.line) if one.part not in SECTIONS}
    named = [one for one in enough if any(part in f"{one.statement.heading} {one.statement.passage.title}".lower() for part in parts)]
    return [Told((one.statement,)) for one in named if one.statement not in said and not one.opposed][: max(0, MOST - len(told))]


def _told_of(place: Located, wanted: Wanted, vectors: Vectors | None, check: Check) -> list[Told]:
    """What stands in the place that the question names: all of it, where nothing else is asked."""
    if not place.topic:
        if place.papers:
            return []
        conditions = [one for one in place.statements if conditional(one)] if wanted.kind == QuestionType.WHEN else list(place.statements)
        return [Told((one,)) for one in conditions[:REACH]]
    asked = Wanted(place.topic, wanted.given, IDLE)
    ranked = Scoring(asked, place.statements, _with(vectors, place.topic), check, LEAST_NEAR_IN_PLACE).ranked()
    return telling(asked.kind, [one for one in ranked if one.score >= THRESHOLD_IN_PLACE], vectors)


def _with(vectors: Vectors | None, text: str) -> Vectors | None:
    if vectors is not None:
        vectors.ask(text)
    return vectors


def _statements(evidence: Evidence) -> list[Statement]:
    """Without those that give orders to a program, and those that only say where something stands, where that was followed."""
    found: list[Statement] = []
    for passage in evidence.passages:
        orders = orders_in(passage.text)
        found += [one for one in statements_of(passage) if not any(start < one.to and one.at < end for start, end in orders)]
    followed = {passage.referred for passage in evidence.passages if passage.referred}
    return [statement for statement in found if not (statement.line in followed and only_refers(statement.line))]


def _draft(one: Told) -> Draft:
    if one.aside:
        return Draft(one.aside, aside=True)
    sources: list[Source] = [source_in(statement.passage, statement.at, statement.to) for statement in one.statements]
    return Draft(sources[0].quote, tuple(sources), verbatim=True)
