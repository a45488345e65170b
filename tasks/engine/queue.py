"""The line: which waiting record comes next. The database orders it; brokers only wake, so a message that comes twice, late or never
does no harm.

* A lane is what waits for one executor at one priority under one concurrency key (usually none). In it the order is (turn, id).
* Scopes take turns (start-time fair queueing): a record enters at the turn that is served now, or behind the last one of its own
  scope, so that one file of one case waits for one file of each other case and not for five thousand of the first.
* Between priorities the head that is most urgent wins: its priority, less one for every TASK_AGING_SECONDS it has waited.
* A lane whose key is full is skipped. Keys are counted under an advisory lock, so at most the limit ever runs.

A record that is not in the line yet carries in `turn` the latest turn it may get: its parent's ("what was begun is finished first"),
the one it had before a retry, or LAST.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from tasks.base import prepared_statements
from tasks.base.connections import prepared
from tasks.base.identity import worker_name
from tasks.models import TaskRecord

LAST = 2**62
KEYS_LOCK = 7_316_010

_FIELDS = TaskRecord._meta.concrete_fields
VARYING = ("id", "payload", "topic", "unique_key", "concurrency_key", "concurrency_limit", "turn")

WAITING = "w.status = 'queued' AND w.paused_at IS NULL AND w.executor = %(executor)s"


def _heads(waiting: str) -> str:
    """The first record of each lane: one step in the index from lane to lane, however many wait in each."""
    columns = "w.priority, w.concurrency_key, w.turn, w.id, w.queued_at, w.concurrency_limit"
    return f"""
heads AS (
    (SELECT {columns} FROM tasks_taskrecord w WHERE {waiting} ORDER BY w.priority, w.concurrency_key, w.turn, w.id LIMIT 1)
    UNION ALL
    SELECT following.* FROM heads CROSS JOIN LATERAL (
        SELECT {columns} FROM tasks_taskrecord w
        WHERE {waiting} AND (w.priority, w.concurrency_key) > (heads.priority, heads.concurrency_key)
        ORDER BY w.priority, w.concurrency_key, w.turn, w.id LIMIT 1
    ) AS following
)"""  # noqa: S608 (constants of ours)


FREE = f"""{_heads(WAITING)}, free AS MATERIALIZED (
    SELECT h.*, counted.running, h.priority - EXTRACT(EPOCH FROM statement_timestamp()
                    - first_value(h.queued_at) OVER (PARTITION BY h.priority ORDER BY h.turn, h.id)) / %(aging)s AS urgency
    FROM heads h CROSS JOIN LATERAL (
        SELECT count(*) AS running FROM tasks_taskrecord k WHERE h.concurrency_key <> ''
        AND k.status = 'started' AND k.concurrency_key <> '' AND k.concurrency_key = h.concurrency_key
    ) AS counted
    WHERE h.concurrency_key = '' OR counted.running < h.concurrency_limit
    ORDER BY urgency, turn, id
)"""  # noqa: S608

CLAIM = f"""
WITH RECURSIVE {FREE}, picked AS MATERIALIZED (
    SELECT candidate.id FROM free CROSS JOIN LATERAL (
        SELECT w.id FROM tasks_taskrecord w
        WHERE {WAITING} AND w.priority = free.priority AND w.concurrency_key = free.concurrency_key
        ORDER BY w.turn, w.id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) AS candidate
    WHERE %(keys_locked)s OR (SELECT f.concurrency_key FROM free f LIMIT 1) = '' AND free.concurrency_key = ''
    LIMIT 1
), claimed AS (
    UPDATE tasks_taskrecord r SET status = 'started', executor = %(executor)s, worker = %(worker)s, attempt = r.attempt + 1,
        percent = 0, step = '', message = '', started_at = statement_timestamp(),
        lease_until = statement_timestamp() + make_interval(secs => %(lease)s)
    WHERE r.id = (SELECT picked.id FROM picked) RETURNING {prepared_statements.columns(TaskRecord)}
), attempts AS (
    INSERT INTO tasks_taskattempt (record_id, number, executor, worker, started, outcome, error_class, message, traceback)
    SELECT id, attempt, executor, worker, started_at, 'running', '', '', '' FROM claimed
)
SELECT (SELECT count(*) FROM free WHERE concurrency_key <> '') AS keyed, claimed.* FROM (VALUES (1)) AS one LEFT JOIN claimed ON true
"""  # noqa: S608
"""The lanes come sorted out of `free` and are tried in that order until one gives a row; rows that another claim holds are passed over.
The limits are written out, or the plan that is made once for all values would sort whole lanes."""

TURN = f"""
WITH RECURSIVE {_heads(WAITING + " AND w.priority = %(priority)s")}
SELECT GREATEST(0, (
    SELECT min(turn) FROM heads
), (
    SELECT s.turn + 1 FROM tasks_taskrecord s
    WHERE s.status = 'queued' AND s.executor = %(executor)s AND s.priority = %(priority)s AND {{same_scope}}
    ORDER BY s.turn DESC LIMIT 1
)), statement_timestamp()
"""  # noqa: S608

TURN_OF_SCOPE = TURN.format(same_scope="s.scope = %(scope)s")
TURN_OF_NO_SCOPE = TURN.format(same_scope="s.scope IS NULL")

ENTER = """
UPDATE tasks_taskrecord r SET status = 'queued', executor = %(executor)s, route_reason = %(reason)s, queued_at = statement_timestamp(),
    turn = LEAST(r.turn, entering.turn)
FROM unnest(%(ids)s::uuid[], %(turns)s::bigint[]) AS entering (id, turn)
WHERE r.id = entering.id AND r.status IN ('pending', 'retrying') AND (r.run_after IS NULL OR r.run_after <= statement_timestamp())
RETURNING r.id
"""

LEAVE = """
UPDATE tasks_taskrecord SET status = 'pending', turn = %s, queued_at = NULL WHERE id = ANY(%s) AND status = 'queued' RETURNING id
"""

CLAIMABLE = f"""
WITH RECURSIVE {FREE}
SELECT candidate.id FROM free CROSS JOIN LATERAL (
    SELECT w.id FROM tasks_taskrecord w
    WHERE {WAITING} AND w.priority = free.priority AND w.concurrency_key = free.concurrency_key
    ORDER BY w.turn, w.id LIMIT CASE WHEN free.concurrency_key = '' THEN %(most)s ELSE free.concurrency_limit - free.running END
) AS candidate
LIMIT %(most)s
"""  # noqa: S608


def claim(executor: str) -> TaskRecord | None:
    """Take the most deserving record for this process, `started` with a new attempt and a lease; None where nothing may run now."""
    record, keyed = _claim(executor, keys_locked=False)
    if record is not None or not keyed:
        return record
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [KEYS_LOCK])
        return _claim(executor, keys_locked=True)[0]


def enter(records: Sequence[TaskRecord], executor: str, reason: str) -> list[uuid.UUID]:
    """Put those of the records that are not in the line yet and are due into it; gives the ids that entered."""
    entered: list[uuid.UUID] = []
    for (priority, scope), group in groupby(sorted(records, key=_turn_taker), key=lambda record: (record.priority, record.scope)):
        ids = [record.pk for record in group]
        first, _now = entrance(executor, priority, scope)
        turns = list(range(first, first + len(ids)))
        values: dict[str, Any] = {"executor": executor, "reason": reason[:200], "ids": ids, "turns": turns}
        with connection.cursor() as cursor:
            cursor.execute(ENTER, values)
            entered += [key for (key,) in cursor.fetchall()]
    return entered


def insert(records: Sequence[TaskRecord]) -> list[uuid.UUID]:
    """Write new records that differ in nothing but VARYING with one INSERT; gives the ids of those that have no twin yet."""
    sources, values = [], []
    for field in _FIELDS:
        kind, varies = field.db_type(connection), field.attname in VARYING
        stored = [field.get_db_prep_save(field.pre_save(record, True), connection) for record in (records if varies else records[:1])]
        sources.append(f"unnest(%s::{kind}[])" if varies else f"%s::{kind}")
        values.append(stored if varies else stored[0])
    columns = ", ".join(str(field.column) for field in _FIELDS)
    statement = f"INSERT INTO tasks_taskrecord ({columns}) SELECT {', '.join(sources)} ON CONFLICT DO NOTHING RETURNING id"
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [key for (key,) in cursor.fetchall()]


def entrance(executor: str, priority: int, scope: uuid.UUID | None) -> tuple[int, datetime]:
    """The turn at which a record of that scope enters the line now, and now by the database's clock."""
    statement, values = (TURN_OF_NO_SCOPE, {}) if scope is None else (TURN_OF_SCOPE, {"scope": scope})
    turn, now = prepared(statement, {"executor": executor, "priority": priority, **values})[0]
    return turn, now


def leave(ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Take records out of the line, to enter another one at its end; gives the ids that were still waiting."""
    with connection.cursor() as cursor:
        cursor.execute(LEAVE, [LAST, list(ids)])
        return [key for (key,) in cursor.fetchall()]


def claimable(executor: str, most: int) -> list[uuid.UUID]:
    """The ids of up to `most` records that could start now if there were workers enough."""
    values = {"executor": executor, "most": most, "aging": settings.TASK_AGING_SECONDS}
    return [key for (key,) in prepared(CLAIMABLE, values)]


def _turn_taker(record: TaskRecord) -> tuple[int, str, uuid.UUID]:
    return record.priority, str(record.scope), record.pk


def _claim(executor: str, *, keys_locked: bool) -> tuple[TaskRecord | None, bool]:
    """(what was claimed, whether records with a key could run if the keys were locked)."""
    values = {
        "executor": executor,
        "worker": worker_name(),
        "keys_locked": keys_locked,
        "lease": settings.TASK_LEASE_SECONDS,
        "aging": settings.TASK_AGING_SECONDS,
    }
    keyed, *row = prepared(CLAIM, values)[0]
    return prepared_statements.instance(TaskRecord, row) if row[0] is not None else None, bool(keyed)
