"""The clock: reads django-celery-beat's rows at each look and submits what is due, once, whoever and how many obey them.

Nothing is remembered between two looks, so an edit counts at the next one, and no process can write back what it once knew.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from celery.beat import SchedulingError
from celery.utils.time import maybe_make_aware
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import F
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry
from kombu.exceptions import OperationalError as KombuError
from kombu.utils.json import loads
from pydantic import ValidationError

from tasks import registry
from tasks.base import leader
from tasks.base.connections import drop_connection, refresh_connection
from tasks.manager import manager
from tasks.models import TaskRecord

log = logging.getLogger(__name__)
LOOK = 5.0
"""Seconds between two looks at most, so that an edit takes effect within them."""
AFTER_ERROR = 2.0
CLOCK_SKEW = timedelta(minutes=1)
BEHIND_WHAT_PEOPLE_WAIT_FOR = 7


class ManagedScheduler(DatabaseScheduler):
    """One leader among all beats and web processes obeys the rows; the others stand by."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._leadership = leader.Leadership(leader.SCHEDULER)
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """The rows are made after migrations; none is written at the start of a process."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Submit what is due; gives the seconds until the next look."""
        try:
            refresh_connection()
            return self._obey() if self._leadership.held() else LOOK
        except (DatabaseError, InterfaceError) as error:
            log.warning("The schedules could not be read, or a run not submitted; they are looked at again: %s", error)
            drop_connection()
            return AFTER_ERROR

    def sync(self) -> None:
        """Each run is written together with its record, so nothing is left to be saved."""

    def close(self) -> None:
        self._finalize.cancel()
        self._leadership.release()

    def _obey(self) -> float:
        """Look at every enabled row, also at one whose hour is far: it may have been missed."""
        pause = LOOK
        for row in PeriodicTask.objects.filter(enabled=True).select_related("interval", "crontab", "solar", "clocked").order_by("name"):
            pause = min(pause, self._look_at(row))
        return pause

    def _look_at(self, row: PeriodicTask) -> float:
        _count_from_now_if_the_clock_went_back(row)
        try:
            entry = self.Entry(row, app=self.app)
            due, seconds = entry.is_due()
        except (DatabaseError, InterfaceError):
            raise
        except Exception:  # one row whose times make no sense (the 31st of February) must not stop all others
            log.exception("The schedule %s cannot be understood", row.name)
            return LOOK
        if due:
            self._fire(entry)
        return max(0.0, float(seconds))

    def _fire(self, entry: ModelEntry) -> None:
        """Submit what is due; what is not a task of ours goes the usual way of Celery."""
        try:
            with transaction.atomic():
                if registry.is_registered(entry.task):
                    submit(entry, due_time(entry))
                elif _take(entry, due_time(entry)):
                    self.apply_async(entry, advance=False)
        except (SchedulingError, KombuError, OSError) as error:
            log.error("The schedule %s was due, but Celery did not take its task %s: %s", entry.name, entry.task, error)


def due_time(entry: ModelEntry) -> datetime:
    """The moment at which an entry was due: the first one after its last run."""
    last = maybe_make_aware(entry.last_run_at)
    if entry.model.interval_id is not None:
        return last + entry.schedule.run_every
    due = datetime.now(UTC) + entry.schedule.remaining_estimate(last)
    return (due + timedelta(milliseconds=500)).replace(microsecond=0)


def submit(entry: ModelEntry, due: datetime) -> TaskRecord | None:
    """Submit the entry's task for its due time, in one transaction with the note that it ran.

    Gives the record that is there for this time already, if somebody else submitted it; and the one of an earlier time, if that
    has not ended (runs of one schedule neither pile up nor overlap). None where the row was disabled meanwhile, or its arguments
    do not fit the task.
    """
    key = f"{entry.name}@{due:%Y-%m-%dT%H:%M:%SZ}"
    with transaction.atomic():
        if not _take(entry, due):
            return TaskRecord.objects.filter(schedule_key=key).first()
        earlier = TaskRecord.objects.active().filter(name=entry.task, schedule=entry.name).first()
        if earlier is not None:
            log.info("%s is left out at %s, because its run before has not ended: %s", entry.name, due, earlier.pk)
            return earlier
        return _submit(entry, key)


def run_now(row: PeriodicTask, user: Any) -> tuple[TaskRecord, bool]:
    """Submit a schedule's task at once, beside its times; and whether it is new: a run that has not ended is given instead of a second.

    Raises UnknownTask, and ValueError for arguments that the task does not take.
    """
    with transaction.atomic():
        PeriodicTask.objects.select_for_update().get(pk=row.pk)
        running = TaskRecord.objects.active().filter(name=row.task, schedule=row.name).first()
        if running is not None:
            return running, False
        return manager.submit(row.task, loads(row.kwargs or "{}"), schedule=row.name, user=user), True


def _submit(entry: ModelEntry, key: str) -> TaskRecord | None:
    priority = min(9, entry.options.get("priority", BEHIND_WHAT_PEOPLE_WAIT_FOR))
    try:
        return manager.submit(entry.task, entry.kwargs, schedule=entry.name, schedule_key=key, priority=priority)
    except ValidationError as error:
        log.error("The schedule %s has arguments that its task does not take: %s", entry.name, error)
        return None


def _take(entry: ModelEntry, due: datetime) -> bool:
    """Note that the entry runs now; False where its row was disabled, or another scheduler ran it, since it was read."""
    row = entry.model
    as_read = PeriodicTask.objects.filter(pk=row.pk, enabled=True, total_run_count=row.total_run_count)
    return bool(as_read.update(last_run_at=_ran_at(entry, due), total_run_count=F("total_run_count") + 1))


def _ran_at(entry: ModelEntry, due: datetime) -> datetime:
    """An interval counts from when it was due, so that it does not drift; where runs were missed it begins anew."""
    now = datetime.now(UTC)
    in_time = entry.model.interval_id is not None and now - due < entry.schedule.run_every
    return due if in_time else now


def _count_from_now_if_the_clock_went_back(row: PeriodicTask) -> None:
    now = datetime.now(UTC)
    if row.last_run_at is not None and row.last_run_at > now + CLOCK_SKEW:
        log.warning("The clock went back: the schedule %s ran last at %s; it counts from now", row.name, row.last_run_at)
        PeriodicTask.objects.filter(pk=row.pk, last_run_at=row.last_run_at).update(last_run_at=now)
        row.last_run_at = now
