"""A question and its answer as the page shows them: with sources that are numbered through the answer, and what may be copied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from documents.models import Message
from documents.services.chat.showing import ShownMessage, ShownSentence, ShownSource, shown

QUERY = 300
"""Characters: a longer question is cut where it is searched for."""


@dataclass(frozen=True)
class Source:
    """`number` in its answer, from 1."""

    number: int
    shown: ShownSource

    @property
    def quoted(self) -> str:
        """The quotation with its place: "..." (Lease, p. 3)."""
        quote = " ".join(self.shown.source.quote.split())
        return _("“%(quote)s” (%(place)s)") % {"quote": quote, "place": self.shown.cited}


@dataclass(frozen=True)
class Sentence:
    shown: ShownSentence
    sources: tuple[Source, ...]

    @property
    def faults(self) -> list[str]:
        return [fault["text"] for fault in self.shown.faults if fault.get("text")]

    @property
    def is_quotation(self) -> bool:
        return any(self.shown.text == source.shown.source.quote for source in self.sources)


@dataclass(frozen=True)
class Answer:
    shown: ShownMessage
    sentences: tuple[Sentence, ...]
    sources: tuple[Source, ...]
    may_stop: bool

    @property
    def message(self) -> Message:
        return self.shown.message

    @property
    def running(self) -> bool:
        return self.message.state not in Message.ENDED

    @property
    def found_nothing(self) -> bool:
        listing = self.message.listing
        return self.message.refused or (bool(listing) and not listing.get("count"))

    @property
    def looked_for(self) -> str:
        """A query for the search, on one line."""
        return " ".join((self.shown.understood or self.message.question).split())[:QUERY]

    @property
    def understood(self) -> str:
        """How it was understood, where that is not as it was asked."""
        understood, asked = (" ".join(text.split()) for text in (self.shown.understood, self.message.question))
        return "" if understood == asked else understood


def answers(messages: Iterable[Message], user: Any) -> list[Answer]:
    """Those that the user may see, as he may see them now. Messages come with their conversation."""
    return [_answer(one, user) for one in shown(messages, user)]


def _answer(one: ShownMessage, user: Any) -> Answer:
    numbered: dict[tuple[Any, ...], Source] = {}
    sentences = []
    for sentence in one.sentences:
        sources = tuple(dict.fromkeys(_numbered(source, numbered) for source in sentence.sources))
        sentences.append(Sentence(sentence, sources))
    may_stop = user.pk in (one.message.asked_by_id, one.message.conversation.owner_id)
    return Answer(one, tuple(sentences), tuple(numbered.values()), may_stop)


def _numbered(source: ShownSource, numbered: dict[tuple[Any, ...], Source]) -> Source:
    """The same words of the same document have one number."""
    row = source.source
    key = (row.document_id, row.text_version_id, row.page, row.start, row.end)
    return numbered.setdefault(key, Source(len(numbered) + 1, source))
