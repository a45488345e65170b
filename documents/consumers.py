"""/ws/chat/{conversation}/: ask and stop; states of messages and sentences come as they are, to every reader of the conversation.

A client says `{"ask": "question"}`, `{"stop": "<message id>"}`, `{"follow": "<message id>", "since": <last sentence number>}`. The socket
says `ready`, `message`, `sentence`, `error`. `?after=<message number>` tells what was asked since.
"""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, InterfaceError
from django.http import Http404
from django.utils.translation import gettext as _

from documents.api.chat.payloads import as_text, news_json
from documents.errors import Refused
from documents.models import Conversation, Message
from documents.services.chat import asking
from documents.services.chat.following import Following, SignedOut
from tasks.progress.consumers import AGAIN_SECONDS, NO_LONGER_ALLOWED, NOT_SIGNED_IN
from tasks.progress.hub import Hub, Subscription
from tasks.progress.subscriptions import Reader, standing

log = logging.getLogger(__name__)
NOT_FOUND = 4404
QUIET = 15.0
in_thread = database_sync_to_async


class ChatConsumer(AsyncWebsocketConsumer):
    """One reader. A slow one costs no memory: what he has not been told is read when he can be told it."""

    channel_layer_alias = None

    async def connect(self) -> None:
        await self.accept()
        self.subscription: Subscription | None = None
        self.pump: asyncio.Task[None] | None = None
        self.turn = asyncio.Lock()
        self.user = self.scope.get("user")
        if not getattr(self.user, "is_authenticated", False):
            await self.close(NOT_SIGNED_IN)
            return
        self.conversation: uuid.UUID = self.scope["url_route"]["kwargs"]["conversation"]
        self.reader = Reader(self.user, self.scope.get("credential", ""))
        self.following = Following(self.reader, self.conversation, after=_after(self.scope.get("query_string", b"")))
        self.subscription = await Hub.current().open(self.reader, self.following.topics)
        if await self._look(self.subscription, first=True):
            self.pump = asyncio.create_task(self._pump(self.subscription))

    async def disconnect(self, code: int) -> None:
        if self.subscription is not None:
            self.subscription.close()
        if self.pump is not None:
            self.pump.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.pump is None:
            return
        try:
            said = json.loads(text_data or bytes_data or "")
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            said = {}
        if not await standing([self.reader]):
            await self._end("signed_out", _("You have been signed out."), NO_LONGER_ALLOWED)
            return
        try:
            await self._obey(said)
        except Http404:
            await self._say(type="error", code="not_found", detail=_("There is nothing here that you may see."))
        except PermissionDenied as refused:
            await self._say(type="error", code="forbidden", detail=str(refused))
        except Refused as refused:
            await self._say(type="error", code=refused.code, detail=refused.message)

    async def _obey(self, said: dict[str, Any]) -> None:
        if isinstance(said.get("ask"), str):
            await in_thread(asking.ask)(Conversation(pk=self.conversation), self.user, said["ask"])
        elif "stop" in said:
            await in_thread(asking.stop)(await self._message(said["stop"]), self.user)
        elif "follow" in said:
            since = said.get("since")
            self.following.follow((await self._message(said["follow"])).pk, since if isinstance(since, int) else 0)
        elif "ping" in said:
            await self._say(type="pong")
            return
        else:
            await self._say(type="error", code="bad_request", detail=_("Say ask, stop or follow."))
            return
        if self.subscription is not None:
            self.subscription.offer(None)

    async def _message(self, named: Any) -> Message:
        """Of this conversation; raises Http404."""
        try:
            pk = uuid.UUID(named if isinstance(named, str) else "")
        except ValueError:
            raise Http404 from None
        found = await Message.objects.visible_to(self.user).filter(conversation=self.conversation, pk=pk).afirst()
        if found is None:
            raise Http404
        return found

    async def _pump(self, subscription: Subscription) -> None:
        while True:
            try:
                await asyncio.wait_for(subscription.get(), QUIET)
            except TimeoutError:
                log.debug("Nothing was told; the conversation is looked at")
            subscription.skip()
            if not await self._look(subscription):
                return

    async def _look(self, subscription: Subscription, *, first: bool = False) -> bool:
        """Tell what is new; False where the socket was closed, for the conversation is not open to its reader any more."""
        try:
            async with self.turn:
                if first:
                    await self._tell(subscription, ready=True)
                else:
                    await self._tell(subscription)
        except Http404:
            await self._end("not_found", _("There is nothing here that you may see."), NOT_FOUND if first else NO_LONGER_ALLOWED)
            return False
        except SignedOut:
            await self._end("signed_out", _("You have been signed out."), NO_LONGER_ALLOWED)
            return False
        except (DatabaseError, InterfaceError) as error:
            log.warning("A conversation could not be read for a socket and will be asked for again: %s", type(error).__name__)
            asyncio.get_running_loop().call_later(AGAIN_SECONDS, subscription.offer, None)
        return True

    async def _tell(self, subscription: Subscription, *, ready: bool = False) -> None:
        """Until nothing is new, and what is being answered was read after it was listened to, so that nothing falls between."""
        while True:
            found = await in_thread(self.following.news, thread_sensitive=False)()
            if ready:
                await self._say(type="ready")
                ready = False
            for news in found:
                await self.send(as_text(news_json(news)))
            topics = self.following.topics
            new = topics - subscription.topics
            subscription.remove(subscription.topics - topics)
            subscription.add(new)
            if not new and not self.following.more:
                return

    async def _end(self, code: str, sentence: str, close: int) -> None:
        await self._say(type="error", code=code, detail=sentence)
        await self.close(close)

    async def _say(self, **message: Any) -> None:
        await self.send(as_text(message))


def _after(query: bytes) -> int | None:
    asked = parse_qs(query.decode("latin-1")).get("after", [""])[0]
    return int(asked) if asked.isdecimal() and len(asked) < 10 else None
