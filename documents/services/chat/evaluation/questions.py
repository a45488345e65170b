"""Questions on the demonstration matter with their right answers, made by hand (questions.json).

The words that answer, and the document in which they stand, are the label. Whoever tunes looks at half 1 only; half 2, held out, says
whether it helped. Where `refuse` is set nothing in the case answers: the question asks for what no paper says, takes for granted what is
not so, or has nothing to do with the case. `says` are then the words that may be shown all the same, because they speak of the premise.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from documents.services.search.evaluation.labels import LabelError, Words, document_named, plain

QUESTIONS = Path(__file__).with_name("questions.json")
HALVES = (1, 2)


@dataclass(frozen=True)
class Span:
    """These words of a document. Spans of one `side` say the same; sources that disagree are sides of their own."""

    document: uuid.UUID
    text: str
    side: int = 1

    def is_in(self, document: uuid.UUID, quote: str) -> bool:
        return document == self.document and plain(self.text) in plain(quote)


@dataclass(frozen=True)
class LabelledQuestion:
    """`key` names it from run to run; `earlier` are asked before it in the same conversation; `whole`: every side must be shown; `near`: it
    is asked in the words of the papers. The others with an answer are asked in other words."""

    key: str
    half: int
    style: str
    text: str
    answers: tuple[Span, ...] = ()
    earlier: tuple[str, ...] = ()
    whole: bool = False
    refuse: bool = False
    says: tuple[Span, ...] = ()
    count: int | None = None
    must_not: tuple[str, ...] = ()
    near: bool = False

    @property
    def sides(self) -> frozenset[int]:
        return frozenset(span.side for span in self.answers)


def demo_questions(user: Any) -> list[LabelledQuestion]:
    """Raises LabelError where a document is not there, or its text does not have the words."""
    texts = _Texts(user)
    return [_labelled(row, texts) for row in json.loads(QUESTIONS.read_text("utf-8"))]


class _Texts:
    """The documents by their names, as this user sees them."""

    def __init__(self, user: Any) -> None:
        self.user = user
        self._read: dict[str, Words] = {}

    def __getitem__(self, name: str) -> Words:
        if name not in self._read:
            self._read[name] = Words(document_named(self.user, name))
        return self._read[name]


def _labelled(row: dict[str, Any], texts: _Texts) -> LabelledQuestion:
    return LabelledQuestion(
        row["id"], row["half"], row["style"], row["question"],
        tuple(_spans(row["answers"], texts)), tuple(row.get("earlier", ())), row.get("all", False), row["refuse"],
        tuple(_spans(row.get("says", ()), texts)), row.get("count"), tuple(row.get("must_not", ())),
        row.get("near", False),
    )  # fmt: skip


def _spans(given: Any, texts: _Texts) -> Iterator[Span]:
    for one in given:
        words = texts[one["document"]]
        if not words.pages_with(one["text"]):
            raise LabelError(f"{one['text']!r} does not stand in {one['document']}.")
        yield Span(words.document, one["text"], one.get("side", 1))
