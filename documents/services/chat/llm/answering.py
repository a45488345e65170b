from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing

from django.utils.translation import gettext as _

from documents.models import Document
from documents.services.chat import injection
from documents.services.chat.contracts import Check, Draft, Evidence, MadeBy, Notice, Piece, Question, Refusal, Usage
from documents.services.chat.extractive import Extractive
from documents.services.chat.llm import prompt
from documents.services.chat.llm.client import LanguageModel
from documents.services.chat.llm.errors import ModelError
from documents.services.chat.llm.language import language
from documents.services.chat.llm.parsing import Parser
from documents.services.chat.llm.sourcing import Sources
from documents.services.chat.llm.wire import Ended

log = logging.getLogger(__name__)
CUT = ("length", "content_filter")
"""Reasons of an end in the middle of a sentence, which is not shown then."""
LEAST_LETTERS = 60
"""Of an answer, before its language is judged."""


class Written:
    """Satisfies contracts.Answerer: an answer written by a language model, from passages that who asks may see."""

    def __init__(self, model: LanguageModel, *, budget: int, prices: tuple[float | None, float | None] = (None, None)) -> None:
        self.model, self.budget, self.prices = model, budget, prices

    def answer(self, question: Question, evidence: Evidence, check: Check) -> Iterator[Piece]:
        if not evidence.passages:
            yield _nothing_found()
            return
        asked = prompt.build(question, evidence, budget=self.budget, visible=visible_before(question))
        yield from injection.notices(sent.passage for sent in asked.sent.values())
        yield from _left_out(asked, evidence)
        writing = _Writing(self.model, asked, question)
        try:
            yield from writing.drafts(check)
            if not writing.said and not (writing.parser.nothing_found or writing.parser.declined):
                raise ModelError("empty")
        except ModelError as error:
            log.info("An answer was not written to its end: %s", error)
            if not writing.said:
                if writing.heard:
                    yield self._usage(writing)
                yield from _instead(error, question, evidence, check)
                return
            yield Notice("incomplete", _("The answer is incomplete. %(why)s") % {"why": error.sentence()})
        yield from writing.notices()
        yield self._usage(writing)
        if writing.parser.nothing_found:
            yield _nothing_found()
        elif writing.parser.declined and not writing.said:
            yield Refusal("model_declined", _("The language model declined to answer this."))

    def _usage(self, writing: _Writing) -> Usage:
        told, heard = writing.ended, "".join(writing.heard)
        prompt_tokens, completion = told.prompt_tokens, told.completion_tokens
        estimated = prompt_tokens is None or completion is None
        first = writing.asked.tokens if prompt_tokens is None else prompt_tokens
        second = prompt.tokens_in(heard) if completion is None else completion
        endpoint = self.model.endpoint
        return Usage(endpoint.model, endpoint.host, first, second, self._cost(first, second), estimated)

    def _cost(self, prompt_tokens: int, completion_tokens: int) -> float | None:
        if self.prices == (None, None):
            return None
        return round(((self.prices[0] or 0) * prompt_tokens + (self.prices[1] or 0) * completion_tokens) / 1_000_000, 6)


class _Writing:
    """One answer on its way."""

    def __init__(self, model: LanguageModel, asked: prompt.Prompt, question: Question) -> None:
        self.model, self.asked, self.question = model, asked, question
        self.parser = Parser(Sources(asked.sent))
        self.heard: list[str] = []
        self.said: list[Draft] = []
        self.ended = Ended()

    def drafts(self, check: Check) -> Iterator[Draft]:
        with closing(self.model.stream(self.asked.messages, check)) as pieces:
            for piece in pieces:
                if isinstance(piece, Ended):
                    self.ended = piece
                else:
                    self.heard.append(piece)
                    yield from self._kept(self.parser.feed(piece))
                if self.parser.full or self.parser.nothing_found:
                    break
        if self.ended.reason not in CUT:
            yield from self._kept(self.parser.end())

    def _kept(self, drafts: Iterator[Draft]) -> Iterator[Draft]:
        for draft in drafts:
            self.said.append(draft)
            yield draft

    def notices(self) -> Iterator[Notice]:
        if self.ended.reason == "length" or self.parser.full:
            yield Notice("cut", _("The answer was cut off, because it became too long."))
        if self.ended.reason == "content_filter":
            yield Notice("filtered", _("The language model's server held a part of the answer back."))
        yield from injection.unseen(self.said)
        if _in_another_language(self.question.text, self.said):
            yield Notice("language", _("The language model answered in another language than that of the question."))


def _instead(error: ModelError, question: Question, evidence: Evidence, check: Check) -> Iterator[Piece]:
    """What stands in the documents, where no model says it; the reader is told."""
    yield MadeBy("extractive")
    told = _("%(why)s What follows is quoted from the documents instead.") % {"why": error.sentence()}
    yield Notice("llm_unavailable", told)
    yield from Extractive().answer(question, evidence, check)


def _left_out(asked: prompt.Prompt, evidence: Evidence) -> Iterator[Notice]:
    if asked.question_cut:
        yield Notice("question_cut", _("The question is longer than the language model can be asked; only its beginning was sent."))
    if len(asked.sent) < len(evidence.passages):
        told = _("Only %(sent)d of %(found)d passages were sent to the language model; more than that it cannot read at once.")
        yield Notice("passages_cut", told % {"sent": len(asked.sent), "found": len(evidence.passages)})


def visible_before(question: Question) -> frozenset[uuid.UUID]:
    """Of the documents that earlier answers rest on, those that who asks may see now."""
    named = {document for turn in question.earlier for document in turn.documents}
    return frozenset(Document.objects.visible_to(question.user).filter(pk__in=named).values_list("pk", flat=True) if named else ())


def _in_another_language(question: str, said: Sequence[Draft]) -> bool:
    """What is quoted stays in its own language, and is not judged."""
    text = " ".join(draft.text for draft in said if not draft.verbatim)
    if sum(sign.isalpha() for sign in text) < LEAST_LETTERS and text.isascii():
        return False
    asked, answered = language(question), language(text)
    return bool(asked and answered) and asked != answered


def _nothing_found() -> Refusal:
    return Refusal("nothing_found", _("Nothing in this case answers that."))
