"""Celery: a bounded number of messages, one Celery task that runs whatever is next in the line."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import redis
from kombu.exceptions import OperationalError as KombuError

from tasks.errors import BrokerUnreachable
from tasks.executors import Hints
from tasks.progress.transport import impatient_redis, queue_name

BACKSTOP = 15
"""Seconds after our own limit at which Celery uses its means."""
SILENCE = 3.0
"""Seconds for which a broker that did not answer is not asked again: a page that submits must not wait each time."""


class CeleryExecutor:
    name = "celery"

    def __init__(self) -> None:
        self._client: redis.Redis | None = None
        self._lock = threading.Lock()
        self._silent_until = float("-inf")

    def send(self, record_id: uuid.UUID, hints: Hints) -> None:
        from tasks.workers.celery import run_record

        with self._reaching():
            run_record.apply_async(
                args=[str(record_id)],
                queue=queue_name(),
                soft_time_limit=hints.soft_limit + BACKSTOP,
                time_limit=hints.hard_limit + 2 * BACKSTOP,
                retry=False,
            )

    def held(self) -> int:
        """Messages that no worker has taken yet. Whoever sends asks this first, so it also says whether the broker answers."""
        with self._reaching():
            return int(self._redis().llen(queue_name()))

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Raises BrokerUnreachable: at once where the broker did not answer a moment ago."""
        if time.monotonic() < self._silent_until:
            raise BrokerUnreachable("The broker did not answer a moment ago.", "broker_unreachable")
        try:
            yield
        except (KombuError, redis.RedisError, OSError) as error:
            self._silent_until = time.monotonic() + SILENCE
            raise BrokerUnreachable(f"The broker does not answer: {error}", "broker_unreachable") from error

    def _redis(self) -> redis.Redis:
        with self._lock:
            if self._client is None:
                self._client = impatient_redis()
            return self._client
