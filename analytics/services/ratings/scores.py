"""What all ratings of a thing come to, written so that lists and the search can read it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from analytics.jobs import RatingJob
from analytics.models import Rating, RatingPrior, RatingScore
from analytics.models.ratings import TargetType
from analytics.services.ratings import targets
from analytics.services.ratings.bayesian import FEW, NEUTRAL, WEIGHT, Sums
from tasks.run import TaskRun

ONE, ALL = "analytics.calculate_rating", "analytics.calculate_all_ratings"
_LOCK = 7_261_604
"""Advisory: shared by who writes one score, alone for who writes all of them, so that none is written over by an older one."""
_MEMORY = "64MB"
"""For the sums of all things, so that they need no files; until the transaction ends."""
_WRITE_ALL = """
WITH counted AS (
    SELECT type, count(value) AS count, avg(value) AS mean
    FROM unnest(%(types)s::text[]) AS type LEFT JOIN analytics_rating ON target_type = type GROUP BY type
), prior AS (
    INSERT INTO analytics_ratingprior (target_type, mean, count, computed)
    SELECT type, CASE WHEN count >= %(few)s THEN round(mean, 1)::float8 ELSE %(neutral)s END, count, %(now)s FROM counted
    ON CONFLICT (target_type) DO UPDATE SET mean = excluded.mean, count = excluded.count, computed = excluded.computed
    RETURNING target_type, mean
), sums AS (
    SELECT target_type, target_id, max(case_id::text)::uuid AS case_id, count(*) AS count, sum(value) AS total
    FROM analytics_rating GROUP BY target_type, target_id
), fresh AS MATERIALIZED (
    SELECT target_type, target_id, case_id, count, total, total::float8 / count AS average,
           (mean * %(weight)s + total) / (%(weight)s + count) AS bayesian
    FROM sums JOIN prior USING (target_type)
), changed AS (
    UPDATE analytics_ratingscore AS score SET case_id = fresh.case_id, count = fresh.count, total = fresh.total,
        average = fresh.average, bayesian = fresh.bayesian, computed = %(now)s
    FROM fresh WHERE score.target_type = fresh.target_type AND score.target_id = fresh.target_id
        AND (score.case_id, score.count, score.total, score.bayesian)
            IS DISTINCT FROM (fresh.case_id, fresh.count, fresh.total, fresh.bayesian)
), made AS (
    INSERT INTO analytics_ratingscore (target_type, target_id, case_id, count, total, average, bayesian, computed)
    SELECT target_type, target_id, case_id, count, total, average, bayesian, %(now)s FROM fresh WHERE NOT EXISTS (
        SELECT FROM analytics_ratingscore AS score WHERE score.target_type = fresh.target_type AND score.target_id = fresh.target_id
    ) ORDER BY target_type, target_id
)
SELECT count(*) FROM fresh
"""
_FORGET = """
DELETE FROM analytics_ratingscore AS score WHERE NOT EXISTS (
    SELECT FROM analytics_rating AS rating WHERE rating.target_type = score.target_type AND rating.target_id = score.target_id
)
"""


def prior_mean(target_type: str) -> float:
    """As it was calculated the last time."""
    return next(iter(RatingPrior.objects.filter(pk=target_type).values_list("mean", flat=True)), NEUTRAL)


def sums_of(target_type: str, pk: UUID) -> Sums:
    """Of the ratings themselves, not of what was written of them."""
    found = Rating.objects.filter(target_type=target_type, target_id=pk).aggregate(n=Count("pk"), total=Coalesce(Sum("value"), 0))
    return Sums(found["n"], found["total"], prior_mean(target_type))


def calculate(job: RatingJob, run: TaskRun) -> dict[str, Any]:
    """Write the score of one thing. A vote that comes meanwhile waits for the end, and then has a task of its own."""
    result: dict[str, Any] = {}
    with run.publish(result):
        _lock("pg_advisory_xact_lock_shared")
        result |= write_score(job.target_type, job.target_id)
    return result


def write_score(target_type: str, pk: UUID) -> dict[str, Any]:
    """In the caller's transaction."""
    target = targets.held_by_system(target_type, pk)
    sums = sums_of(target_type, pk)
    if target is None or not sums.count:
        RatingScore.objects.filter(target_type=target_type, target_id=pk).delete()
        return {"count": 0}
    values = {"case_id": target.case, "count": sums.count, "total": sums.total, "average": sums.average, "bayesian": sums.bayesian}
    RatingScore.objects.update_or_create(target_type=target_type, target_id=pk, defaults={**values, "computed": timezone.now()})
    return {"count": sums.count}


def calculate_all(run: TaskRun) -> dict[str, Any]:
    """Write the mean of each type and the scores of all things."""
    result: dict[str, Any] = {}
    with run.publish(result):
        result |= write_all()
    return result


def write_all() -> dict[str, Any]:
    """In the caller's transaction; gives how many things are rated and how many things nobody rates any more."""
    values: dict[str, Any] = {"types": TargetType.values, "few": FEW, "neutral": NEUTRAL, "weight": WEIGHT, "now": timezone.now()}
    _lock("pg_advisory_xact_lock")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, true)", [_MEMORY])
        cursor.execute(_WRITE_ALL, values)
        written = cursor.fetchone()[0]
        cursor.execute(_FORGET)
        return {"scores": written, "forgotten": cursor.rowcount}


def _lock(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_LOCK])
