"""How fast requests were answered and how often that failed, from the sums of hours."""

from __future__ import annotations

import datetime
import json
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.services.charts import Chart, Look, Series
from analytics.services.charts.wording import number as worded
from analytics.services.dashboards.contracts import Number
from analytics.services.dashboards.counting import over_time, series
from analytics.services.dashboards.ranges import DAY, Bucket, Range, beginning
from analytics.services.usage.asked import FIRST
from analytics.services.usage.histogram import BOUNDS, BUCKETS, percentile
from analytics.services.usage.sums import NEWEST_TOO

SHARES = ((0.5, "50 %"), (0.95, "95 %"), (0.99, "99 %"))
_SUMS = f"""
WITH hours AS (
    SELECT (hour AT TIME ZONE %(zone)s)::date AS day, requests, server_errors, buckets FROM ({NEWEST_TOO}) u
), counted AS (
    SELECT day, sum(requests) AS requests, sum(server_errors) AS errors FROM hours GROUP BY day
), placed AS (
    SELECT day, place, sum(number) AS number FROM hours, unnest(buckets) WITH ORDINALITY AS b (number, place) GROUP BY day, place
)
SELECT day, requests, errors, (SELECT json_object_agg(place, number) FROM placed WHERE placed.day = counted.day) FROM counted
"""  # noqa: S608 (constants of this package)


def listed(first: datetime.date, last: datetime.date) -> str:
    """The page of usage for these days by the reader's clock, told as times."""
    since, until = (moment.astimezone(datetime.UTC) for moment in (beginning(first), beginning(last + DAY)))
    words = {"from": f"{max(since, FIRST):%Y-%m-%dT%H:%MZ}", "to": f"{until:%Y-%m-%dT%H:%MZ}"}
    return f"{reverse('analytics:usage')}?{urlencode(words)}"


def _of_bucket(bucket: Bucket) -> str:
    return listed(bucket.first, bucket.last)


class Latency:
    """Of all requests to pages and the API. One query."""

    def __init__(self, asked: Range) -> None:
        self.asked = asked
        self.requests: list[tuple[datetime.date, int]] = []
        self.errors: list[tuple[datetime.date, int]] = []
        self.buckets = [[0] * BUCKETS for _bucket in asked.buckets]
        with connection.cursor() as cursor:
            given: dict[str, Any] = {
                "zone": timezone.get_current_timezone_name(),
                "since": asked.since,
                "until": asked.until,
                "bounds": list(BOUNDS),
            }
            cursor.execute(_SUMS, given)
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
        url = listed(self.asked.first, self.asked.last)
        return [
            Number("requests", _("requests"), requests, worded(requests), url=url),
            Number("p95", _("95 % were answered within"), slow, "–" if slow is None else f"{worded(slow)} ms", "ms", url),
            Number(
                "errors", _("of the requests failed (5xx)"), rate, "–" if rate is None else f"{worded(rate, 2)} %", "%", url, errors > 0
            ),
        ]

    def charts(self) -> list[Chart]:
        urls = [listed(one.first, one.last) if sum(sums) else "" for one, sums in zip(self.asked.buckets, self.buckets, strict=True)]
        speeds = [Series(name, [percentile(sums, share) for sums in self.buckets], urls) for share, name in SHARES]
        about = _("So many of the requests were answered within; from sums of hours, by size.")
        failed = [series(_("Failed"), self.asked, self.errors, _of_bucket)]
        return [
            over_time("latency", _("How fast requests were answered"), Look.LINES, self.asked, speeds, unit="ms", about=about),
            over_time("errors", _("Requests that failed (5xx)"), Look.BARS, self.asked, failed),
        ]
