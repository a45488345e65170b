"""What was asked how often, how fast it was answered and how often it failed: by route and by time, up to this second.

Sums of hours answer, with those requests that are not in them yet; both from one statement, so that none is counted twice or left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from django.db import connection

from analytics.services.usage.histogram import BOUNDS, BUCKETS, percentile
from analytics.services.usage.sums import NOT_SUMMED, SUMS, TOTAL

HOUR = timedelta(hours=1)


class By(StrEnum):
    HOUR = "hour"
    DAY = "day"


class Stretch(Protocol):
    """`since` <= time < `until`; of one case, or of the installation (None). Widened to whole hours, UTC."""

    @property
    def since(self) -> datetime: ...
    @property
    def until(self) -> datetime: ...
    @property
    def case(self) -> UUID | None: ...


@dataclass(frozen=True)
class Numbers:
    """`ms` and `size` (bytes) of all together; `buckets` as in histogram.BOUNDS."""

    requests: int = 0
    client_errors: int = 0
    server_errors: int = 0
    ms: float = 0.0
    size: int = 0
    buckets: Sequence[int] = (0,) * BUCKETS

    def __add__(self, other: Numbers) -> Numbers:
        return Numbers(
            self.requests + other.requests,
            self.client_errors + other.client_errors,
            self.server_errors + other.server_errors,
            self.ms + other.ms,
            self.size + other.size,
            [ours + theirs for ours, theirs in zip(self.buckets, other.buckets, strict=True)],
        )

    @property
    def succeeded(self) -> int:
        return self.requests - self.client_errors - self.server_errors

    @property
    def error_rate(self) -> float | None:
        """The share of requests that the server failed to answer (5xx), 0 to 1."""
        return self.server_errors / self.requests if self.requests else None

    @property
    def mean(self) -> float | None:
        """Milliseconds."""
        return self.ms / self.requests if self.requests else None

    @property
    def p50(self) -> float | None:
        return percentile(self.buckets, 0.5)

    @property
    def p95(self) -> float | None:
        return percentile(self.buckets, 0.95)

    @property
    def p99(self) -> float | None:
        return percentile(self.buckets, 0.99)


@dataclass(frozen=True)
class RouteUsage:
    method: str
    route: str
    numbers: Numbers


@dataclass(frozen=True)
class Moment:
    """An hour or a day, by its beginning."""

    time: datetime
    numbers: Numbers


def whole_hours(stretch: Stretch) -> tuple[datetime, datetime]:
    """The beginning of the first hour and the end of the last one, UTC."""
    since, until = stretch.since.astimezone(UTC), stretch.until.astimezone(UTC)
    return _hour(since), _hour(until + HOUR - timedelta(microseconds=1))


def _hour(time: datetime) -> datetime:
    return time.replace(minute=0, second=0, microsecond=0)


def by_route(stretch: Stretch, route: str | None = None) -> list[RouteUsage]:
    """The most used first; one query."""
    rows = _summed("method, route", stretch, route, order="requests DESC, route, method")
    return [RouteUsage(method, name, Numbers(*numbers)) for method, name, *numbers in rows]


def over_time(stretch: Stretch, by: By, route: str | None = None) -> list[Moment]:
    """Every hour or UTC day of the stretch in its order, also those in which nothing was asked; one query."""
    rows = _summed(f"date_trunc('{by.value}', hour, 'UTC')", stretch, route)
    found = {time.astimezone(UTC): Numbers(*numbers) for time, *numbers in rows}
    since, until = whole_hours(stretch)
    moment, step = (since, HOUR) if by == By.HOUR else (since.replace(hour=0), timedelta(days=1))
    moments = []
    while moment < until:
        moments.append(Moment(moment, found.get(moment, Numbers())))
        moment += step
    return moments


def total(parts: Iterable[RouteUsage | Moment]) -> Numbers:
    return sum((part.numbers for part in parts), Numbers())


def dropped() -> int:
    """Requests that could not be recorded since the installation began, as far as that is known."""
    from_counters = "SELECT COALESCE(sum(value), 0) FROM tasks_counter WHERE name = 'requests_dropped'"
    with connection.cursor() as cursor:
        cursor.execute(from_counters)
        return int(cursor.fetchone()[0])


def _summed(keys: str, stretch: Stretch, route: str | None, order: str = "") -> list[tuple[Any, ...]]:
    """Sums by `keys`, which is SQL of this module."""
    since, until = whole_hours(stretch)
    narrowed = ""
    if stretch.case is not None:
        narrowed += ' AND "case" = %(case)s'
    if route is not None:
        narrowed += " AND route = %(route)s"
    fresh = SUMS.format(where=NOT_SUMMED + narrowed)
    statement = f"""
    WITH hours AS (
        SELECT hour, method, route, "case", requests, client_errors, server_errors, ms, size, buckets FROM analytics_usagehour
        WHERE hour >= %(since)s AND hour < %(until)s{narrowed}
        UNION ALL ({fresh})
    ), summed AS (SELECT {keys}, {TOTAL} FROM hours GROUP BY {keys})
    SELECT * FROM summed {f"ORDER BY {order}" if order else ""}
    """  # noqa: S608 (constants of this package)
    given = {"since": since, "until": until, "case": stretch.case, "route": route, "bounds": list(BOUNDS)}
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall()
