from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from documents.services.chat.contracts import Check, Draft, Evidence, Notice, Piece, Question, Refusal, Source
from documents.services.chat.evidence import Statement, statements_of
from documents.services.chat.evidence.references import only_refers
from documents.services.chat.extractive.scoring import Scored, Scoring
from documents.services.chat.extractive.telling import Told, telling
from documents.services.chat.extractive.vectors import Vectors
from documents.services.chat.extractive.wanted import Wanted
from documents.services.chat.places import source_in
from tasks.errors import PermanentError, RetryableError

THRESHOLD = 0.25
"""Logits: below, nothing answers. None of 56 questions that the demonstration matter and made-up papers do not answer reached 0.2."""


class Extractive:
    """Satisfies contracts.Answerer."""

    def answer(self, question: Question, evidence: Evidence, check: Check) -> Iterator[Piece]:
        wanted = Wanted(question.asked, question.type)
        vectors: Vectors | None = None
        try:
            vectors = Vectors(question.asked)
        except (PermanentError, RetryableError) as error:
            sentence = _("The meaning of the sentences could not be compared: %(reason)s") % {"reason": error.message}
            yield Notice("meaning_unavailable", sentence)
        told = telling(wanted.kind, _ranked(wanted, question, evidence, vectors, check), vectors)
        if not told:
            yield Refusal("nothing_found", _("Nothing in this case answers that."))
        for one in told:
            yield _draft(one)


def _ranked(wanted: Wanted, question: Question, evidence: Evidence, vectors: Vectors | None, check: Check) -> list[Scored]:
    """What answers, best first."""
    if not question.answerable:
        return []
    return [one for one in Scoring(wanted, _statements(evidence), vectors, check).ranked() if one.score >= THRESHOLD]


def _statements(evidence: Evidence) -> list[Statement]:
    """Without those that only say where something stands, where that was followed."""
    found = [statement for passage in evidence.passages for statement in statements_of(passage)]
    followed = {passage.referred for passage in evidence.passages if passage.referred}
    return [statement for statement in found if not (statement.line in followed and only_refers(statement.line))]


def _draft(one: Told) -> Draft:
    if one.aside:
        return Draft(one.aside, aside=True)
    sources: list[Source] = [source_in(statement.passage, statement.at, statement.to) for statement in one.statements]
    return Draft(sources[0].quote, tuple(sources), verbatim=True)
