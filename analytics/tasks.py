"""The tasks of analytics: payload in, service called, result out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from analytics.services.usage import rolling as usage
from tasks.registry import NoPayload, task
from tasks.run import TaskRun
from tasks.scheduling.schedules import Schedule, declare


@task("analytics.roll_up_usage", concurrency=1)
def roll_up_usage(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Add the requests that came since to the sums of hours."""
    return {"requests": usage.roll_up(lambda done, total: run.progress(100 * done / max(1, total), "requests", f"{done} of {total}"))}


@task("analytics.clean_up_usage", concurrency=1)
def clean_up_usage(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Delete requests that are older than USAGE_KEEP_DAYS and in the sums."""
    return {"deleted": usage.clean_up(lambda done, total: run.progress(100 * done / max(1, total), "requests", f"{done} of {total}"))}


declare(Schedule("Sum up requests", "analytics.roll_up_usage", every=timedelta(minutes=5), description="Into sums of hours."))
declare(Schedule("Clean up requests", "analytics.clean_up_usage", crontab="10 3 *", description="Daily 03:10 UTC."))
