"""One subscriber per web process: events arrive once from the transport and fan out to sockets and streams through bounded queues."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import psycopg
import redis.asyncio
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from tasks.progress import transport
from tasks.progress.subscriptions import Reader, still_visible
from tasks.progress.topics import SCOPE_KIND

log = logging.getLogger(__name__)
QUEUE_SIZE = 500
QUIET = 15.0
READERS_AT_ONCE = 50
RECONNECT_PAUSE = 0.5
CHECK_PAUSE = 0.5
"""Seconds between two looks for subscriptions that are due: a removed member hears nothing after twice that."""
Event = dict[str, Any]


class Subscription:
    """What one socket or stream of a reader listens to. `get` gives events, or None where some may be missing: read the state again.

    Memberships end while sockets live: then the topics are gone from `topics` and stand in `lost`; `over` is set where the user is
    locked out. A None tells of both.
    """

    def __init__(self, hub: Hub, reader: Reader) -> None:
        self._hub = hub
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue(QUEUE_SIZE)
        self.reader = reader
        self.topics: set[str] = set()
        self.lost: list[str] = []
        self.over = False
        self.due = asyncio.get_running_loop().time() + settings.TASK_RECHECK_SECONDS

    def add(self, topics: Iterable[str]) -> None:
        for topic in topics:
            self.topics.add(topic)
            self._hub.listeners[topic].add(self)

    def remove(self, topics: Iterable[str]) -> None:
        for topic in list(topics):
            self.topics.discard(topic)
            self._hub.listeners[topic].discard(self)
            if not self._hub.listeners[topic]:
                del self._hub.listeners[topic]

    def narrow(self, lost: Collection[str], *, over: bool) -> None:
        """Take topics away that the user may no longer see, and tell the reader."""
        self.remove(lost)
        self.lost += lost
        self.over |= over
        self.offer(None)

    def close(self) -> None:
        self.remove(self.topics)
        self._hub.subscriptions.discard(self)

    async def get(self) -> Event | None:
        return await self._queue.get()

    def skip(self) -> None:
        """Forget what waits: its reader is about to read the state."""
        while not self._queue.empty():
            self._queue.get_nowait()

    def offer(self, event: Event | None) -> None:
        """Never blocks: where a reader is too slow, what waits for it is replaced by "read the state again"."""
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            self.skip()
            self._queue.put_nowait(None)


class Hub:
    """Connects at the first subscription, for as long as its event loop lives."""

    _hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()

    def __init__(self) -> None:
        self.listeners: defaultdict[str, set[Subscription]] = defaultdict(set)
        self.subscriptions: WeakSet[Subscription] = WeakSet()
        self._connected = asyncio.Event()
        running = asyncio.get_running_loop()
        self._task = running.create_task(self._run(), name="progress-hub")
        self._checking = running.create_task(self._check_for_ever(), name="progress-rights")

    @classmethod
    def current(cls) -> Hub:
        """The hub of the running event loop."""
        running = asyncio.get_running_loop()
        hub = cls._hubs.get(running)
        if hub is None or hub._task.done():
            hub = cls._hubs[running] = cls()
        return hub

    async def open(self, reader: Reader, topics: Iterable[str] = (), patience: float = 2.0) -> Subscription:
        """A subscription that misses nothing from now on. Without a transport it opens too: the state follows when it is back."""
        subscription = Subscription(self, reader)
        self.subscriptions.add(subscription)
        subscription.add(topics)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._connected.wait(), patience)
        return subscription

    @classmethod
    def subscribers(cls) -> int:
        """Sockets and streams that listen at this process."""
        return sum(len(hub.subscriptions) for hub in list(cls._hubs.values()))

    def deliver(self, message: dict[str, Any]) -> None:
        if "access" in message:
            self._look_again(message["access"])
            return
        event, scope = message["event"], message["scope"]
        heard = self.listeners.get(event["topic"], set())
        if scope:
            heard = heard | self.listeners.get(f"{SCOPE_KIND}:{scope}", set())
        for subscription in heard:
            subscription.offer(event)

    def _look_again(self, changed: dict[str, list[str]]) -> None:
        """Have the rights of those whom a change concerns checked in the next round, within a second."""
        users = set(changed["users"])
        concerned = set().union(*(self.listeners.get(topic, set()) for topic in changed["topics"]))
        for subscription in list(self.subscriptions):
            if subscription in concerned or str(subscription.reader.user.pk) in users:
                subscription.due = 0.0

    async def _check_for_ever(self) -> None:
        while True:
            await asyncio.sleep(min(CHECK_PAUSE, settings.TASK_RECHECK_SECONDS / 2))
            try:
                await self._check_rights()
            except (DatabaseError, InterfaceError) as error:
                log.warning("What sockets may see was not checked and is tried again: %s", error)
            except Exception:  # whatever it met, the next round must come
                log.exception("What sockets may see was not checked and is tried again")

    async def _check_rights(self) -> None:
        """Of all subscriptions that are due, some readers at a time: one question for all tabs of a browser."""
        now = asyncio.get_running_loop().time()
        due: defaultdict[Reader, list[Subscription]] = defaultdict(list)
        for subscription in list(self.subscriptions):
            if subscription.due <= now:
                due[subscription.reader].append(subscription)
        readers = list(due)
        for first in range(0, len(readers), READERS_AT_ONCE):
            watched = {reader: set().union(*(each.topics for each in due[reader])) for reader in readers[first : first + READERS_AT_ONCE]}
            for reader, seen in (await still_visible(watched)).items():
                for subscription in due[reader]:
                    subscription.due = now + settings.TASK_RECHECK_SECONDS
                    gone = [topic for topic in watched[reader] & subscription.topics if seen is None or topic not in seen]
                    if gone or seen is None:
                        subscription.narrow(gone, over=seen is None)

    async def _run(self) -> None:
        while True:
            try:
                async for text in self._messages():
                    self.deliver(json.loads(text))
            except (RedisError, psycopg.Error, OSError) as error:
                log.warning("The progress hub lost its connection and tries again: %s", error)
            self._connected.clear()
            await asyncio.sleep(RECONNECT_PAUSE)

    def _messages(self) -> AsyncIterator[str | bytes]:
        return self._from_redis() if settings.REDIS_URL else self._from_postgres()

    def _is_connected(self) -> None:
        """From here on nothing is missed; what was missed before is made good by reading the states again."""
        self._connected.set()
        for subscription in set().union(*self.listeners.values()):
            subscription.offer(None)

    async def _from_redis(self) -> AsyncIterator[bytes]:
        # No retries inside the client: a reconnect that we don't see is a gap that nobody fills.
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL, socket_timeout=30, socket_connect_timeout=5, health_check_interval=15, retry=Retry(NoBackoff(), 0)
        )
        async with client, client.pubsub() as pubsub:
            await pubsub.subscribe(transport.channel())
            self._is_connected()
            while True:
                message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=QUIET)
                if message is not None and message["type"] == "message":
                    yield message["data"]

    async def _from_postgres(self) -> AsyncIterator[str]:
        values = {key: value for key, value in connection.get_connection_params().items() if key not in ("cursor_factory", "context")}
        async with await psycopg.AsyncConnection.connect(**values, autocommit=True) as listening:
            await listening.execute(f"LISTEN {transport.NOTIFY_CHANNEL}")
            self._is_connected()
            while True:
                async for notify in listening.notifies(timeout=QUIET):
                    yield notify.payload
                await listening.execute("SELECT 1")
