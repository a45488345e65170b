"""Sums of hours are exact: whoever writes, however late, and however often they are summed up."""

from __future__ import annotations

import math
import random
import threading
import uuid
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from analytics.models import APIRequest, UsageHour, UsageMark
from analytics.services.usage import reading, rolling
from analytics.services.usage.asked import Asked
from analytics.services.usage.histogram import BOUNDS, BUCKETS, percentile
from analytics.services.usage.reading import By
from analytics.services.usage.writing import LOCK, Answered, write
from tasks.tests.committed import db  # noqa: F401
from tasks.tests.processes import database_url

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROW = Answered(NOON, "GET", "cases/", 200, 5.0, 100)


def no_matter(done: int, total: int) -> None:
    """Progress that nobody asks for."""


@pytest.fixture
def empty(db):  # noqa: F811
    for model in (APIRequest, UsageHour, UsageMark):
        model.objects.all().delete()


def test_percentiles_are_in_the_true_values_bucket():
    dice = random.Random(7)
    values = sorted(dice.lognormvariate(4, 1.2) for _ in range(20_000))
    buckets = [0] * BUCKETS
    for value in values:
        buckets[sum(value >= bound for bound in BOUNDS)] += 1
    for share in (0.5, 0.95, 0.99):
        told, true = percentile(buckets, share), values[math.ceil(share * len(values)) - 1]
        assert told == pytest.approx(true, rel=0.05)
    assert percentile([0] * BUCKETS, 0.5) is None
    assert percentile([*[0] * (BUCKETS - 1), 3], 0.5) == BOUNDS[-1] == 65536
    assert percentile([2, *[0] * (BUCKETS - 1)], 0.5) == 0.5


def test_a_known_day_by_hand(empty):
    case = uuid.uuid4()
    write([ROW, ROW._replace(ms=7.0), ROW._replace(status=404), ROW._replace(time=NOON + timedelta(minutes=59, seconds=59), case=case)])
    rolling.roll_up(no_matter)
    write([ROW._replace(status=500, time=NOON + timedelta(hours=1)), ROW._replace(route="usage/", time=NOON - timedelta(days=1))])
    for summed in (False, True):  # before the last ones are in the sums, and after
        if summed:
            rolling.roll_up(no_matter)
        day = Asked(NOON - timedelta(hours=12), NOON + timedelta(hours=12), By.HOUR)
        (found,) = reading.by_route(day)
        assert (found.method, found.route) == ("GET", "cases/")
        numbers = found.numbers
        assert (numbers.requests, numbers.client_errors, numbers.server_errors, numbers.ms, numbers.size) == (5, 1, 1, 27.0, 500)
        assert (numbers.error_rate, numbers.mean, sum(numbers.buckets)) == (0.2, 5.4, 5)
        by_hour = {moment.time.hour: moment.numbers.requests for moment in reading.over_time(day, By.HOUR)}
        assert (len(by_hour), by_hour[12], by_hour[13], sum(by_hour.values())) == (24, 4, 1, 5)
        two_days = Asked(NOON - timedelta(hours=36), NOON + timedelta(hours=12), By.DAY)
        assert [moment.numbers.requests for moment in reading.over_time(two_days, By.DAY)] == [1, 5]
        assert reading.total(reading.by_route(Asked(day.since, day.until, By.DAY, case))).requests == 1
        assert [one.route for one in reading.by_route(two_days, "usage/")] == ["usage/"]
    assert UsageHour.objects.count() == 4


def test_a_request_that_comes_to_light_late_is_not_missed(empty):
    """Its id was given before that of one which is there already."""
    with psycopg.connect(database_url()) as late:
        late.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])
        late.execute(
            "INSERT INTO analytics_apirequest (time, method, route, status, ms, size) VALUES (%s, 'GET', 'late/', 200, 1, 0)", [NOON]
        )
        write([ROW])
        rolled = threading.Thread(target=roll_up_and_close)
        rolled.start()
        rolled.join(0.4)
        assert rolled.is_alive()
        late.commit()
    rolled.join(10)
    assert dict(UsageHour.objects.values_list("route", "requests")) == {"cases/": 1, "late/": 1}
    assert UsageMark.objects.get().until == APIRequest.objects.latest("pk").pk


def test_summing_up_at_once_and_again_counts_each_request_once(empty, monkeypatch):
    monkeypatch.setattr(rolling, "CHUNK", 150)
    write([ROW._replace(time=NOON + timedelta(hours=number % 3), ms=float(number)) for number in range(1000)])
    threads = [threading.Thread(target=roll_up_and_close) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert rolling.roll_up(no_matter) == 0
    assert sorted(UsageHour.objects.values_list("requests", flat=True)) == [333, 333, 334]
    assert sum(sum(hour.buckets) for hour in UsageHour.objects.all()) == 1000
    assert sum(hour.ms for hour in UsageHour.objects.all()) == sum(range(1000))


def roll_up_and_close() -> None:
    rolling.roll_up(no_matter)
    connection.close()


def test_what_is_old_goes_only_when_it_is_in_the_sums(empty, settings, monkeypatch):
    settings.USAGE_KEEP_DAYS = 90
    monkeypatch.setattr(rolling, "DELETED_AT_ONCE", 2)
    old, young = timezone.now() - timedelta(days=91), timezone.now() - timedelta(days=89)
    write([*[ROW._replace(time=old)] * 3, ROW._replace(time=young)])
    assert rolling.clean_up(no_matter) == 0
    rolling.roll_up(no_matter)
    write([ROW._replace(time=old)])
    assert rolling.clean_up(no_matter) == 3
    assert APIRequest.objects.count() == 2
    stretch = Asked(old - timedelta(days=1), timezone.now(), By.DAY)
    assert reading.total(reading.by_route(stretch)).requests == 5
    rolling.roll_up(no_matter)
    assert reading.total(reading.by_route(stretch)).requests == 5
