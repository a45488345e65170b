"""django-celery-beat's scheduler, except that what is due becomes a TaskRecord, once, whoever and how many obey the clock."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from celery.utils.time import maybe_make_aware
from django.db import transaction
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler
from pydantic import ValidationError

from tasks import leader, registry
from tasks.connections import refresh_connection
from tasks.manager import manager
from tasks.models import TaskRecord

log = logging.getLogger(__name__)
NOT_LEADING = 5.0


class ManagedScheduler(DatabaseScheduler):
    """One leader among all beats and web processes obeys the rows; the others stand by."""

    producer = None
    """Submitting needs no broker, so none is connected to (the base class waits for it for ever)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._leadership = leader.Leadership(leader.SCHEDULER)
        self._leading = False
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Seconds until the next look."""
        refresh_connection()
        leading = self._leadership.held()
        if leading and not self._leading:
            self._schedule, self._initial_read, self.old_schedulers = None, True, None
        self._leading = leading
        return float(super().tick(*args, **kwargs)) if leading else NOT_LEADING

    def apply_async(self, entry: Any, producer: Any = None, advance: bool = True, **kwargs: Any) -> Any:
        """Submit what is due; tasks that are not ours go the usual way of Celery."""
        if not registry.is_registered(entry.task):
            return super().apply_async(entry, producer, advance, **kwargs)
        due = due_time(entry)
        if advance:
            self.reserve(entry)
        try:
            return submit(entry, due)
        except ValidationError as error:
            log.error("The schedule %s has arguments that its task does not take: %s", entry.name, error)
            return None

    def close(self) -> None:
        super().close()
        self._finalize.cancel()  # what it would save at the end of the process has been saved
        self._leadership.release()


def due_time(entry: Any) -> datetime:
    """The moment (whole second) at which an entry was due: the first one after its last run."""
    due = datetime.now(UTC) + entry.schedule.remaining_estimate(maybe_make_aware(entry.last_run_at))
    return (due + timedelta(milliseconds=500)).replace(microsecond=0)


def submit(entry: Any, due: datetime) -> TaskRecord:
    """Submit the entry's task for its due time; the record that is already there for it is returned instead of a second one.

    The row's last run is written in the same transaction, so that the next leader knows of it.
    """
    with transaction.atomic():
        record = manager.submit(
            entry.task,
            entry.kwargs,
            schedule=entry.name,
            schedule_key=f"{entry.name}@{due:%Y-%m-%dT%H:%M:%SZ}",
        )
        PeriodicTask.objects.filter(name=entry.name).update(last_run_at=entry.model.last_run_at)
    return record
