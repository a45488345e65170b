"""How fast requests were answered and how often that failed, from the sums of hours and what is not in them yet."""

from __future__ import annotations

import datetime
import json

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.services.charts import Chart, Look, Series
from analytics.services.charts.wording import number as worded
from analytics.services.dashboards.contracts import Number
from analytics.services.dashboards.counting import over_time, series
from analytics.services.dashboards.ranges import Range
from analytics.services.usage.histogram import BOUNDS, BUCKETS, percentile
from analytics.services.usage.reading import hours

SHARES = ((0.5, "50 %"), (0.95, "95 %"), (0.99, "99 %"))
_SUMS = f"""
WITH hours AS (
    SELECT (hour AT TIME ZONE %(zone)s)::date AS day, requests, server_errors, buckets FROM ({hours()}) h
), counted AS (
    SELECT day, sum(requests) AS requests, sum(server_errors) AS errors FROM hours GROUP BY day
), placed AS (
    SELECT day, place, sum(number) AS number FROM hours, unnest(buckets) WITH ORDINALITY AS b (number, place) GROUP BY day, place
)
SELECT day, requests, errors, (SELECT json_object_agg(place, number) FROM placed WHERE placed.day = counted.day) FROM counted
"""  # noqa: S608 (constants of this package)


class Latency:
    """Of all requests to pages and the API. One query."""

    def __init__(self, asked: Range) -> None:
        self.asked = asked
        self.requests: list[tuple[datetime.date, int]] = []
        self.errors: list[tuple[datetime.date, int]] = []
        self.buckets = [[0] * BUCKETS for _bucket in asked.buckets]
        with connection.cursor() as cursor:
            zone = timezone.get_current_timezone_name()
            cursor.execute(_SUMS, {"zone": zone, "since": asked.since, "until": asked.until, "bounds": list(BOUNDS)})
            for day, requests, errors, counted in cursor.fetchall():
                self.requests.append((day, int(requests)))
                self.errors.append((day, int(errors)))
                self._add(self.buckets[asked.place(day)], json.loads(counted) if isinstance(counted, str) else counted or {})

    def _add(self, sums: list[int], counted: dict[str, int]) -> None:
        for place, number in counted.items():
            sums[int(place) - 1] += int(number)

    def numbers(self) -> list[Number]:
        requests, errors = (sum(count for _day, count in days) for days in (self.requests, self.errors))
        slow = percentile([sum(column) for column in zip(*self.buckets, strict=True)], 0.95)
        rate = 100 * errors / requests if requests else None
        return [
            Number("requests", _("requests"), requests, worded(requests)),
            Number("p95", _("95 % were answered within"), slow, "–" if slow is None else f"{worded(slow)} ms", "ms"),
            Number(
                "errors", _("requests that failed (5xx)"), rate, "–" if rate is None else f"{worded(rate, 2)} %", "%", alarming=errors > 0
            ),
        ]

    def charts(self) -> list[Chart]:
        speeds = [Series(name, [percentile(sums, share) for sums in self.buckets]) for share, name in SHARES]
        about = _("So many of the requests were answered within; from sums of hours, by size.")
        failed = [series(_("Failed"), self.asked, self.errors)]
        return [
            over_time("latency", _("How fast requests were answered"), Look.LINES, self.asked, speeds, unit="ms", about=about),
            over_time("errors", _("Requests that failed (5xx)"), Look.BARS, self.asked, failed),
        ]
