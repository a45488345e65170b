"""The tasks of analytics: payload in, service called, result out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from analytics.services.impressions import habits, syncing
from tasks.registry import NoPayload, task
from tasks.run import TaskRun
from tasks.scheduling.schedules import Schedule, declare


@task(syncing.TASK)
def sync_impressions_from_redis(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Bring what was counted since the last time into the tables."""
    return syncing.synchronise(lambda _step: run.check()).as_result()


@task(habits.TASK)
def forget_views(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Delete what was noted of views too long ago, and counts of what is gone."""
    return habits.clean(run.check)


declare(Schedule("Synchronise impressions", syncing.TASK, every=timedelta(minutes=1), description="Every minute."))
declare(Schedule("Forget old views", habits.TASK, crontab="37 2 *", description="Daily 02:37 UTC."))
