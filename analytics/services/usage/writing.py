"""Requests into the database, many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from cases.models import Membership
from tasks.base import counters

LOCK = 7_150_450  # advisory: shared by all who write, alone with who looks up to where all is written (rolling.py)
COPY = 'COPY analytics_apirequest (time, method, route, status, ms, size, "user", token, "case") FROM STDIN'


class Answered(NamedTuple):
    """A row of APIRequest, small enough to keep many."""

    time: datetime
    method: str
    route: str
    status: int
    ms: float
    size: int
    user: UUID | None = None
    token: int | None = None
    case: UUID | None = None


def write(rows: Sequence[Answered], dropped: int = 0) -> None:
    """In one transaction, with the numbers that /metrics tells. `dropped`: how many requests could not be kept."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])
            known = _of_members(rows)
            with connection.wrap_database_errors, cursor.copy(COPY) as copy:
                for row in known:
                    copy.write_row(row)
        by_class = Counter(f"{row.status // 100}xx" for row in rows)
        for status, count in sorted(by_class.items()):
            counters.add(counters.REQUESTS, count, {"status": status})
        if dropped:
            counters.add(counters.DROPPED_REQUESTS, dropped, {})


def _of_members(rows: Sequence[Answered]) -> list[Answered]:
    """The case is kept where who asked is a member of it. Addresses may name any id, and some answers come before that is looked up
    (OPTIONS, a missing CSRF token, an unknown media type): else a stranger would count in the case, and every id make a sum for ever."""
    pairs = {(row.case, row.user) for row in rows if row.case is not None and row.user is not None}
    if pairs:
        cases, people = zip(*pairs, strict=True)
        pairs -= set(Membership.objects.filter(case__in=set(cases), user__in=set(people)).values_list("case", "user"))
    return [row._replace(case=None) if (row.case, row.user) in pairs else row for row in rows]
