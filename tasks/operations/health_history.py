"""The history of health checks: samples that are kept, and the trend over them by part and day (UTC)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from tasks.models import HealthSample

DETAIL = 300
"""Letters of a part's sentence that are kept."""
SPANS = (7, 30, 90)
SHOWN_OUTAGES = 20
APART = timedelta(minutes=90)
"""Checks further apart than this (one an hour) do not make one outage."""

BY_DAY = """
SELECT part->>'name', (time AT TIME ZONE 'UTC')::date, count(*), count(*) FILTER (WHERE (part->>'ok')::boolean),
       sum((part->>'ms')::float), max((part->>'ms')::float)
FROM tasks_healthsample, jsonb_array_elements(parts) AS part WHERE time >= %s GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Day:
    """The checks of one part on one day: how many, how many found it well, and their times in ms."""

    day: date
    checks: int = 0
    ok: int = 0
    sum_ms: float = 0.0
    max_ms: float = 0.0

    @property
    def share(self) -> float | None:
        return self.ok / self.checks if self.checks else None


@dataclass
class PartTrend:
    """One part over all days of the span, the earliest first."""

    name: str
    days: list[Day] = field(default_factory=list)

    @property
    def checks(self) -> int:
        return sum(day.checks for day in self.days)

    @property
    def ok(self) -> int:
        return sum(day.ok for day in self.days)

    @property
    def share(self) -> float:
        return self.ok / self.checks if self.checks else 0.0

    @property
    def percent(self) -> float:
        """Cut, not rounded: 100 is said only where every check was well."""
        return int(1000 * self.ok / self.checks) / 10 if self.checks else 0.0

    @property
    def mean_ms(self) -> float:
        return sum(day.sum_ms for day in self.days) / self.checks if self.checks else 0.0

    @property
    def max_ms(self) -> float:
        return max((day.max_ms for day in self.days), default=0.0)


@dataclass
class Outage:
    """Checks in a row that found a part not well; `detail` is what the last one said."""

    part: str
    since: datetime
    until: datetime
    detail: str
    checks: int = 1


@dataclass(frozen=True)
class Trend:
    """`latest` is the newest sample of all; parts with the worst share come first."""

    span: int
    samples: int
    latest: HealthSample | None
    parts: list[PartTrend]
    outages: list[Outage]

    @property
    def slowest(self) -> PartTrend | None:
        return max(self.parts, key=lambda part: part.mean_ms, default=None)


def keep(found: dict[str, Any]) -> HealthSample:
    """Write down what `maintenance.health` found."""
    parts = [{**part, "detail": str(part["detail"])[:DETAIL]} for part in found["parts"]]
    return HealthSample.objects.create(ok=found["ok"], parts=parts)


def trend(span: int) -> Trend:
    """Of the last `span` days, today included. Four queries, however many samples there are."""
    today = timezone.now().astimezone(UTC).date()
    first = today - timedelta(days=span - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=UTC)
    samples = HealthSample.objects.filter(time__gte=since)
    parts = sorted(_parts(since, [first + timedelta(days=n) for n in range(span)]), key=lambda part: (part.share, part.name))
    return Trend(span, samples.count(), HealthSample.objects.first(), parts, outages(list(samples.filter(ok=False).order_by("time"))))


def _parts(since: datetime, days: list[date]) -> list[PartTrend]:
    with connection.cursor() as cursor:
        cursor.execute(BY_DAY, [since])
        rows = cursor.fetchall()
    by_part: dict[str, dict[date, Day]] = {}
    for name, *figures in rows:
        by_part.setdefault(name, {})[figures[0]] = Day(*figures)
    return [PartTrend(name, [known.get(day, Day(day)) for day in days]) for name, known in by_part.items()]


def outages(samples: list[HealthSample]) -> list[Outage]:
    """Of samples in the order of time, those that are not well: the last ones first."""
    found: list[Outage] = []
    last: dict[str, Outage] = {}
    for sample in samples:
        for part in sample.parts:
            if part["ok"]:
                continue
            outage = last.get(part["name"])
            if outage is not None and sample.time - outage.until <= APART:
                outage.until, outage.detail, outage.checks = sample.time, part["detail"], outage.checks + 1
                continue
            last[part["name"]] = Outage(part["name"], sample.time, sample.time, part["detail"])
            found.append(last[part["name"]])
    return sorted(found, key=lambda outage: outage.until, reverse=True)[:SHOWN_OUTAGES]
