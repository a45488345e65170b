"""Celery alone, as its documentation starts: an application with one task that does nothing (-A bench.bare)."""

from __future__ import annotations

import os

from celery import Celery

app = Celery("bare", broker=os.environ.get("REDIS_URL", "memory://"))
app.conf.update(task_default_queue="lexintel-bench-bare", task_ignore_result=True, broker_connection_retry_on_startup=True)


@app.task(name="bench.bare")
def nothing() -> None:
    """What Celery itself costs."""
