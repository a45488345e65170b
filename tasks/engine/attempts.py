"""The life of an attempt: claimed with a fencing token, run, and settled only if it still holds its claim."""

from __future__ import annotations

import logging
import threading
import time
import traceback
import uuid
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from tasks import registry
from tasks.base import event_loop, watchdog
from tasks.base.connections import AWAY, drop_connection, outlast, refresh_connection
from tasks.engine import attempt_log, outbox, queue, retry_policy
from tasks.engine.lease import lease_keeper
from tasks.engine.settlement import close_attempt, finish, succeed_at_once
from tasks.errors import BrokerUnreachable, Cancelled, ClaimLost, PermanentError, TimeLimit
from tasks.executors import selection
from tasks.models import Status, TaskAttempt, TaskRecord
from tasks.progress.announcements import events_of
from tasks.progress.events import emit_all
from tasks.run import TaskRun

log = logging.getLogger(__name__)
Outcome = TaskAttempt.Outcome
WORK_ON = 0.5
"""Seconds for which the receiver of a message works on before it passes the message on (a message costs more than a short task)."""
stopping = threading.Event()
"""Set where this process is about to end: the receiver of a message takes no further record."""


def claim_next(executor: str) -> TaskRun | None:
    """Take the record that is next in this executor's queue, or None."""
    record = queue.claim(executor)
    return _begin(record) if record is not None else None


def _begin(record: TaskRecord) -> TaskRun:
    """The run of a record that was just claimed. Its first event may get lost with the database; the claim stands."""
    told = events_of(record, Status.STARTED, 0)
    try:
        emit_all(told[:1] if record.topic and record.share is not None else told)
    except AWAY as error:
        log.warning("The start of %s was not told: %s", record, error)
        drop_connection()
    return TaskRun(record, registry.get(record.name) if registry.is_registered(record.name) else None, _Ending())


class _Ending:
    """How a run that this module began is settled from within, and from beside it."""

    def succeed(self, run: TaskRun, record: TaskRecord, result: dict[str, Any]) -> None:
        _succeeded(run, result, record)
        attempt_log.write(record, run.attempt)

    def expire(self, run: TaskRun) -> None:
        fail_overdue(run)


def run_attempt(
    record_id: uuid.UUID, executor: str, abandon: Callable[[], None] | None = None, interrupt: Callable[[], None] | None = None
) -> bool:
    """A message says that something waits: run what is next in the queue, and what comes after it for a moment; then pass the
    message on, if more waits. False where nothing could be claimed. Raises only SystemExit and KeyboardInterrupt.

    `abandon` gives up this process, which runs one record at a time, at a hard limit (a watchdog does it where nothing of ours can);
    `interrupt` raises SoftTimeLimitExceeded in it at a soft one that was ignored.
    """
    refresh_connection()
    log.debug("A message about %s asks to look for work", record_id)
    enough = time.monotonic() + WORK_ON
    worked = False
    while (run := outlast(lambda: claim_next(executor))) is not None:
        run.abandon, run.interrupt = abandon, interrupt
        with watchdog.deadline(run.spec.hard_limit) if run.spec and abandon else nullcontext():
            execute(run)
        worked = True
        if time.monotonic() > enough or stopping.is_set():
            _pass_on(executor)
            break
    return worked


def _pass_on(executor: str) -> None:
    try:
        outbox.top_up(selection.named(executor), at_most=1)
    except BrokerUnreachable as error:
        log.warning("Nobody was told that more waits: %s", error)


def execute(run: TaskRun) -> None:
    """Run a claimed attempt to its end and write what came of it."""
    with attempt_log.watch(run):
        try:
            with lease_keeper.watch(run):
                _execute(run)
        except ClaimLost:
            log.info("%s attempt %d was superseded; nothing is written", run.record, run.attempt)
        except SoftTimeLimitExceeded:
            log.info("%s ended just before it was interrupted", run.record)
        finally:
            if run.record.concurrency_key:
                outbox.wake_all()


def _execute(run: TaskRun) -> None:
    try:
        result = _call(run)
        _settle_success(run, result)
    except (SystemExit, KeyboardInterrupt):
        _settle(run, partial(_hand_back, run))
        raise
    except ClaimLost:
        raise
    except Cancelled:
        _settle(run, partial(_cancelled, run))
    except SoftTimeLimitExceeded:
        _settle(run, partial(_failed, run, TimeLimit(_("The task took too long."), "time_limit"), traceback.format_exc()))
    except Exception as error:  # whatever a task raises is judged, recorded and told
        if run.ended:
            log.exception("%s went on after its end, and failed", run.record)
        _settle(run, partial(_failed, run, error, traceback.format_exc()))


def _call(run: TaskRun) -> dict[str, Any] | None:
    spec = registry.get(run.record.name)
    run.spec = spec
    job = spec.payload.model_validate(run.record.payload)
    result = spec.function(job, run)
    if spec.is_async:
        result = event_loop.run(result, run.check)
    if result is not None and not isinstance(result, dict):
        raise PermanentError(f"{spec.name} returned {type(result).__name__}; a task returns a dict or nothing.", "bad_result")
    return result


def _settle_success(run: TaskRun, result: dict[str, Any] | None) -> None:
    if run.ended or (run.spec and run.spec.on_end) or attempt_log.has_lines(run):
        _settle(run, partial(_succeeded, run, result))
    elif not outlast(lambda: succeed_at_once(run.record, run.attempt, result)):
        raise ClaimLost(str(run.record))


def _settle(run: TaskRun, write: Callable[[TaskRecord], None]) -> None:
    """Write the end of an attempt, unless it ended with its effects, in one transaction that verifies the claim; waits for a
    database that restarts."""

    def once() -> None:
        with transaction.atomic():
            record = _held(run)
            write(record)
            attempt_log.write(record, run.attempt)

    if not run.ended:
        outlast(once)


def _held(run: TaskRun) -> TaskRecord:
    """The locked record of a claim that still holds, cancelled or not; raises ClaimLost."""
    held = run.locked()
    if held is None:
        raise ClaimLost(str(run.record))
    return held


def _succeeded(run: TaskRun, result: dict[str, Any] | None, record: TaskRecord) -> None:
    close_attempt(record, run.attempt, Outcome.SUCCEEDED)
    finish(record, Status.SUCCEEDED, result=result)


def _cancelled(run: TaskRun, record: TaskRecord) -> None:
    close_attempt(record, run.attempt, Outcome.CANCELLED)
    finish(record, Status.CANCELLED)


def _failed(run: TaskRun, error: Exception, trace: str, record: TaskRecord) -> None:
    previous = (record.error_class, record.error) if record.error_class else None
    verdict = retry_policy.judge(error, retries=record.retries, previous=previous)
    name = retry_policy.class_name(error)
    close_attempt(record, run.attempt, Outcome.FAILED, error_class=name, message=verdict.message, trace=trace)
    if record.cancel_requested:
        finish(record, Status.CANCELLED)
    elif verdict.delay is None:
        log.warning("%s failed: %s: %s", record, name, verdict.message)
        finish(record, Status.FAILED, error=verdict.message, code=verdict.code, error_class=name)
    else:
        _retry_later(record, verdict, name)


def _retry_later(record: TaskRecord, verdict: retry_policy.Verdict, error_class: str) -> None:
    assert verdict.delay is not None  # noqa: S101 (the caller's branch)
    record.status, record.retries = Status.RETRYING, record.retries + 1
    record.run_after, record.lease_until = Now() + verdict.delay, None
    record.error, record.error_code, record.error_class = verdict.message, verdict.code[:60], error_class[:200]
    record.save(update_fields=["status", "retries", "run_after", "lease_until", "error", "error_code", "error_class"])
    seconds = round(verdict.delay.total_seconds())
    message = _("The next try is in %(seconds)d s: %(error)s") % {"seconds": seconds, "error": verdict.message}
    emit_all(events_of(record, Status.RETRYING, record.percent, record.step, message))


def _hand_back(run: TaskRun, record: TaskRecord) -> None:
    """The process stops: the record goes back to the queue, no attempt is charged."""
    close_attempt(record, run.attempt, Outcome.RETURNED)
    if record.cancel_requested:
        finish(record, Status.CANCELLED)
        return
    record.status, record.run_after, record.lease_until = Status.PENDING, None, None
    record.save(update_fields=["status", "run_after", "lease_until"])
    transaction.on_commit(lambda: outbox.dispatch(record), robust=True)


def hand_back(run: TaskRun) -> None:
    """Take the record away from an attempt that does not stop by itself (its thread is abandoned)."""
    try:
        _settle(run, partial(_hand_back, run))
    except ClaimLost:
        log.debug("%s had ended", run.record)
    run.lost = True


def fail_overdue(run: TaskRun) -> None:
    """Fence and fail an attempt at its hard limit; what its function still does has no claim."""
    minutes = round(run.spec.hard_limit / 60, 2) if run.spec else 0
    error = PermanentError(_("The task was stopped after %(minutes)g minutes.") % {"minutes": minutes}, "time_limit")
    try:
        _settle(run, partial(_failed, run, error, ""))
    except ClaimLost:
        log.debug("%s had ended", run.record)
    run.lost = run.abandoned = True
    if run.abandon is not None:
        run.abandon()
