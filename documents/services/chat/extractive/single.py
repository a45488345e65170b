"""One answer for one cell of a table: the best sentence, and its short form."""

from __future__ import annotations

from documents.services.chat.contracts import Check, Draft, Evidence, Question, Source
from documents.services.chat.extractive.answering import Extractive
from documents.services.chat.extractive.values import value_in


def best(question: Question, evidence: Evidence, check: Check) -> tuple[str, Source] | None:
    """(short form, the sentence): the short form is "" where the sentence has none, or denies what the question takes for granted. None
    where nothing answers."""
    remarked = False
    for piece in Extractive().answer(question, evidence, check):
        if isinstance(piece, Draft) and piece.sources:
            source = piece.sources[0]
            return "" if remarked else value_in(question.type, source.quote, question.asked), source
        remarked |= isinstance(piece, Draft) and piece.aside
    return None
