"""Celery's side: the one task that runs any record, and what happens when its processes start and stop."""

from __future__ import annotations

import atexit
import os
import signal
import uuid
from typing import Any

from billiard.pool import SIG_SOFT_TIMEOUT, soft_timeout_sighandler
from celery import shared_task, signals
from django.conf import settings

from tasks import registry, service_registry
from tasks.engine import attempts
from tasks.executors.celery import RUN_RECORD, CeleryExecutor
from tasks.manager import manager
from tasks.models import Worker
from tasks.recovery.process_registry import ProcessRegistration


@shared_task(name=RUN_RECORD, acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def run_record(record_id: str) -> None:
    """Run what is next in the queue; the record that the message names is most often among it."""
    attempts.run_attempt(uuid.UUID(record_id), CeleryExecutor.name, abandon=_kill_self, interrupt=_interrupt_self)


def _interrupt_self() -> None:
    """As Celery does at a soft limit. (Its own one counts from the message and knows only the longest of all limits.)"""
    if signal.getsignal(SIG_SOFT_TIMEOUT) is soft_timeout_sighandler:
        os.kill(os.getpid(), SIG_SOFT_TIMEOUT)


def _kill_self() -> None:
    """At its hard limit the child is given up; its pool starts another, and the message finds a record that is over."""
    os.kill(os.getpid(), signal.SIGKILL)


def register_names() -> None:
    """Make every task known to Celery under its own name, so that django-celery-beat offers it and `celery call` works."""
    for spec in registry.specs():
        shared_task(name=spec.name, ignore_result=False)(_submitter(spec.name))


def _submitter(name: str) -> Any:
    def submit(**payload: Any) -> str:
        return str(manager.submit(name, payload).pk)

    submit.__doc__ = f"Submit {name} to the task manager; returns the record's id."
    return submit


@signals.worker_init.connect
def _worker_starts(**_: Any) -> None:
    """Before the pool forks: children share what is loaded here, and are ready at once when one follows another."""
    if settings.TASK_SERVICES_AT_START:
        service_registry.build_for_children()
    else:
        service_registry.keep_loaded()


@signals.worker_process_init.connect
def _child_starts(**_: Any) -> None:
    if settings.TASK_SERVICES_AT_START:
        service_registry.start_all()


@signals.worker_process_shutdown.connect
def _child_stops(**_: Any) -> None:
    service_registry.close_all()


_registration: ProcessRegistration | None = None


@signals.worker_ready.connect
def _worker_ready(sender: Any, **_: Any) -> None:
    global _registration
    _registration = ProcessRegistration(Worker.Kind.CELERY, sender.controller.concurrency)
    _registration.start()


@signals.worker_shutting_down.connect
def _worker_stops(**_: Any) -> None:
    if _registration is not None:
        _registration.stop()


@signals.beat_init.connect
def _beat_starts(**_: Any) -> None:
    from tasks.workers import runtime  # beat only: no other process needs the scheduler in its memory

    runtime.start_beat()
    atexit.register(runtime.stop)
