"""What one document answers to one question: a short value, and the words that say it."""

from __future__ import annotations

from typing import Any

from documents.models import Document
from documents.services.chat.contracts import Check, Draft, Evidence, Question, Source
from documents.services.chat.evidence import gather, whole
from documents.services.chat.extractive import best
from documents.services.chat.gate import Gate
from documents.services.chat.understanding import understand

SMALL = 40
"""Passages of a document that are all looked at; of a longer one only those that a search in it finds."""
LONGEST_VALUE = 2000


class DocumentEvidence:
    """What the answers of one document may rest on. It is read once for all questions."""

    def __init__(self, document: Document, user: Any) -> None:
        """The document is visible to the user, and has been read."""
        self.document, self.user = document, user
        self._whole = whole(document, SMALL)

    def asked(self, text: str) -> Question:
        if self.document.case_id is None:
            raise ValueError("a table's documents belong to its case")
        return understand(text, user=self.user, case=self.document.case_id, documents=[self.document.pk])

    def of(self, question: Question) -> Evidence:
        """Raises SearchError where a long document can't be searched for the question."""
        return self._whole if self._whole is not None else gather(question)


def answer_cell(question: Question, evidence: Evidence, check: Check) -> tuple[str, Source] | None:
    """(value, place) of the sentence that answers, if it passes the gate: its short form (a date, an amount, a name), else itself."""
    if (found := best(question, evidence, check)) is None:
        return None
    value, source = found
    judged = Gate(question, evidence).judge(Draft(source.quote, (source,), verbatim=True))
    if not judged.supported or not judged.sources:
        return None
    return (value or " ".join(judged.text.split()))[:LONGEST_VALUE], judged.sources[0]
