"""Numbers that only grow, though the records they count are deleted one day.

Attempts are counted where they lie. Those that ended a while ago are folded into `Counter` rows once a minute, behind a mark, so that
counting looks at the last minutes only and a deleted attempt has been counted before. Mark and rows move in one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

from django.db import connection, transaction

LAG = timedelta(minutes=15)
"""More than clocks of machines differ and transactions last: what ended before it is sure to be visible."""
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 1800.0)
"""Upper bounds of an attempt's duration in seconds."""
NAMES = [f"{bound:g}" for bound in BUCKETS]
ATTEMPTS, SECONDS, RESCUES, SIGN_INS = "attempts", "seconds", "rescues", "sign_ins"
REQUESTS, DROPPED_REQUESTS = "requests", "requests_dropped"
MARK = "folded_until"

ENDED = """
SELECT jsonb_build_object('task', r.name, 'outcome', a.outcome, 'error', CASE WHEN a.outcome = 'failed' THEN a.error_class ELSE '' END,
           'again', COALESCE(p.outcome = 'failed', false),
           'le', COALESCE((%(bounds)s::text[])[1 + width_bucket(d.seconds, %(buckets)s::float[])], '+Inf')) AS labels,
       count(*)::float AS attempts, sum(d.seconds) AS seconds
FROM tasks_taskattempt a JOIN tasks_taskrecord r ON r.id = a.record_id
LEFT JOIN tasks_taskattempt p ON p.record_id = a.record_id AND p.number = a.number - 1
CROSS JOIN LATERAL (SELECT GREATEST(0, EXTRACT(EPOCH FROM a.ended - a.started))::float AS seconds) d
WHERE {when}
GROUP BY 1
"""
FOLD = f"""
WITH ended AS MATERIALIZED ({ENDED.format(when="a.ended >= to_timestamp(%(since)s) AND a.ended < to_timestamp(%(until)s)")})
INSERT INTO tasks_counter AS c (name, labels, value)
SELECT 'attempts', labels, attempts FROM ended UNION ALL SELECT 'seconds', labels, seconds FROM ended
ON CONFLICT (name, labels) DO UPDATE SET value = c.value + EXCLUDED.value
"""  # noqa: S608 (constants of this module)
NOT_FOLDED = """a.ended >= to_timestamp(%(since)s)
    AND a.ended >= to_timestamp((SELECT COALESCE(max(value), 0) FROM tasks_counter WHERE name = 'folded_until'))"""
"""The mark as it was read just before, which lets the server plan, and as it is now: a fold in between must not count twice."""
TOTALS = f"""
WITH ended AS MATERIALIZED ({ENDED.format(when=NOT_FOLDED)})
SELECT name, labels::text, value FROM tasks_counter WHERE name <> 'folded_until'
UNION ALL SELECT 'attempts', labels::text, attempts FROM ended
UNION ALL SELECT 'seconds', labels::text, seconds FROM ended
"""  # noqa: S608 (constants of this module)
ADD = """
INSERT INTO tasks_counter AS c (name, labels, value) VALUES (%s, %s, %s)
ON CONFLICT (name, labels) DO UPDATE SET value = c.value + EXCLUDED.value
"""


def add(name: str, amount: float, labels: Mapping[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ADD, [name, json.dumps(dict(labels)), amount])


def rescued(numbers: Mapping[str, int]) -> None:
    """Count what one pass of the rescuer put right, by kind."""
    for kind, number in numbers.items():
        if number:
            add(RESCUES, number, {"kind": kind})


def fold() -> None:
    """Count what ended before now - LAG and has not been counted; harmless beside another one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO tasks_counter (name, labels, value) VALUES (%s, '{}', 0) ON CONFLICT DO NOTHING", [MARK])
        cursor.execute("SELECT value, EXTRACT(EPOCH FROM now())::float FROM tasks_counter WHERE name = %s FOR UPDATE", [MARK])
        since, now = cursor.fetchone()
        until = now - LAG.total_seconds()
        if until > since:
            cursor.execute(FOLD, {"since": since, "until": until, "buckets": list(BUCKETS), "bounds": NAMES})
            cursor.execute("UPDATE tasks_counter SET value = %s WHERE name = %s", [until, MARK])


def totals() -> list[tuple[str, dict[str, str | bool], float]]:
    """(name, labels, value) of everything counted since the installation began; the same labels may come twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(value), 0) FROM tasks_counter WHERE name = %s", [MARK])
        since = cursor.fetchone()[0]
        cursor.execute(TOTALS, {"since": since, "buckets": list(BUCKETS), "bounds": NAMES})
        return [(name, json.loads(labels), value) for name, labels, value in cursor.fetchall()]
