"""The conversation that an e-mail belongs to: the other messages of its case that are tied to it by their ids (Message-ID, In-Reply-To,
References), the most inclusive first: the one whose body repeats most of the others'.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Left
from django.utils.dateparse import parse_datetime

from documents.models import Document, Page

MOST_MESSAGES = 100
_MOST_IDS = 500
_MOST_ROUNDS = 6
_COMPARED = 100_000  # characters of a body
_QUOTE_MARKS = re.compile(r"^[>\s]+", re.MULTILINE)
_SPACES = re.compile(r"\s+")
# Where a message ends and what it answers begins, as mailers write it.
_ANSWERED = re.compile(
    r"^(?:>|-{2,}[ \t]*(?:original|forwarded|ursprüngliche|weitergeleitete|message d'origine|mensaje original)|_{10,}[ \t]{0,20}$"
    r"|(?:on|am|le|el|il)\b.{5,300}:[ \t]{0,20}$|(?:from|von|de|da|van|od|от):\s)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Message:
    """A message of a conversation; `repeats` is of how many others of it the body holds the text."""

    document: Document
    sender: str
    sent: datetime | None
    repeats: int


@dataclass(frozen=True)
class Thread:
    """The other messages, the most inclusive first; `more` were found besides, or may be."""

    messages: list[Message]
    more: int
    repeats: int
    """Of how many of the others the message itself holds the text."""

    @property
    def most_inclusive(self) -> bool:
        """Whether the message itself holds others, and no other holds more of them."""
        return self.repeats > 0 and all(one.repeats <= self.repeats for one in self.messages)


def thread_of(document: Document, user: Any) -> Thread:
    """The rest of a message's conversation, of what the user may see in its case."""
    origin = document.duplicate_of or document
    ids = set(_ids(origin.metadata))
    if not ids or document.case_id is None:
        return Thread([], 0, 0)
    mails = Document.objects.visible_to(user).filter(case=document.case_id, duplicate_of=None).exclude(pk=origin.pk)
    found = _connected(mails, ids)
    shown = sorted(found.values(), key=_moment, reverse=True)[:MOST_MESSAGES]
    repeats = _repeats([origin, *shown])
    messages = [
        Message(one, str(one.metadata.get("from", "")), parse_sent(one.metadata), count)
        for one, count in zip(shown, repeats[1:], strict=True)
    ]
    messages.sort(key=lambda message: message.repeats, reverse=True)
    return Thread(messages, len(found) - len(shown), repeats[0])


def _connected(mails: QuerySet[Document], ids: set[str]) -> dict[UUID, Document]:
    """Messages tied to one of these ids, and to those that are tied to them, and so on."""
    found: dict[UUID, Document] = {}
    asked: set[str] = set()
    for _round in range(_MOST_ROUNDS):
        fresh = list(ids - asked)[:_MOST_IDS]
        if not fresh or len(found) > _MOST_IDS:
            break
        asked.update(fresh)
        for one in mails.filter(_tied_to(fresh)).defer("notices", "error").order_by("-pk")[:_MOST_IDS]:
            found[one.pk] = one
            ids.update(_ids(one.metadata))
    return found


def _tied_to(ids: Sequence[str]) -> Q:
    return Q(metadata__message_id__in=ids) | Q(metadata__in_reply_to__in=ids) | Q(metadata__references__has_any_keys=ids)


def _ids(metadata: Mapping[str, Any]) -> Iterator[str]:
    for key in ("message_id", "in_reply_to"):
        if value := metadata.get(key):
            yield str(value)
    references = metadata.get("references")
    yield from (str(one) for one in references) if isinstance(references, list) else ()


def parse_sent(metadata: Mapping[str, Any]) -> datetime | None:
    """When a message says it was sent; without a zone it counts as UTC."""
    try:
        moment = parse_datetime(str(metadata.get("sent", "")))
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _moment(document: Document) -> tuple[bool, float, str]:
    sent = parse_sent(document.metadata)
    return (sent is not None, sent.timestamp() if sent else 0.0, str(document.pk))


def _repeats(documents: Sequence[Document]) -> list[int]:
    """For each message, the text of how many of the others its body holds."""
    bodies = _bodies(documents)
    whole = [_plain(body) for body in bodies]
    own = [_plain(_ANSWERED.split(body, maxsplit=1)[0]) or text for body, text in zip(bodies, whole, strict=True)]
    return [sum(bool(text) and other != place and text in body for other, text in enumerate(own)) for place, body in enumerate(whole)]


def _bodies(documents: Iterable[Document]) -> list[str]:
    versions = [document.text_version_id for document in documents]
    pages = Page.objects.filter(text_version__in=[version for version in versions if version], number=1)
    texts = dict(pages.annotate(beginning=Left("text", _COMPARED)).values_list("text_version", "beginning"))
    return [_body(texts.get(version, "")) if version else "" for version in versions]


def _body(text: str) -> str:
    """Without the headers that stand before it, and without the list of attachments."""
    body = text.partition("\n\n")[2]
    return body.partition("\n\n")[2] if body.startswith("Attachments: ") else body


def _plain(text: str) -> str:
    """As it is compared: however it is wrapped and quoted."""
    return _SPACES.sub(" ", _QUOTE_MARKS.sub("", text)).strip().casefold()
