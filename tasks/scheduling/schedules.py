"""What runs by the clock. Each app declares its schedules beside its tasks; the rows of django-celery-beat are the truth."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection

from tasks import registry


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
