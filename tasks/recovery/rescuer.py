"""Nothing stays stuck: a loop in web and beat processes, with one leader, that puts right what deaths and losses left behind."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from tasks.base import counters, leader
from tasks.base.connections import drop_connection, refresh_connection
from tasks.engine import attempt_log
from tasks.engine.outbox import change_line, dispatch, dispatch_all, top_up
from tasks.engine.settlement import close_attempt, finish
from tasks.errors import BrokerUnreachable
from tasks.executors import selection
from tasks.models import UNSENT, Status, TaskAttempt, TaskRecord, Worker
from tasks.progress.events import emit_all
from tasks.run import events

log = logging.getLogger(__name__)
AT_ONCE = 200
MANY = 1000
MAX_LOST = 2
OUTBOX_GRACE = timedelta(seconds=3)
MESSAGE_GRACE = timedelta(seconds=10)
FOLD_EVERY = 60.0


@dataclass
class Rescued:
    """What one pass put right."""

    expired: int = 0
    sent: int = 0
    resent: int = 0
    rerouted: int = 0

    def __bool__(self) -> bool:
        return any((self.expired, self.sent, self.resent, self.rerouted))


def rescue(*, expire: bool = True) -> Rescued:
    """One pass over everything; safe beside running workers and a second rescuer. `expire=False`: nobody is taken for dead yet."""
    done = Rescued(expired=_expire() if expire else 0)
    done.sent = _send_due()
    done.rerouted = _reroute()
    done.resent = _resend_lost_messages()
    return done


def _expire() -> int:
    """Attempts whose lease ran out: their worker died, was frozen, or lost the database for too long."""
    count = 0
    while count < AT_ONCE:
        with transaction.atomic():
            stale = TaskRecord.objects.filter(status=Status.STARTED, lease_until__lt=Now()).order_by("lease_until")
            record = stale.select_for_update(of=("self",), skip_locked=True).first()
            if record is None:
                return count
            with attempt_log.about(record):
                _give_up(record)
        count += 1
    return count


def _give_up(record: TaskRecord) -> None:
    """Decide over a record whose attempt is lost: cancelled, poison, or to be tried again by the next worker."""
    log.warning("%s lost its worker %s in attempt %d", record, record.worker, record.attempt)
    close_attempt(record, record.attempt, TaskAttempt.Outcome.LOST, message=_("The worker stopped answering."))
    record.lost += 1
    if record.cancel_requested:
        record.save(update_fields=["lost"])
        finish(record, Status.CANCELLED)
    elif record.lost >= MAX_LOST:
        record.save(update_fields=["lost"])
        sentence = _("The worker died %(count)d times while it ran this task, so it is not tried again.") % {"count": record.lost}
        finish(record, Status.FAILED, error=sentence, code="poison", error_class="WorkerLost")
    else:
        record.status, record.run_after, record.lease_until = Status.RETRYING, None, None
        record.save(update_fields=["lost", "status", "run_after", "lease_until"])
        message = _("The worker stopped answering; another one takes over.")
        emit_all(events(record, Status.RETRYING, record.percent, record.step, message))
        transaction.on_commit(lambda: dispatch(record), robust=True)


def _send_due() -> int:
    """The outbox: dispatches lost between commit and broker, retries and delayed tasks whose time has come."""
    # `created` is by the clock of who submitted: a time to come means a wrong clock, and sending twice does no harm.
    forgotten = Q(run_after=None) & ~Q(created__range=(Now() - OUTBOX_GRACE, Now() + OUTBOX_GRACE))
    due = TaskRecord.objects.filter(forgotten | Q(run_after__lte=Now()), status__in=UNSENT).order_by("priority", "id")
    records = list(due[:MANY])
    return len(records) if records and dispatch_all(records) else 0


def _reroute() -> int:
    """Hybrid: what waits for Celery workers of which none is left goes to the web processes."""
    if not selection.falls_back() or Worker.objects.alive(Worker.Kind.CELERY).exists():
        return 0
    waiting = TaskRecord.objects.filter(status=Status.QUEUED, executor=selection.CELERY.name, queued_at__lt=Now() - MESSAGE_GRACE)
    ids = list(waiting.order_by("priority", "turn", "id").values_list("pk", flat=True)[:MANY])
    if ids:
        log.warning("%d tasks go to the web processes, because no worker is alive", len(ids))
        change_line(ids, _("a heavy task, but its workers are gone"))
    return len(ids)


def _resend_lost_messages() -> int:
    """Messages that a broker no longer has (it was emptied or killed): as many as are missing for what could run now.

    A long queue is not a lost one, so what the broker holds is counted; one message too many does no harm.
    """
    count = 0
    for executor in selection.in_use():
        stale = TaskRecord.objects.filter(status=Status.QUEUED, paused_at=None, executor=executor.name, queued_at__lt=Now() - MESSAGE_GRACE)
        if stale.exists():
            woken = top_up(executor)
            count += woken if executor.held() is not None else 0  # threads were woken, no message was lost
    return count


class Rescuer:
    """The loop, in a thread."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="task-rescuer", daemon=True)
        self._leads_since = float("inf")
        self._folded = float("-inf")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(5)

    def _loop(self) -> None:
        leadership = leader.Leadership(leader.RESCUER)
        while not self._stopping.wait(settings.TASK_RESCUE_SECONDS):
            self._quietly(lambda: self._pass(leadership))
        leadership.release()
        connection.close()

    def _pass(self, leadership: leader.Leadership) -> None:
        if not leadership.held():
            self._leads_since = float("inf")
            return
        now = time.monotonic()
        self._leads_since = min(self._leads_since, now)
        refresh_connection()
        # Where the database was away nobody could renew a lease: the living get the time to do it.
        done = rescue(expire=now - self._leads_since > settings.TASK_LEASE_SECONDS / 3)
        if done:
            log.info("Rescued: %s", done)
            counters.rescued(vars(done))
        if now - self._folded > FOLD_EVERY:
            counters.fold()
            self._folded = now

    def _quietly(self, do: Callable[[], None]) -> None:
        """The rescuer outlives whatever goes wrong in a pass; the next pass sees the same state again."""
        try:
            do()
        except (DatabaseError, InterfaceError, BrokerUnreachable, OSError) as error:
            log.warning("A rescue pass was interrupted: %s", error)
            drop_connection()
        except Exception:  # a mistake over one record must not leave all others unwatched
            log.exception("A rescue pass failed")
            drop_connection()
