"""Maintenance as tasks, each with its schedule, and what people do to many tasks at once."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from tasks.batches import control
from tasks.operations import bulk, health_history, maintenance, vacuum
from tasks.recovery import retention
from tasks.registry import NoPayload, task
from tasks.run import TaskRun
from tasks.scheduling.schedules import Schedule, declare

log = logging.getLogger(__name__)
VACUUM_HOURS = 2


@task("tasks.health_check")
def health_check(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """What is not well is also said in the log and in the task's log; each check is kept for the trend."""
    found = maintenance.health()
    for part in found["parts"]:
        if not part["ok"]:
            log.warning("%s is not well: %s", part["name"], part["detail"])
    with run.publish(found):
        health_history.keep(found)
    return found


@task("tasks.vacuum_database", heavy=True, soft_limit=VACUUM_HOURS * 3600, concurrency=1)
def vacuum_database(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    return vacuum.vacuum(lambda done, count, name: run.progress(100 * done / count, "vacuum", name))


@task("tasks.cleanup_expired_sessions")
def cleanup_expired_sessions(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    return {"removed": maintenance.cleanup_sessions()}


@task("tasks.cleanup_old_records")
def cleanup_old_records(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    return dict(retention.clean_up(lambda done, total: run.progress(100 * done / max(1, total), "records", f"{done} of {total}")))


@task(bulk.NAME, payload=bulk.ApplyToMany)
def apply_to_many(job: bulk.ApplyToMany, run: TaskRun) -> dict[str, Any]:
    return bulk.run(job, run)


@task(control.CHANGE, payload=control.BatchChange)
def change_batch(job: control.BatchChange, run: TaskRun) -> dict[str, Any]:
    """Cancel a large batch, or try its failures again."""
    return control.change_all(job, run)


declare(Schedule("Health check", "tasks.health_check", every=timedelta(hours=1), description="Asks every part how it is."))
declare(Schedule("Vacuum the database", "tasks.vacuum_database", crontab="0 4 sat", description="Saturday 04:00 UTC."))
declare(Schedule("Clean up expired sessions", "tasks.cleanup_expired_sessions", crontab="0 3 *", description="Daily 03:00 UTC."))
declare(Schedule("Clean up old records", "tasks.cleanup_old_records", crontab="30 3 *", description="Daily 03:30 UTC."))
