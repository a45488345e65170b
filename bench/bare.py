"""Celery alone, as its documentation starts: an application with one task that does nothing (-A bench.bare)."""

from __future__ import annotations

import os
import time
from functools import cache

import redis
from celery import Celery

STARTED = "lexintel-bench-bare-started"

app = Celery("bare", broker=os.environ.get("REDIS_URL", "memory://"))
app.conf.update(task_default_queue="lexintel-bench-bare", task_ignore_result=True, broker_connection_retry_on_startup=True)


@app.task(name="bench.bare")
def nothing() -> None:
    """What Celery itself costs."""


@app.task(name="bench.bare_started")
def started() -> None:
    """When it starts, by the machine's clock, into a list."""
    _client().rpush(STARTED, repr(time.time()))


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(os.environ["REDIS_URL"])
