"""Progress events: numbered and kept in PostgreSQL in the caller's transaction, published when it commits."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from tasks.base.connections import prepared
from tasks.models import TopicState
from tasks.progress.transport import publisher

RECENT = timedelta(minutes=10)
COLUMNS = ("topic", "scope", "seq", "task", "attempt", "status", "step", "percent", "message", "left")


@dataclass(frozen=True)
class Event:
    """One thing to tell about a topic. `percent` is 0 to 100 of the topic's whole, `left` the seconds to its end where they are known."""

    topic: str
    scope: uuid.UUID | None
    status: str
    percent: float
    step: str = ""
    message: str = ""
    task: uuid.UUID | None = None
    attempt: int = 0
    restart: bool = False
    left: float | None = None


def emit(
    topic: str,
    *,
    scope: uuid.UUID | None,
    status: str,
    percent: float,
    step: str = "",
    message: str = "",
    task: uuid.UUID | None = None,
    attempt: int = 0,
    restart: bool = False,
    left: float | None = None,
) -> None:
    """Tell what a topic is doing now.

    The percentage never goes back unless the same task begins a later attempt or `restart` is given. After a terminal
    event nothing more is told until a restart.
    """
    emit_all([Event(topic, scope, status, percent, step, message, task, attempt, restart, left)])


def emit_all(events: Sequence[Event]) -> None:
    """Like `emit`, for events of different topics at once."""
    if not events:
        return
    stored = _store(events)
    if stored:
        transaction.on_commit(lambda: publisher.publish(stored), robust=True)


def emit_if_claimed(events: Sequence[Event], record: uuid.UUID, attempt: int) -> bool:
    """Note the first event's progress at a record and tell the events, both only while the attempt holds its claim and nobody has
    cancelled it. One statement: this is what running tasks do most. False where nothing was told."""
    first = events[0]
    statement, values = upsert(events, "EXISTS (SELECT FROM held)")
    noted = [min(100.0, max(0.0, float(first.percent))), first.step[:60], first.message, record, attempt]
    stored = [told(found) for found in prepared(HELD + statement, [*noted, *values])]
    if stored:
        transaction.on_commit(lambda: publisher.publish(stored), robust=True)
    return bool(stored)


def _store(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Bump the topics' numbers; returns what is to be published (without events that came after a topic's end)."""
    statement, values = upsert(events)
    if len(events) <= FEW:
        return [told(found) for found in prepared(statement, values)]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [told(found) for found in cursor.fetchall()]


def upsert(events: Sequence[Event], condition: str = "true") -> tuple[str, list[Any]]:
    """The statement that stores events (if the SQL condition holds) and returns the rows for `told`, with its values."""
    values: list[Any] = []
    for event in events:
        percent = min(100.0, max(0.0, float(event.percent)))
        values += [event.topic, event.scope, event.task, event.attempt, event.status, event.step[:60], percent, _clean(event.message)]
        values.append(None if event.status in TopicState.TERMINAL else event.left)
    restarts = [event.topic for event in events if event.restart]
    return UPSERT.format(rows=", ".join([ROW] * len(events)), condition=condition), [*values, restarts, restarts]


def told(row: Sequence[Any]) -> dict[str, Any]:
    """What is to be published of a row that was stored."""
    return message_of(dict(zip(COLUMNS, row, strict=True)))


FEW = 2
"""So many events are told so often that their statement is worth keeping planned."""
ROW = "(%s::text, %s::uuid, 1, %s::uuid, %s::integer, %s::text, %s::text, %s::float8, %s::text, %s::float8, statement_timestamp())"
UPSERT = """
INSERT INTO tasks_topicstate AS t (topic, scope, seq, task, attempt, status, step, percent, message, "left", updated)
SELECT * FROM (VALUES {rows}) AS new WHERE {condition}
ON CONFLICT (topic) DO UPDATE SET
    seq = t.seq + 1, scope = COALESCE(EXCLUDED.scope, t.scope), task = EXCLUDED.task, attempt = EXCLUDED.attempt,
    status = EXCLUDED.status, step = EXCLUDED.step, message = EXCLUDED.message, "left" = EXCLUDED."left",
    updated = EXCLUDED.updated,
    percent = CASE
        WHEN t.topic = ANY(%s::text[]) OR (t.task = EXCLUDED.task AND EXCLUDED.attempt > t.attempt) THEN EXCLUDED.percent
        ELSE GREATEST(t.percent, EXCLUDED.percent) END
WHERE t.status NOT IN ('succeeded', 'failed', 'cancelled') OR t.topic = ANY(%s::text[])
RETURNING topic, scope, seq, task, attempt, status, step, percent, message, "left"
"""


HELD = """
WITH held AS (
    UPDATE tasks_taskrecord SET percent = %s, step = %s, message = %s
    WHERE id = %s AND attempt = %s AND status = 'started' AND NOT cancel_requested
    RETURNING id
)
"""


def message_of(row: dict[str, Any]) -> dict[str, Any]:
    """What travels between processes: the event and the scope by which it is also delivered."""
    percent = round(row["percent"], 1)
    return {
        "scope": str(row["scope"]) if row["scope"] else None,
        "event": {
            "topic": row["topic"],
            "seq": row["seq"],
            "task": str(row["task"]) if row["task"] else None,
            "attempt": row["attempt"],
            "status": row["status"],
            "step": row["step"],
            "percent": int(percent) if percent == int(percent) else percent,
            "message": row["message"],
            "left": None if row["left"] is None else max(1, round(row["left"])),
        },
    }


def snapshots(topics: Iterable[str], scopes: Iterable[uuid.UUID] = ()) -> list[dict[str, Any]]:
    """The last event of each topic, and of every topic of the scopes that is not over or ended within the last ten minutes."""
    scopes = list(scopes)
    wanted = Q(topic__in=list(topics))
    if scopes:
        lively = ~Q(status__in=TopicState.TERMINAL) | Q(updated__gt=Now() - RECENT)
        wanted |= Q(scope__in=scopes) & lively
    rows = TopicState.objects.filter(wanted).order_by("updated").values(*COLUMNS, "updated")
    return [message_of({**row, "left": left_now(row["left"], row["updated"])})["event"] for row in rows]


def left_now(left: float | None, told: datetime) -> float | None:
    """What is left of seconds that were told some time ago; None where that time is over, for then nobody knows."""
    age = (timezone.now() - told).total_seconds()
    return left - age if left is not None and left > age else None


def _clean(text: str) -> str:
    return text.replace("\x00", "")[:300]
