"""One attempt at a task, as its function sees it."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from tasks.base import event_loop, prepared_statements
from tasks.base.connections import AWAY, drop_connection, outlast
from tasks.engine import attempt_log
from tasks.errors import Cancelled, ClaimLost, ShuttingDown, TimeLimit
from tasks.models import Status, TaskRecord
from tasks.progress import estimates
from tasks.progress.events import Event, emit_if_claimed

if TYPE_CHECKING:
    from tasks.registry import TaskSpec

log = logging.getLogger(__name__)


class TaskRun:
    """The claim of one attempt on a record. Its flags are set by the process's heart, so `check` costs nothing."""

    def __init__(self, record: TaskRecord, spec: TaskSpec | None = None) -> None:
        self.record = record
        self.attempt = record.attempt
        self.spec = spec
        self.began = time.monotonic()
        self.abandon: Callable[[], None] | None = None
        self.interrupt: Callable[[], None] | None = None
        self.cancelled = self.lost = self.late = self.stopping = self.abandoned = self.ended = False
        self._percent = 0.0
        self._step = ""
        self._told = float("-inf")

    @property
    def id(self) -> uuid.UUID:
        return self.record.pk

    def check(self) -> None:
        """Raise Cancelled, ClaimLost, TimeLimit or ShuttingDown where this attempt should end; call it at every unit of work."""
        if self.lost:
            raise ClaimLost(f"{self.record} was given to another attempt")
        if self.cancelled:
            raise Cancelled
        if self.stopping:
            raise ShuttingDown("the process is stopping")
        if self.late and self.spec is not None:
            raise TimeLimit(
                _("The task took longer than %(minutes)g minutes.") % {"minutes": round(self.spec.soft_limit / 60, 2)}, "time_limit"
            )

    def progress(self, percent: float, step: str = "", message: str = "") -> None:
        """Say how far this task is, 0 to 100; written at most four times a second and at each new step. Raises like `check`."""
        self.check()
        self._percent = max(self._percent, min(100.0, float(percent)))
        now = time.monotonic()
        if step == self._step and now - self._told < settings.TASK_PROGRESS_INTERVAL:
            return
        if step != self._step:
            attempt_log.note(self, step, message)
        self._step, self._told = step, now
        told = self._percent
        if event_loop.on_a_loop():
            event_loop.in_order(lambda: self._tell_quietly(told, step, message))
        else:
            self._tell_if_possible(told, step, message)

    @contextmanager
    def publish(self, result: dict[str, Any] | None = None) -> Iterator[None]:
        """A transaction in which this attempt is sure to hold its claim: everything a stage writes is written in it.

        With a `result` (which may be filled inside) the task succeeds in the same transaction, so that a worker which is killed
        right after it leaves nothing to be done twice; what the function returns later counts no more.

        Raises ClaimLost or Cancelled before anything is written. The record is locked until the end, so keep it short.
        """
        transaction_held, record = outlast(self._held_transaction)
        with transaction_held:
            yield
            self._end(record, result) if result is not None else self._renew()
        self.ended = result is not None

    def _end(self, record: TaskRecord, result: dict[str, Any]) -> None:
        from tasks.engine.attempts import succeed

        succeed(self, record, result)

    def _renew(self) -> None:
        TaskRecord.objects.filter(pk=self.id).update(lease_until=Now() + timedelta(seconds=settings.TASK_LEASE_SECONDS))

    def _held_transaction(self) -> tuple[ExitStack, TaskRecord]:
        """An open transaction and the record that it has locked; nothing is written yet, so it may be asked for again."""
        with ExitStack() as stack:
            stack.enter_context(transaction.atomic())
            record = self.hold()
            return stack.pop_all(), record

    def hold(self) -> TaskRecord:
        """Lock the record in the caller's transaction and verify the claim."""
        record = self.locked()
        if record is None:
            self.lost = True
            raise ClaimLost(f"{self.record} was given to another attempt")
        if record.cancel_requested:
            self.cancelled = True
            raise Cancelled
        return record

    def locked(self) -> TaskRecord | None:
        """The record as it is now, locked in the caller's transaction, if this attempt still has it (cancelled or not)."""
        return prepared_statements.first(
            TaskRecord, "r.id = %s AND r.attempt = %s AND r.status = 'started'", [self.id, self.attempt], lock=True
        )

    def _tell_quietly(self, percent: float, step: str, message: str) -> None:
        """From an async task: being cancelled or superseded shows at its next `check` (the flags are set)."""
        try:
            self._tell_if_possible(percent, step, message)
        except (Cancelled, ClaimLost):
            log.debug("%s goes on without a claim", self.record)

    def _tell_if_possible(self, percent: float, step: str, message: str) -> None:
        """A database that restarts costs a progress message, not the attempt."""
        try:
            self._tell(percent, step, message)
        except AWAY as error:
            if connection.in_atomic_block:
                raise
            log.warning("The progress of %s was not written: %s", self.record, error)
            drop_connection()

    def _tell(self, percent: float, step: str, message: str) -> None:
        message = message.replace("\x00", "")[:300]
        if not emit_if_claimed(events(self.record, Status.STARTED, percent, step, message), self.id, self.attempt):
            self._explain()

    def _explain(self) -> None:
        """Nothing was told: because the attempt should end, or because its topics have."""
        record = TaskRecord.objects.filter(pk=self.id, attempt=self.attempt, status=Status.STARTED).first()
        self.lost = record is None
        self.cancelled = record is not None and record.cancel_requested
        self.check()


def events(record: TaskRecord, status: str, percent: float, step: str = "", message: str = "", *, restart: bool = False) -> list[Event]:
    """What to tell of a record: on its own topic, and on the topic it works for, where its percent is a share of the whole.

    A scope hears of a task once: on the topic it works for if it has one, else on its own.
    """
    own_scope = None if record.topic else record.scope
    left = estimates.seconds_left(record, percent) if status == Status.STARTED else None
    told = [Event(record.own_topic, own_scope, status, percent, step, message, record.pk, record.attempt, restart, left)]
    if record.topic and record.share is None:
        told.append(Event(record.topic, record.scope, status, percent, step, message, record.pk, record.attempt, restart, left))
    elif record.topic and record.share is not None and status in (Status.STARTED, Status.RETRYING):
        low, high = record.share
        whole = low + (high - low) * percent / 100
        left = estimates.topic_seconds_left(record, percent) if status == Status.STARTED else None
        told.append(Event(record.topic, record.scope, status, whole, step, message, record.pk, record.attempt, left=left))
    return told
