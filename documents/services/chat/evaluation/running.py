"""A run: each question asked as a person asks it, in a conversation of its own, answered by its task, and read as its reader sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from cases.models import Case
from documents.models import Message, MessageSource, Page
from documents.services.chat import asking, conversations
from documents.services.chat.evaluation.measures import Answer, Measured, Quotation, Sentence, measure
from documents.services.chat.evaluation.questions import LabelledQuestion
from documents.services.chat.showing import ShownSentence, shown

Method = Message.Method


class Unanswered(Exception):
    """An answer failed."""


@dataclass(frozen=True)
class Run:
    """`name` says who answered: only runs of one name can be compared."""

    name: str
    measured: tuple[Measured, ...]

    def styles(self) -> list[str]:
        return list(dict.fromkeys(one.question.style for one in self.measured))

    def of(self, *, style: str = "", half: int = 0, refuse: bool | None = None, near: bool | None = None) -> Run:
        chosen = (
            one
            for one in self.measured
            if style in ("", one.question.style)
            and half in (0, one.question.half)
            and refuse in (None, one.question.refuse)
            and near in (None, one.question.near)
        )
        return Run(self.name, tuple(chosen))

    @property
    def score(self) -> float:
        return fmean(one.score for one in self.measured) if self.measured else 1.0


def run(
    questions: Sequence[LabelledQuestion],
    case: Case,
    user: Any,
    work_off: Callable[[], object],
    tell: Callable[[int], object] = lambda done: None,
) -> Run:
    """Ask them all as this user. `work_off` runs the tasks that wait, in this process. Raises Unanswered."""
    reader = _Reader(user)
    measured, methods = [], set()
    for done, question in enumerate(questions, 1):
        message = _asked(question, case, user, work_off)
        methods.add(message.method)
        measured.append(measure(question, reader.answer(message)))
        tell(done)
    return Run(Method.LLM if Method.LLM in methods else Method.EXTRACTIVE, tuple(measured))


def _asked(question: LabelledQuestion, case: Case, user: Any, work_off: Callable[[], object]) -> Message:
    conversation = conversations.begin(case, user)
    for text in (*question.earlier, question.text):
        message = asking.ask(conversation, user, text)
        work_off()
    message.refresh_from_db()
    if message.state != Message.State.ANSWERED:
        raise Unanswered(f"{question.key}: the answer is {message.state} ({message.error_code or 'its task did not run'}).")
    return message


class _Reader:
    """Reads answers, and looks up whether what they quote stands where they say."""

    def __init__(self, user: Any) -> None:
        self.user = user
        self._pages: dict[tuple[int, int], str] = {}

    def answer(self, message: Message) -> Answer:
        (seen,) = shown([message], self.user)
        supported = [one for one in seen.sentences if one.supported and not one.sentence.aside]
        marked = [one for one in seen.sentences if not one.supported and not one.sentence.aside]
        sentences = tuple(self._sentence(one, message.method) for one in supported)
        return Answer(sentences, message.refused, message.listing.get("count"), len(marked), message.removed)

    def _sentence(self, one: ShownSentence, method: str) -> Sentence:
        sources = [each.source for each in one.sources]
        quotations = tuple(Quotation(source.document_id, source.quote, self._at(source) == source.quote) for source in sources)
        return Sentence(one.text, quotations, verbatim=method == Method.EXTRACTIVE)

    def _at(self, source: MessageSource) -> str:
        """What the pages say where the source leads."""
        if source.text_version_id is None or source.page is None:
            return ""
        last = source.page if source.page_to is None else source.page_to
        texts = [self._page(source.text_version_id, number) for number in range(source.page, last + 1)]
        texts[-1] = texts[-1][: source.end]
        texts[0] = texts[0][source.start :]
        return "\n".join(texts)

    def _page(self, version: int, number: int) -> str:
        if (version, number) not in self._pages:
            self._pages[version, number] = Page.objects.values_list("text", flat=True).get(text_version=version, number=number)
        return self._pages[version, number]
