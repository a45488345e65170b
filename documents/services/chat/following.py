"""What one reader of a conversation has been told of it, and what is news to him: read through the door at each look."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from django.db.models import Max
from django.http import Http404

from documents.models import Conversation, Message
from documents.services.chat.showing import ShownMessage, ShownSentence, shown
from tasks.progress.subscriptions import Reader, standing_of

AT_ONCE = 50


@dataclass(frozen=True)
class News:
    """A message whose state is new, or with `sentence` a sentence of it."""

    message: ShownMessage
    sentence: ShownSentence | None = None


@dataclass
class _Told:
    state: str
    since: int = 0
    sentences: list[int] = field(default_factory=list)


class SignedOut(Exception):
    """The reader's account, session or token is no longer valid."""


class Following:
    """Of a conversation from the message number `after` on (None: what is asked from now on, and what is being answered), or of `only` one
    message from its sentence number `since` on. Each sentence is told once; a message whenever its state changes, last when it has ended,
    and again from its first sentence where a new attempt answers it."""

    def __init__(
        self, reader: Reader, conversation: uuid.UUID, *, after: int | None = None, only: uuid.UUID | None = None, since: int = 0
    ) -> None:
        self.reader, self.conversation = reader, conversation
        self.more = False
        """There was more than is told at once: look again."""
        self._last, self._only, self._begun = after, only, only is not None
        self._open: dict[uuid.UUID, _Told | None] = {}
        self._since: dict[uuid.UUID, int] = {}
        if only is not None:
            self.follow(only, since)

    @property
    def topics(self) -> set[str]:
        return {f"conversation:{self.conversation}", *(f"message:{pk}" for pk in self._open)}

    @property
    def over(self) -> bool:
        """The only message has ended, and that was told."""
        return self._only is not None and not self._open

    def follow(self, message: uuid.UUID, since: int = 0) -> None:
        """Tell of this message anew, from behind its sentence number `since`."""
        self._open[message], self._since[message] = None, since

    def news(self) -> list[News]:
        """Raises SignedOut, and Http404 where the conversation does not exist for the reader (any more)."""
        user = self.reader.user
        if not standing_of([self.reader]):
            raise SignedOut
        if not Conversation.objects.visible_to(user).filter(pk=self.conversation).exists():
            raise Http404
        messages = shown(self._messages(), user)
        seen = {one.message.pk for one in messages}
        for pk in set(self._open) - seen:
            self._forget(pk)
        return [news for one in messages for news in self._of(one)]

    def _messages(self) -> list[Message]:
        rows = Message.objects.filter(conversation=self.conversation).select_related("asked_by").order_by("number")
        if not self._begun:
            self._begin()
        found = list(rows.filter(pk__in=list(self._open)))
        if self._last is None:
            return found
        new = list(rows.filter(number__gt=self._last).exclude(pk__in=list(self._open))[:AT_ONCE])
        self.more = len(new) == AT_ONCE
        self._last = max([self._last, *(message.number for message in new)])
        return found + new

    def _begin(self) -> None:
        self._begun = True
        if self._last is not None:
            return
        rows = Message.objects.filter(conversation=self.conversation)
        self._last = rows.aggregate(last=Max("number"))["last"] or 0
        for pk in rows.exclude(state__in=Message.ENDED).values_list("pk", flat=True):
            self._open[pk] = None

    def _of(self, one: ShownMessage) -> list[News]:
        message, numbers = one.message, [sentence.sentence.pk for sentence in one.sentences]
        ended = message.state in Message.ENDED
        told, made = self._open.get(message.pk), []
        if told is None or told.sentences != numbers[: len(told.sentences)]:
            told = _Told("", self._since.pop(message.pk, 0))
        if told.state != message.state and not (ended and told.state):
            made.append(News(one))
        later = one.sentences[len(told.sentences) :]
        made += [News(one, sentence) for sentence in later if sentence.sentence.number > told.since]
        if ended and (not made or made[-1].sentence is not None):
            made.append(News(one))
        self._open[message.pk] = _Told(message.state, told.since, numbers)
        if ended:
            self._forget(message.pk)
        return made

    def _forget(self, message: uuid.UUID) -> None:
        self._open.pop(message, None)
        self._since.pop(message, None)
