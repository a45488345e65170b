"""What runs beside the requests: started once by a web process and by beat, stopped in order."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from django.conf import settings

from tasks import service_registry
from tasks.models import Worker
from tasks.progress.batches import BatchTicker
from tasks.recovery.process_registry import Presence
from tasks.recovery.rescuer import Rescuer
from tasks.scheduling import schedules
from tasks.workers import background_pool

log = logging.getLogger(__name__)


@dataclass
class _Running:
    presence: Presence
    rescuer: Rescuer
    batches: BatchTicker
    scheduler: schedules.SchedulerThread | None = None


_running: _Running | None = None


def start_web(*, schedule: bool = False) -> None:
    """In a web process: work on background tasks, rescue, say that we live; `schedule` also obeys the schedules (no beat).
    Services are built beside the first requests, so that nobody's first search waits for a model."""
    if _start(Worker.Kind.WEB, settings.TASK_BACKGROUND_THREADS, schedule=schedule):
        background_pool.start_pool()
        threading.Thread(target=service_registry.start_all, name="services", daemon=True).start()


def start_beat() -> None:
    """In beat: rescue and say that we live."""
    _start(Worker.Kind.BEAT, 0, schedule=False)


def stop(grace: float = 5.0) -> None:
    """Stop in order: no new work, running attempts get `grace` seconds and are handed back, services are closed."""
    global _running
    if _running is None:
        return
    running, _running = _running, None
    if running.scheduler is not None:
        running.scheduler.stop()
    background_pool.stop_pool(grace)
    running.batches.stop()
    running.rescuer.stop()
    running.presence.stop()
    service_registry.close_all()


def _start(kind: Worker.Kind, slots: int, *, schedule: bool) -> bool:
    global _running
    if _running is not None:
        return False
    _running = _Running(Presence(kind, slots), Rescuer(), BatchTicker(), schedules.run_in_thread() if schedule else None)
    _running.presence.start()
    _running.rescuer.start()
    _running.batches.start()
    return True
