"""The tasks of analytics: payload in, service called, result out."""

from __future__ import annotations

from typing import Any

from analytics.jobs import ExportJob
from analytics.services.exports import places, writing
from tasks.registry import NoPayload, task
from tasks.run import TaskRun
from tasks.scheduling.schedules import Schedule, declare

EXPORT_SOFT, EXPORT_HARD = 6 * 3600.0, 6.5 * 3600


@task("analytics.export_data", payload=ExportJob, heavy=True, on_end=writing.ended, soft_limit=EXPORT_SOFT, hard_limit=EXPORT_HARD)
def export_data(job: ExportJob, run: TaskRun) -> dict[str, Any]:
    """Write what is stored into a file for who asked for it."""
    return writing.write(job, run)


@task("analytics.export_session_data", payload=ExportJob, heavy=True, on_end=writing.ended, soft_limit=EXPORT_SOFT, hard_limit=EXPORT_HARD)
def export_session_data(job: ExportJob, run: TaskRun) -> dict[str, Any]:
    """The same of one recording."""
    return writing.write(job, run)


@task("analytics.sweep_exports")
def sweep_exports(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Remove exports that have outlived their time, and parts that killed attempts left."""
    return {"files": places.sweep()}


declare(Schedule("Sweep exports", "analytics.sweep_exports", crontab="40 * *", description="Hourly."))
