"""Sentences before the gate without a database: sources of texts that are taken for retrieved."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence

from documents.services.chat.contracts import Judged, Passage, Question
from documents.services.chat.gate.checking import checked
from documents.services.chat.gate.holding import Held
from documents.services.chat.places import source_in


def passage(text: str, number: int = 1, *, title: str = "Paper", date: datetime.date | None = None, kind: str = "other") -> Passage:
    return Passage(number, uuid.uuid5(uuid.NAMESPACE_OID, title), title, kind, date, number, number, text, 1, 1, 0)


def question(text: str = "") -> Question:
    return Question(text, None, uuid.uuid4())


def judged(sentence: str, *texts: str, asked: str = "", others: Sequence[Passage] = (), **of_passage: object) -> Judged:
    """The sentence with these texts, each whole, as its sources."""
    passages = [passage(text, number, **of_passage) for number, text in enumerate(texts, 1)]  # type: ignore[arg-type]
    held = Held([source_in(one, 0, len(one.text)) for one in passages], passages, list(others))
    return checked(sentence, held, question(asked))


def codes(found: Judged) -> set[str]:
    return {fault.code for fault in found.faults}
