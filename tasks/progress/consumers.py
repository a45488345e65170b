"""/ws/progress/: subscribe to topics, get the state of each at once and then every event."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError, InterfaceError
from django.utils.translation import gettext as _

from tasks.progress.hub import Hub, Subscription
from tasks.progress.subscriptions import Order, Reader, read_states, visible_topics

log = logging.getLogger(__name__)
MAX_TOPICS = 2000
AGAIN_SECONDS = 1.0
NOT_SIGNED_IN = 4401
NO_LONGER_ALLOWED = 4403


class ProgressConsumer(AsyncWebsocketConsumer):
    """One browser tab or program. What it may not see is answered, not closed."""

    channel_layer_alias = None  # events come from the hub; a channel of our own would cost a connection each

    async def connect(self) -> None:
        """Accept before closing: a refused handshake tells a browser nothing and makes it try for ever."""
        await self.accept()
        self.user = self.scope.get("user")
        self.subscription: Subscription | None = None
        self.order = Order()
        self.pump: asyncio.Task[None] | None = None
        self.turn = asyncio.Lock()  # events wait while states are read: what follows a state is newer, and nothing is left out between
        if not getattr(self.user, "is_authenticated", False):
            await self.close(NOT_SIGNED_IN)
            return
        self.subscription = await Hub.current().open(Reader(self.user, self.scope.get("credential", "")))
        self.pump = asyncio.create_task(self._pump(self.subscription))

    async def disconnect(self, code: int) -> None:
        if self.subscription is not None:
            self.subscription.close()
        if self.pump is not None:
            self.pump.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.subscription is None:
            return
        try:
            message = json.loads(text_data or bytes_data or "")
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            await self._say({"error": "bad_request", "detail": _("This message is not a JSON object.")})
            return
        await self._obey(message, self.subscription)

    async def _obey(self, message: dict[str, Any], subscription: Subscription) -> None:
        if "ping" in message:
            await self._say({"pong": message["ping"]})
        if "unsubscribe" in message:
            subscription.remove(_names(message["unsubscribe"]))
        if "subscribe" in message:
            await self._subscribe(_names(message["subscribe"]), subscription)
        if not {"ping", "subscribe", "unsubscribe"} & message.keys():
            await self._say({"error": "bad_request", "detail": _("Say subscribe, unsubscribe or ping.")})

    async def _subscribe(self, wanted: list[str], subscription: Subscription) -> None:
        if len(subscription.topics) + len(wanted) > MAX_TOPICS:
            await self._say({"error": "too_many_topics", "detail": _("One connection follows at most %d topics.") % MAX_TOPICS})
            return
        seen = await visible_topics(self.user, wanted)
        for topic in wanted:
            if topic not in seen:
                await self._refuse(topic)
        allowed = [topic for topic in wanted if topic in seen]
        async with self.turn:
            subscription.add(allowed)  # first listen, then read: nothing falls between
            await self._send_states(allowed)
        await self._say({"subscribed": allowed})

    async def _pump(self, subscription: Subscription) -> None:
        while True:
            event = await subscription.get()
            async with self.turn:
                if event is None:
                    await self._look_again(subscription)
                elif self.order.is_news(event):
                    await self._say(event)

    async def _look_again(self, subscription: Subscription) -> None:
        if subscription.over:
            await self.close(NO_LONGER_ALLOWED)
            return
        lost, subscription.lost = subscription.lost, []
        for topic in lost:
            await self._refuse(topic)
        try:
            await self._send_states(list(subscription.topics))
        except (DatabaseError, InterfaceError) as error:
            log.warning("The states for a socket could not be read and will be asked for again: %s", error)
            asyncio.get_running_loop().call_later(AGAIN_SECONDS, subscription.offer, None)

    async def _send_states(self, topics: list[str]) -> None:
        for event in await read_states(topics):
            if self.order.is_news(event):
                await self._say(event)

    async def _refuse(self, topic: str) -> None:
        await self._say({"error": "not_found", "topic": topic[:100], "detail": _("There is nothing here that you may see.")})

    async def _say(self, message: dict[str, Any]) -> None:
        await self.send(json.dumps(message, separators=(",", ":")))


def _names(value: Any) -> list[str]:
    """The topics of a message, each once; whatever else a client may send in their place is no topic."""
    return list(dict.fromkeys(str(name) for name in value)) if isinstance(value, list) else [str(value)]
