"""What of an answer one reader may see now. What is shown is read through the door each time; nothing of it is remembered."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.utils.translation import gettext as _

from documents.models import Document, Message, MessageSentence, MessageSource
from documents.services.chat import places
from documents.services.chat.contracts import Searched
from documents.services.extraction.parsers.subtitles import clock
from documents.services.search.showing import moments

_SEARCHED = {field.name for field in fields(Searched)}
_WITH_TITLES = ("injection", "unseen")
"""Notices that name documents."""


@dataclass(frozen=True)
class ShownSource:
    source: MessageSource
    title: str
    url: str
    changed: bool
    """The document has been read anew since, and what it says may be another."""
    player: str = ""
    """Where the recording is played from that second, of a transcript."""

    @property
    def cited(self) -> str:
        """ "Lease, p. 3", "Lease, pp. 3-4", "Hearing, 00:14:05" """
        source, told = self.source, {"title": self.title, "page": self.source.page, "to": self.source.page_to}
        if source.time_s is not None:
            return _("%(title)s, %(time)s") % {"title": self.title, "time": clock(source.time_s)}
        return (_("%(title)s, pp. %(page)d-%(to)d") if source.page_to > source.page else _("%(title)s, p. %(page)d")) % told


@dataclass(frozen=True)
class ShownSentence:
    """`gone`: it rests on a document that was deleted or is no longer visible; then it has no text and no sources."""

    sentence: MessageSentence
    text: str
    supported: bool
    sources: tuple[ShownSource, ...]
    gone: bool = False
    hides: bool = False
    """Of its answer (ShownMessage.hides)."""

    @property
    def faults(self) -> list[dict[str, str]]:
        """What is wrong with it, or was corrected, as [{code, text}]."""
        if self.gone:
            return []
        return [fault for fault in self.sentence.faults if not (self.hides and fault.get("code") == "quote_elsewhere")]

    @property
    def counts(self) -> bool:
        """It belongs to the answer: it is supported, or says something of the answer."""
        return bool(self.text) and (self.supported or self.sentence.aside)

    @property
    def cited(self) -> str:
        """With its sources, a quotation in quotation marks: "..." (Lease, p. 3)."""
        verbatim = any(self.text == one.source.quote for one in self.sources)
        text = " ".join(self.text.split())
        text = _("“%(text)s”") % {"text": text} if verbatim else text
        sources = "; ".join(dict.fromkeys(one.cited for one in self.sources))
        return f"{text} ({sources})" if sources else text


@dataclass(frozen=True)
class ShownMessage:
    """`hides`: something that the answer was made with was deleted or is no longer visible. Then nothing is shown that may tell of it and
    has no source by which that could be known: titles, sentences that are not supported."""

    message: Message
    sentences: tuple[ShownSentence, ...]
    hides: bool = False

    @property
    def understood(self) -> str:
        """The question as it was looked for, where that is not as it was asked."""
        return "" if self.hides else self.message.understood

    @property
    def notices(self) -> list[dict[str, str]]:
        """Sentences a reader should know, as [{code, text}]."""
        return [one for one in self.message.notices if not (self.hides and one.get("code") in _WITH_TITLES)]

    @property
    def answer(self) -> str:
        """The sentences that hold, as one text."""
        return " ".join(sentence.text for sentence in self.sentences if sentence.counts)

    @property
    def cited(self) -> str:
        """The same with its sources, a sentence a line: to be copied."""
        return "\n".join(sentence.cited for sentence in self.sentences if sentence.counts)

    @property
    def gone(self) -> int:
        return sum(sentence.gone for sentence in self.sentences)

    @property
    def searched(self) -> str:
        """What was looked at, in a sentence; nothing where nothing was."""
        told = {name: value for name, value in self.message.searched.items() if name in _SEARCHED}
        return Searched(**told).sentence() if told else ""


def shown(messages: Iterable[Message], user: Any) -> list[ShownMessage]:
    """Messages that the user may see, with their sentences and those of their sources that he may see. Four queries for all of them, a
    fifth where transcripts are quoted."""
    messages = list(messages)
    visible = Message.objects.visible_to(user).filter(pk__in=[message.pk for message in messages]).values_list("pk", flat=True)
    seen = set(visible)
    sentences = list(MessageSentence.objects.filter(message__in=seen).prefetch_related("sources"))
    made_with = {message.pk: {uuid.UUID(one) for one in message.searched.get("documents", ())} for message in messages}
    wanted = {source.document_id for sentence in sentences for source in sentence.sources.all()}.union(*made_with.values())
    found = Document.objects.visible_to(user).filter(pk__in=wanted).only("pk", "title", "kind", "text_version")
    documents = {document.pk: document for document in found}
    players = moments.players_of([one.pk for one in documents.values() if one.kind == moments.TRANSCRIPT])
    hiding = {pk for pk, used in made_with.items() if not used <= documents.keys()}
    of_message: dict[Any, list[MessageSentence]] = {}
    for sentence in sentences:
        of_message.setdefault(sentence.message_id, []).append(sentence)
    return [
        ShownMessage(
            message,
            tuple(_sentence(one, message, documents, players, hides=message.pk in hiding) for one in of_message.get(message.pk, ())),
            message.pk in hiding,
        )
        for message in messages
        if message.pk in seen
    ]


def _sentence(
    sentence: MessageSentence, message: Message, documents: Mapping[uuid.UUID, Document], players: Mapping[uuid.UUID, str], *, hides: bool
) -> ShownSentence:
    """Of a sentence that rests on several documents nothing is shown without all of them, unless one that is left says it word for word."""
    sources = list(sentence.sources.all())
    left = tuple(_source(source, documents[source.document_id], players) for source in sources if source.document_id in documents)
    whole = len(left) >= max(len(sources), sentence.rests_on)
    if hides and not sources and _may_tell(sentence, message):
        whole = False
    if not whole and not any(one.source.quote == sentence.text for one in left):
        return ShownSentence(sentence, "", False, (), gone=True)
    return ShownSentence(sentence, sentence.text, sentence.supported, left, hides=hides)


def _may_tell(sentence: MessageSentence, message: Message) -> bool:
    """Whether a sentence without sources may say something of a document, or name one."""
    if not sentence.aside:
        return True
    return not message.refused and message.method in (Message.Method.LLM, Message.Method.COUNTED)


def _source(source: MessageSource, document: Document, players: Mapping[uuid.UUID, str]) -> ShownSource:
    url = places.address(document.pk, source.page, source.chunk_id, source.at, source.to)
    player = players.get(document.pk, "") if source.time_s is not None else ""
    changed = document.text_version_id != source.text_version_id
    return ShownSource(source, document.title, url, changed, f"{player}#t={source.time_s:.2f}" if player else "")
