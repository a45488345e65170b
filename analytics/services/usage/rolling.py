"""Sums of hours, exact, and the end of requests that are in them and old.

Ids are given before a transaction commits, so a request with a lower id may come to light after one with a higher. Therefore the mark
moves only up to an id below which nobody writes any more: all who write share a lock (writing.py), and who holds it alone sees all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from analytics.models.usage import APIRequest, UsageMark
from analytics.services.usage.histogram import BOUNDS
from analytics.services.usage.sums import SUMS
from analytics.services.usage.writing import LOCK

CHUNK = 200_000
"""Ids that one transaction sums up."""
DELETED_AT_ONCE = 20_000
OnProgress = Callable[[int, int], None]
ROLL_UP = f"""
INSERT INTO analytics_usagehour AS u (hour, method, route, "case", requests, client_errors, server_errors, ms, size, buckets)
{SUMS.format(where="id > %(since)s AND id <= %(until)s")}
ON CONFLICT (hour, route, method, "case") DO UPDATE SET
    requests = u.requests + EXCLUDED.requests, client_errors = u.client_errors + EXCLUDED.client_errors,
    server_errors = u.server_errors + EXCLUDED.server_errors, ms = u.ms + EXCLUDED.ms, size = u.size + EXCLUDED.size,
    buckets = (SELECT array_agg(COALESCE(a, 0) + COALESCE(b, 0) ORDER BY place)
               FROM unnest(u.buckets, EXCLUDED.buckets) WITH ORDINALITY AS pairs (a, b, place))
"""  # noqa: S608 (constants of this package)


def roll_up(on_progress: OnProgress) -> int:
    """Add all requests that are not in the sums; gives how many ids were passed. Harmless beside another one.

    `on_progress(done, total)` is called after each transaction, and may raise to stop.
    """
    last, first = last_written(), None
    done = 0
    while True:
        since, until = _step(last)
        if until <= since:
            return done
        first = since if first is None else first
        done += until - since
        on_progress(done, last - first)


def last_written() -> int:
    """An id up to which every request that will ever be written is there."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("SELECT COALESCE(max(id), 0) FROM analytics_apirequest")
        return int(cursor.fetchone()[0])


def _step(last: int) -> tuple[int, int]:
    with transaction.atomic():
        mark, _made = UsageMark.objects.select_for_update().get_or_create(pk=UsageMark.KEY)
        since, until = mark.until, min(last, mark.until + CHUNK)
        if until > since:
            with connection.cursor() as cursor:
                cursor.execute(ROLL_UP, {"since": since, "until": until, "bounds": list(BOUNDS)})
            mark.until = until
            mark.save()
        return since, until


def clean_up(on_progress: OnProgress) -> int:
    """Delete requests older than USAGE_KEEP_DAYS that are in the sums; gives how many."""
    mark = UsageMark.objects.filter(pk=UsageMark.KEY).values_list("until", flat=True).first() or 0
    old = APIRequest.objects.filter(pk__lte=mark, time__lt=Now() - timedelta(days=settings.USAGE_KEEP_DAYS))
    total, done = old.count(), 0
    while ids := list(old.order_by("pk").values_list("pk", flat=True)[:DELETED_AT_ONCE]):
        done += APIRequest.objects.filter(pk__in=ids).delete()[0]
        on_progress(done, max(total, done))
    return done
