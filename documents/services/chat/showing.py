"""What of an answer one reader may see now. What is shown is read through the door each time; nothing of it is remembered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from documents.models import Document, Message, MessageSentence, MessageSource
from documents.services.chat import places


@dataclass(frozen=True)
class ShownSource:
    source: MessageSource
    title: str
    url: str
    changed: bool
    """The document has been read anew since, and what it says may be another."""


@dataclass(frozen=True)
class ShownSentence:
    """`gone`: all its sources were deleted or are no longer visible; then it has no text."""

    sentence: MessageSentence
    text: str
    supported: bool
    sources: tuple[ShownSource, ...]
    gone: bool = False


@dataclass(frozen=True)
class ShownMessage:
    message: Message
    sentences: tuple[ShownSentence, ...]


def shown(messages: Iterable[Message], user: Any) -> list[ShownMessage]:
    """Messages that the user may see, with their sentences and those of their sources that he may see. Four queries for all of them."""
    messages = list(messages)
    visible = Message.objects.visible_to(user).filter(pk__in=[message.pk for message in messages]).values_list("pk", flat=True)
    seen = set(visible)
    sentences = list(MessageSentence.objects.filter(message__in=seen).prefetch_related("sources"))
    wanted = {source.document_id for sentence in sentences for source in sentence.sources.all()}
    documents = {one.pk: one for one in Document.objects.visible_to(user).filter(pk__in=wanted).only("pk", "title", "text_version")}
    of_message: dict[Any, list[ShownSentence]] = {}
    for sentence in sentences:
        of_message.setdefault(sentence.message_id, []).append(_sentence(sentence, documents))
    return [ShownMessage(message, tuple(of_message.get(message.pk, ()))) for message in messages if message.pk in seen]


def _sentence(sentence: MessageSentence, documents: dict[Any, Document]) -> ShownSentence:
    sources = list(sentence.sources.all())
    left = tuple(_source(source, documents[source.document_id]) for source in sources if source.document_id in documents)
    if not left and (sources or not sentence.aside):
        return ShownSentence(sentence, "", False, (), gone=True)
    return ShownSentence(sentence, sentence.text, sentence.supported, left)


def _source(source: MessageSource, document: Document) -> ShownSource:
    url = places.address(document.pk, source.page, source.chunk_id, source.at, source.to)
    return ShownSource(source, document.title, url, changed=document.text_version_id != source.text_version_id)
