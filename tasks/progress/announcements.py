"""What is told of a record: on its own topic, and on the topic that it works for."""

from __future__ import annotations

from tasks.models import Status, TaskRecord
from tasks.progress import estimates
from tasks.progress.events import Event


def events_of(record: TaskRecord, status: str, percent: float, step: str = "", message: str = "", *, restart: bool = False) -> list[Event]:
    """What to tell of a record: on its own topic, and on the topic it works for, where its percent is a share of the whole.

    A scope hears of a task once: on the topic it works for if it has one, else on its own.
    """
    own_scope = None if record.topic else record.scope
    left = estimates.seconds_left(record, percent) if status == Status.STARTED else None
    told = [Event(record.own_topic, own_scope, status, percent, step, message, record.pk, record.attempt, restart, left)]
    if record.topic and record.share is None:
        told.append(Event(record.topic, record.scope, status, percent, step, message, record.pk, record.attempt, restart, left))
    elif record.topic and record.share is not None and status in (Status.STARTED, Status.RETRYING):
        low, high = record.share
        whole = low + (high - low) * percent / 100
        left = estimates.topic_seconds_left(record, percent) if status == Status.STARTED else None
        told.append(Event(record.topic, record.scope, status, whole, step, message, record.pk, record.attempt, left=left))
    return told
