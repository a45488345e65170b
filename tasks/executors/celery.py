"""Celery: a bounded number of messages, one Celery task that runs whatever is next in the line."""

from __future__ import annotations

import threading
import uuid

import redis
from django.conf import settings
from kombu.exceptions import OperationalError as KombuError

from tasks.errors import BrokerUnreachable
from tasks.executors import Hints
from tasks.transport import queue_name

BACKSTOP = 15
"""Seconds after our own limit at which Celery uses its means."""


class CeleryExecutor:
    name = "celery"

    def __init__(self) -> None:
        self._client: redis.Redis | None = None
        self._lock = threading.Lock()

    def send(self, record_id: uuid.UUID, hints: Hints) -> None:
        from tasks.celery import run_record

        try:
            run_record.apply_async(
                args=[str(record_id)],
                queue=queue_name(),
                soft_time_limit=hints.soft_limit + BACKSTOP,
                time_limit=hints.hard_limit + 2 * BACKSTOP,
                retry=False,
            )
        except (KombuError, OSError) as error:
            raise BrokerUnreachable(f"The broker does not answer: {error}", "broker_unreachable") from error

    def held(self) -> int:
        """Messages that no worker has taken yet."""
        with self._lock:
            if self._client is None:
                self._client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5)
        try:
            return int(self._client.llen(queue_name()))
        except (redis.RedisError, OSError) as error:
            raise BrokerUnreachable(f"The broker does not answer: {error}", "broker_unreachable") from error
