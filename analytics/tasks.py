"""The tasks of analytics: payload in, service called, result out."""

from __future__ import annotations

from typing import Any

from analytics.jobs import RatingJob
from analytics.services.ratings import scores
from tasks.registry import NoPayload, task
from tasks.run import TaskRun
from tasks.scheduling.schedules import Schedule, declare


@task(scores.ONE, payload=RatingJob)
def calculate_rating(job: RatingJob, run: TaskRun) -> dict[str, Any]:
    """Write what the ratings of one thing come to."""
    return scores.calculate(job, run)


@task(scores.ALL)
def calculate_all_ratings(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Write what the ratings of all things come to, and the mean that things without many are measured by."""
    return scores.calculate_all(run)


declare(Schedule("Calculate all ratings", scores.ALL, crontab="30 2 *", description="Daily 02:30 UTC."))
