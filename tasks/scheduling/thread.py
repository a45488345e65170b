"""The scheduler inside a web process, for installations without beat."""

from __future__ import annotations

import logging
import threading

from celery import current_app
from django.db import connection

from tasks.base.connections import drop_connection
from tasks.scheduling.scheduler import ManagedScheduler

log = logging.getLogger(__name__)
FIRST_LOOK, AFTER_ERROR = 1.0, 2.0


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
    return ManagedScheduler(app=current_app._get_current_object())


def run_in_thread() -> SchedulerThread:
    """Start obeying the schedules in this process; call `stop()` on what is returned."""
    thread = SchedulerThread()
    thread.start()
    return thread
