"""A question and its answer as the page shows them: sources numbered through the answer, and its words with citations, to copy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from documents.models import Message
from documents.services.chat.contracts import Searched
from documents.services.chat.showing import ShownMessage, ShownSentence, ShownSource, shown


@dataclass(frozen=True)
class Source:
    """`number` in its answer, from 1."""

    number: int
    shown: ShownSource
    place: str
    """Where it stands, as "p. 3", "pp. 3-4", "0:14:05"."""

    @property
    def cited(self) -> str:
        """ "(Lease, p. 3)" """
        return _("(%(title)s, %(place)s)") % {"title": self.shown.title, "place": self.place}

    @property
    def quoted(self) -> str:
        return f"“{' '.join(self.shown.source.quote.split())}” {self.cited}"


@dataclass(frozen=True)
class Sentence:
    shown: ShownSentence
    sources: tuple[Source, ...]

    @property
    def faults(self) -> list[str]:
        return [fault["text"] for fault in self.shown.sentence.faults if fault.get("text")]

    @property
    def is_quotation(self) -> bool:
        return len(self.sources) == 1 and self.shown.text == self.sources[0].shown.source.quote


@dataclass(frozen=True)
class Answer:
    message: Message
    sentences: tuple[Sentence, ...]
    sources: tuple[Source, ...]
    searched: str
    usage: dict[str, Any] = field(default_factory=dict)

    @property
    def running(self) -> bool:
        return self.message.state not in Message.ENDED

    @property
    def understood(self) -> str:
        """How it was understood, where that is not as it was asked."""
        understood, asked = (" ".join(text.split()) for text in (self.message.understood, self.message.question))
        return "" if understood == asked else understood

    @property
    def copied(self) -> str:
        """The answer with its citations; what is not supported says so."""
        return "\n".join(_copied(sentence) for sentence in self.sentences if sentence.shown.text)


def answers(messages: Iterable[Message], user: Any) -> list[Answer]:
    """Those that the user may see, as he may see them now."""
    return [_answer(one) for one in shown(messages, user)]


def _answer(one: ShownMessage) -> Answer:
    numbered: dict[tuple[Any, ...], Source] = {}
    sentences = []
    for sentence in one.sentences:
        sources = tuple(dict.fromkeys(_numbered(source, numbered) for source in sentence.sources))
        sentences.append(Sentence(sentence, sources))
    message = one.message
    searched = Searched(**message.searched).sentence() if message.searched else ""
    return Answer(message, tuple(sentences), tuple(numbered.values()), searched, message.usage)


def _numbered(shown_source: ShownSource, numbered: dict[tuple[Any, ...], Source]) -> Source:
    """The same words of the same document have one number."""
    row = shown_source.source
    key = (row.document_id, row.text_version_id, row.page, row.start, row.end)
    return numbered.setdefault(key, Source(len(numbered) + 1, shown_source, _place(shown_source)))


def _place(one: ShownSource) -> str:
    row = one.source
    if row.time_s is not None:
        minutes, seconds = divmod(int(row.time_s), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if row.page_to > row.page:
        return _("pp. %(first)s–%(last)s") % {"first": row.page, "last": row.page_to}
    return _("p. %(page)s") % {"page": row.page}


def _copied(sentence: Sentence) -> str:
    if sentence.is_quotation and sentence.shown.supported:
        return sentence.sources[0].quoted
    text = " ".join([" ".join(sentence.shown.text.split()), *_each(sentence.sources)])
    if sentence.shown.supported or sentence.shown.sentence.aside:
        return text
    return _("[Not supported] %(sentence)s") % {"sentence": text}


def _each(sources: Sequence[Source]) -> list[str]:
    return [source.cited for source in sources]
