"""How progress events travel between processes: Redis pub/sub, or NOTIFY where there is no Redis. They may get lost."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterable
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)
NOTIFY_CHANNEL = "lexintel_progress"
PATIENCE = 1.0
"""Seconds that anybody waits for a Redis that does not answer."""
PAUSE_AFTER_ERROR, PAUSE_AFTER_TIMEOUT = 1.0, 5.0
"""Seconds for which nothing is tried: one that hangs costs every caller its patience again."""


def channel() -> str:
    """Pub/sub knows no database numbers, so the channel carries the name of ours."""
    return f"lexintel:{connection.settings_dict['NAME']}:progress"


def queue_name() -> str:
    """The broker queue of this installation (and of each test database)."""
    return f"lexintel.{connection.settings_dict['NAME']}"


def impatient_redis() -> redis.Redis:
    """A client for callers who must not wait. A connection that died with a restart is made anew, nothing else is tried twice."""
    again = Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=again)


class Publisher:
    """One per process. Publishing never raises: a subscriber that missed an event gets the state again."""

    def __init__(self) -> None:
        self.lost = 0
        self._client: redis.Redis | None = None
        self._silent_until = 0.0
        self._lock = threading.Lock()

    def publish(self, messages: Iterable[dict[str, Any]]) -> None:
        """Send `{"scope": ..., "event": {...}}` messages to every web process."""
        texts = [json.dumps(message, separators=(",", ":")) for message in messages]
        if not texts:
            return
        if time.monotonic() < self._silent_until:
            self.lost += len(texts)
            return
        try:
            self._send(texts)
            self._silent_until = 0.0
        except (redis.RedisError, OSError, DatabaseError) as error:
            self._note(error, len(texts))

    def _send(self, texts: list[str]) -> None:
        if not settings.REDIS_URL:
            with connection.cursor() as cursor:
                cursor.executemany("SELECT pg_notify(%s, %s)", [(NOTIFY_CHANNEL, text) for text in texts])
            return
        client, name = self._redis(), channel()
        if len(texts) == 1:
            client.publish(name, texts[0])
            return
        together = client.pipeline(transaction=False)
        for text in texts:
            together.publish(name, text)
        together.execute()

    def _redis(self) -> redis.Redis:
        with self._lock:
            if self._client is None:
                self._client = impatient_redis()
            return self._client

    def _note(self, error: Exception, count: int) -> None:
        """Count the loss and log the first of a row of failures; a broker that is away must not slow every task."""
        if self._silent_until == 0.0:
            log.warning("Progress events are not delivered at the moment: %s", error)
        self.lost += count
        pause = PAUSE_AFTER_TIMEOUT if isinstance(error, redis.TimeoutError) else PAUSE_AFTER_ERROR
        self._silent_until = time.monotonic() + pause


publisher = Publisher()
