"""What runs by the clock. Each app declares its schedules beside its tasks; the rows of django-celery-beat are the truth."""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection

from tasks import registry
from tasks.base.connections import drop_connection

if TYPE_CHECKING:
    from tasks.scheduling.scheduler import ManagedScheduler

log = logging.getLogger(__name__)
FIRST_LOOK, AFTER_ERROR = 1.0, 2.0


@dataclass(frozen=True)
class Schedule:
    """When a task runs, UTC: `crontab` as "minute hour day-of-week" (day * for all), or `every`."""

    name: str
    task: str
    crontab: str = ""
    every: timedelta | None = None
    description: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


_declared: dict[str, Schedule] = {}


def declare(schedule: Schedule) -> None:
    """Have a row made for this schedule after the next migration, unless there is one of its name."""
    registry.get(schedule.task)
    _declared[schedule.name] = schedule


def declared() -> list[Schedule]:
    return list(_declared.values())


def create_missing(**_: Any) -> None:
    """After migrations: rows for declared schedules that have none. Rows that exist are the administrators' and stay."""
    from django_celery_beat.models import PeriodicTask, PeriodicTasks

    if PeriodicTask._meta.db_table not in connection.introspection.table_names():
        return
    known = set(PeriodicTask.objects.values_list("name", flat=True))
    missing = [schedule for schedule in declared() if schedule.name not in known]
    for schedule in missing:
        PeriodicTask.objects.create(
            name=schedule.name,
            task=schedule.task,
            kwargs=json.dumps(schedule.payload),
            description=schedule.description,
            **_timing(schedule),
        )
    if missing:
        PeriodicTasks.update_changed()


def _timing(schedule: Schedule) -> dict[str, Any]:
    from django_celery_beat.models import CrontabSchedule, IntervalSchedule

    if schedule.every is not None:
        seconds = int(schedule.every.total_seconds())
        return {"interval": IntervalSchedule.objects.get_or_create(every=seconds, period=IntervalSchedule.SECONDS)[0]}
    minute, hour, weekday = schedule.crontab.split()
    fields = {"minute": minute, "hour": hour, "day_of_week": weekday, "day_of_month": "*", "month_of_year": "*", "timezone": "UTC"}
    return {"crontab": CrontabSchedule.objects.get_or_create(**fields)[0]}


class SchedulerThread:
    """Obeys the schedules inside a web process, for installations without beat."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="task-scheduler", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(5)

    def _loop(self) -> None:
        scheduler: ManagedScheduler | None = None
        pause = FIRST_LOOK
        while not self._stopping.wait(pause):
            try:
                scheduler = scheduler or _make_scheduler()
                pause = float(scheduler.tick())
            except Exception:  # the clock of this installation outlives whatever goes wrong in one look
                log.exception("The schedules could not be obeyed; they are looked at again")
                drop_connection()
                pause = AFTER_ERROR
        if scheduler is not None:
            scheduler.close()
        connection.close()


def _make_scheduler() -> ManagedScheduler:
    from celery import current_app

    from tasks.scheduling.scheduler import ManagedScheduler

    return ManagedScheduler(app=current_app._get_current_object())


def run_in_thread() -> SchedulerThread:
    """Start obeying the schedules in this process; call `stop()` on what is returned."""
    thread = SchedulerThread()
    thread.start()
    return thread
