"""What an answer is worth: it shows the words that answer, shows nothing else where nothing answers, and quotes what stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from documents.services.chat.evaluation.questions import LabelledQuestion, Span
from documents.services.search.evaluation.labels import plain


@dataclass(frozen=True)
class Quotation:
    """`stands`: these words are the text of the document's pages at the place to which the source leads."""

    document: UUID
    quote: str
    stands: bool


@dataclass(frozen=True)
class Sentence:
    """A sentence that a reader is shown as supported; `verbatim`: its words must be those of its sources."""

    text: str
    quotations: tuple[Quotation, ...]
    verbatim: bool = True


@dataclass(frozen=True)
class Answer:
    """What a reader is shown. `count` is what the database counted, where it did; `marked` and `removed` are sentences that the gate marked
    as not supported, and took out."""

    sentences: tuple[Sentence, ...] = ()
    refused: bool = False
    count: int | None = None
    marked: int = 0
    removed: int = 0


@dataclass(frozen=True)
class Measured:
    """`score`: 1 for right, 0 for wrong, a share where only some of the places that disagree are shown. `wrong`: sentences that must not be
    shown as supported; `unfaithful`: quotations that do not stand in their source; `holding`: sentences with words that answer."""

    question: LabelledQuestion
    score: float
    answer: Answer
    wrong: tuple[str, ...] = ()
    unfaithful: tuple[str, ...] = ()
    holding: int = 0

    @property
    def quotations(self) -> int:
        return sum(len(sentence.quotations) for sentence in self.answer.sentences)

    @property
    def right(self) -> bool:
        return self.score == 1


def measure(question: LabelledQuestion, answer: Answer) -> Measured:
    wrong = tuple(_wrong(question, answer))
    holding = sum(_holds(sentence, question.answers) for sentence in answer.sentences)
    return Measured(question, 0.0 if wrong else _score(question, answer), answer, wrong, tuple(_unfaithful(answer)), holding)


def _score(question: LabelledQuestion, answer: Answer) -> float:
    if question.refuse:
        return 1.0
    if question.count is not None:
        return float(answer.count == question.count)
    shown = {span.side for span in question.answers if any(_holds(sentence, [span]) for sentence in answer.sentences)}
    return len(shown) / len(question.sides) if question.whole else float(bool(shown))


def _wrong(question: LabelledQuestion, answer: Answer) -> list[str]:
    """Sentences that must not be there: any but what speaks of the premise, where nothing answers; else those with forbidden words."""
    found = [sentence.text for sentence in answer.sentences if any(plain(words) in plain(sentence.text) for words in question.must_not)]
    if question.refuse:
        found += [sentence.text for sentence in answer.sentences if not _holds(sentence, question.says)]
        found += [str(answer.count)] if answer.count is not None else []
    found += [sentence.text for sentence in answer.sentences if not sentence.quotations]
    return list(dict.fromkeys(found))


def _unfaithful(answer: Answer) -> list[str]:
    found = [one.quote for sentence in answer.sentences for one in sentence.quotations if not one.stands]
    for sentence in answer.sentences:
        said = " ".join(sentence.text.split())
        if sentence.verbatim and not any(said in " ".join(one.quote.split()) for one in sentence.quotations):
            found.append(sentence.text)
    return found


def _holds(sentence: Sentence, spans: Sequence[Span]) -> bool:
    return any(span.is_in(one.document, one.quote) for span in spans for one in sentence.quotations)
