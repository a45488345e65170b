from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from documents.services.chat.contracts import Check, Draft, Evidence, Notice, Piece, Question, Refusal, Source
from documents.services.chat.evidence import Statement, statements_of
from documents.services.chat.evidence.references import only_refers
from documents.services.chat.extractive.scoring import Scoring
from documents.services.chat.extractive.telling import Told, telling
from documents.services.chat.extractive.vectors import Vectors
from documents.services.chat.extractive.wanted import Wanted
from documents.services.chat.injection import orders_in
from documents.services.chat.places import source_in
from tasks.errors import PermanentError, RetryableError

MOST_PARTS = 3
THRESHOLD = 0.2
"""Logits: below, nothing answers. None of 56 questions that the demonstration matter and made-up papers do not answer reached it."""


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
    ranked = Scoring(wanted, _statements(evidence), vectors, check).ranked()
    return telling(wanted.kind, [one for one in ranked if one.score >= THRESHOLD], vectors)


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
