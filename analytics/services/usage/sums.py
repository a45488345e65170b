"""The SQL that makes sums of hours out of requests, for the sums that are kept and for those that are asked before they are."""

from __future__ import annotations

from analytics.services.usage.histogram import BUCKETS

_COUNTS = ", ".join(f"count(*) FILTER (WHERE bucket = {place})" for place in range(BUCKETS))
SUMS = f"""
SELECT hour, method, route, "case", count(*) AS requests, count(*) FILTER (WHERE status BETWEEN 400 AND 499) AS client_errors,
       count(*) FILTER (WHERE status >= 500) AS server_errors, sum(ms) AS ms, sum(size)::bigint AS size, ARRAY[{_COUNTS}] AS buckets
FROM (SELECT date_trunc('hour', time, 'UTC') AS hour, method, route, "case", status, ms, size,
             width_bucket(ms, %(bounds)s::float8[]) AS bucket
      FROM analytics_apirequest WHERE {{where}}) r
GROUP BY hour, method, route, "case"
"""  # noqa: S608 (constants of this module)
NOT_SUMMED = "id > (SELECT COALESCE(max(until), 0) FROM analytics_usagemark) AND time >= %(since)s AND time < %(until)s"
NEWEST_TOO = f"""
SELECT hour, method, route, "case", requests, client_errors, server_errors, ms, size, buckets FROM analytics_usagehour
WHERE hour >= %(since)s AND hour < %(until)s
UNION ALL ({SUMS.format(where=f"{NOT_SUMMED} AND date_trunc('hour', time, 'UTC') >= %(since)s")})
"""  # noqa: S608 (constants of this module)
"""Hours that begin within a stretch, with the requests that are not in the sums yet, so that the same stretch has the same numbers wherever
they are told. Wants `bounds` beside `since` and `until`."""
TOTAL = f"""
sum(requests)::bigint AS requests, sum(client_errors)::bigint, sum(server_errors)::bigint, sum(ms), sum(size)::bigint,
ARRAY[{", ".join(f"sum(buckets[{place}])::bigint" for place in range(1, BUCKETS + 1))}]
"""
