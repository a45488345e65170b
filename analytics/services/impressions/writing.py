"""Adding totals to the tables, in the caller's transaction, of which there is only one at a time (`alone`)."""

from __future__ import annotations

import datetime
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection

from analytics.models import Impression, RecentView, TargetDay
from analytics.services.impressions.events import OPENED, Totals
from analytics.services.impressions.resolving import KNOWN, Place, places_of
from cases.models import Case

AT_ONCE = 5000
_LOCK = 0x696D7072
"""The number of the advisory lock: "impr"."""
PATIENCE = "SELECT set_config('lock_timeout', '2s', true)"

_IMPRESSIONS = """
INSERT INTO analytics_impression AS there (kind, target, case_id, views, last)
SELECT * FROM unnest(%s::text[], %s::uuid[], %s::uuid[], %s::bigint[], %s::timestamptz[])
ON CONFLICT (kind, target) DO UPDATE SET
    views = there.views + EXCLUDED.views, last = GREATEST(there.last, EXCLUDED.last), case_id = EXCLUDED.case_id
"""
_TARGET_DAYS = """
INSERT INTO analytics_targetday AS there (day, kind, target, case_id, views)
SELECT * FROM unnest(%s::date[], %s::text[], %s::uuid[], %s::uuid[], %s::bigint[])
ON CONFLICT (kind, target, day) DO UPDATE SET views = there.views + EXCLUDED.views, case_id = EXCLUDED.case_id
"""
_DAYS = """
INSERT INTO analytics_impressionday AS there (day, kind, case_id, views)
SELECT * FROM unnest(%s::date[], %s::text[], %s::uuid[], %s::bigint[])
ON CONFLICT (day, kind, case_id) DO UPDATE SET views = there.views + EXCLUDED.views
"""
_RECENT = """
INSERT INTO analytics_recentview AS there (user_id, kind, target, case_id, views, last)
SELECT seen.user_id, seen.kind, seen.target, seen.case_id, LEAST(seen.views, 2147483647)::int, seen.last
FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::bigint[], %s::timestamptz[])
     AS seen (user_id, kind, target, case_id, views, last)
LEFT JOIN analytics_viewhabits habits ON habits.user_id = seen.user_id
WHERE COALESCE(habits.keep, true) AND (habits.forgotten IS NULL OR seen.last > habits.forgotten)
ON CONFLICT (user_id, kind, target) DO UPDATE SET
    views = LEAST(there.views::bigint + EXCLUDED.views, 2147483647)::int, last = GREATEST(there.last, EXCLUDED.last),
    case_id = EXCLUDED.case_id
"""


def alone(*, wait: bool = False) -> bool:
    """Until the transaction's end nobody else adds; False where somebody does just now, unless that is waited for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)" if wait else "SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return wait or bool(cursor.fetchone()[0])


def write(totals: Totals) -> int:
    """Gives how many impressions were added; those of what is gone are not."""
    with connection.cursor() as cursor:
        cursor.execute(PATIENCE)
    places = _places(totals)
    _add(_IMPRESSIONS, _impressions(totals, places))
    days, target_days = _days(totals, places)
    _add(_TARGET_DAYS, target_days)
    _add(_DAYS, days)
    _add(_RECENT, _recent(totals, places))
    return sum(row[-1] for row in days)


def carry(source: Case, target: Case, documents: Iterable[uuid.UUID]) -> None:
    """What was counted of documents goes with them to another case. What happened on a day in the case they leave stays there."""
    ids = list(documents)
    for model in (Impression, TargetDay, RecentView):
        model._default_manager.filter(target__in=ids, case=source).update(case=target)


Key = tuple[str, uuid.UUID]
Rows = Sequence[tuple[Any, ...]]


def _places(totals: Totals) -> dict[Key, Place]:
    """Of what is there. The cases are held, so that none of them goes before this is written."""
    targets: dict[str, set[uuid.UUID]] = {}
    for kind, target in totals.last:
        if kind in KNOWN:
            targets.setdefault(kind, set()).add(target)
    found = {(kind, target): place for kind, wanted in targets.items() for target, place in places_of(kind, wanted).items()}
    held = _held(Case._meta.db_table, {place.case for place in found.values() if place.case})
    return {key: place for key, place in found.items() if place.case is None or place.case in held}


def _held(table: str, keys: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those that are there, and will be until the transaction's end."""
    if not keys:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [list(keys)])  # noqa: S608 (our tables)
        return {key for (key,) in cursor.fetchall()}


def _impressions(totals: Totals, places: Mapping[Key, Place]) -> Rows:
    views: Counter[Place] = Counter()
    last: dict[Place, datetime.datetime] = {}
    for (kind, target, _day), number in totals.views.items():
        if (place := places.get((kind, target))) is not None:
            views[place] += number
            last[place] = max(last.get(place, totals.last[kind, target]), totals.last[kind, target])
    return sorted((*place, number, last[place]) for place, number in views.items())


def _days(totals: Totals, places: Mapping[Key, Place]) -> tuple[Rows, Rows]:
    """By case, and by target where it was opened."""
    days: Counter[tuple[datetime.date, str, uuid.UUID | None]] = Counter()
    targets: Counter[tuple[datetime.date, Place]] = Counter()
    for (kind, target, day), number in totals.views.items():
        if (place := places.get((kind, target))) is not None:
            days[day, place.kind, place.case] += number
            if place.kind in OPENED:
                targets[day, place] += number
    return [(*key, number) for key, number in days.items()], [(day, *place, number) for (day, place), number in targets.items()]


def _recent(totals: Totals, places: Mapping[Key, Place]) -> Rows:
    people = _held(get_user_model()._meta.db_table, {user for user, _kind, _target in totals.own})
    views: Counter[tuple[uuid.UUID, Place]] = Counter()
    last: dict[tuple[uuid.UUID, Place], datetime.datetime] = {}
    for (user, kind, target), number in totals.own.items():
        place = places.get((kind, target))
        if place is None or place.kind not in OPENED or user not in people:
            continue
        views[user, place] += number
        at = totals.own_last[user, kind, target]
        last[user, place] = max(last.get((user, place), at), at)
    return [(user, *place, number, last[user, place]) for (user, place), number in views.items()]


def _add(statement: str, rows: Rows) -> None:
    with connection.cursor() as cursor:
        for first in range(0, len(rows), AT_ONCE):
            cursor.execute(statement, [list(column) for column in zip(*rows[first : first + AT_ONCE], strict=True)])
