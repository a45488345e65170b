"""How far batches are. A batch's units are the topics that its tasks work for (a document with all its stages), else the tasks.

One leader among all processes counts the unfinished batches once a second, in one query for all of them.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tasks.base import leader
from tasks.base.connections import drop_connection, refresh_connection
from tasks.models import Batch, Status, TopicState
from tasks.progress import estimates
from tasks.progress.events import Event, emit_all

log = logging.getLogger(__name__)
EVERY, SELDOM = 1.0, 5.0
SHARE_OF_TIME = 10
"""Counting very many units takes a while: it takes no more than a tenth of the time, unless that were too seldom."""
WRITTEN = ("total", "succeeded", "failed", "cancelled", "percent", "finished_at")
QUIET = timedelta(minutes=10)
"""A batch of which nothing new came for so long is complete, whatever was announced."""
ABSENT = timedelta(seconds=150)
"""The same where who announced it used to say every half minute that more will come (a page; browsers let hidden ones speak once a
minute): its window was closed, or its machine is off. If it comes back, the batch goes on."""

UNIT = "CASE WHEN r.topic <> '' AND r.share_from IS NOT NULL THEN r.topic ELSE 'task:' || r.id END"
COUNT = f"""
WITH unit AS (
    SELECT r.batch_id, {UNIT} AS topic, max(r.created) AS newest, bool_or(r.status = 'started') AS runs, max(r.name) AS name
    FROM tasks_taskrecord r WHERE r.batch_id = ANY(%s) GROUP BY 1, 2
)
SELECT u.batch_id, count(*), count(*) FILTER (WHERE s.status = 'succeeded'), count(*) FILTER (WHERE s.status = 'failed'),
       count(*) FILTER (WHERE s.status = 'cancelled'),
       sum(CASE WHEN s.status IN ('succeeded', 'failed', 'cancelled') THEN 100 ELSE COALESCE(s.percent, 0) END),
       count(*) FILTER (WHERE u.runs), max(u.newest), max(u.name)
FROM unit u LEFT JOIN tasks_topicstate s ON s.topic = u.topic GROUP BY 1
"""  # noqa: S608 (a constant of ours)
HOLD = """
UPDATE tasks_taskrecord r SET paused_at = b.paused_at, paused_by_id = b.paused_by_id FROM tasks_batch b
WHERE b.id = r.batch_id AND b.id = ANY(%s) AND b.paused_at IS NOT NULL
  AND r.status IN ('pending', 'queued', 'retrying') AND r.paused_at IS NULL
"""


@dataclass(frozen=True)
class Count:
    """What was counted of a batch. `done` is the sum of its units' percents; `name` is a task of it, for its history."""

    total: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    done: float = 0.0
    running: int = 0
    newest: datetime | None = None
    name: str = ""

    @property
    def ended(self) -> int:
        return self.succeeded + self.failed + self.cancelled


def count(batches: Iterable[Batch]) -> dict[uuid.UUID, Count]:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [[batch.pk for batch in batches]])
        return {key: Count(*values) for key, *values in cursor.fetchall()}


def hold(batch_ids: Sequence[uuid.UUID]) -> None:
    """Pause what waits in paused batches. Called again by the leader, for what was tried again or born while somebody paused."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [list(batch_ids)])


def tell(*batch_ids: uuid.UUID) -> None:
    """Count these batches now and tell their topics; those that are complete end. In the caller's transaction, if there is one."""
    with transaction.atomic():
        batches = list(_unfinished().filter(pk__in=batch_ids))
        counts = count(batches)
        for batch in batches:
            _write(batch, counts.get(batch.pk, Count()))
        _emit(batches, counts, {})


def _unfinished() -> QuerySet[Batch]:
    """Locked, so that nobody pauses or ends a batch while it is counted."""
    return Batch.objects.select_for_update(of=("self",)).select_related("paused_by", "cancelled_by").filter(finished_at=None).order_by("pk")


def reopen(*batch_ids: uuid.UUID) -> None:
    """Units of them begin (again), in the caller's transaction: a batch that was finished goes on with them."""
    if batch_ids:
        Batch.objects.filter(pk__in=batch_ids, finished_at__isnull=False).update(finished_at=None, cancelled_by=None)


def joined(batch_id: uuid.UUID) -> tuple[datetime | None, uuid.UUID | None]:
    """(paused_at, paused_by) that a record of this batch is born with. The row is share-locked, so that no pause misses the record.

    A finished batch is reopened before: two that both hold the share lock could not.
    """
    reopen(batch_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT paused_at, paused_by_id FROM tasks_batch WHERE id = %s FOR SHARE", [batch_id])
        found: tuple[datetime | None, uuid.UUID | None] | None = cursor.fetchone()
    return found or (None, None)


def _emit(batches: Sequence[Batch], counts: dict[uuid.UUID, Count], paces: dict[uuid.UUID, estimates.Pace]) -> None:
    """Tell of batches; the topic of one that was reopened had ended, so it begins again."""
    ended = set(
        TopicState.objects.filter(topic__in=[batch.topic for batch in batches], status__in=TopicState.TERMINAL).values_list(
            "topic", flat=True
        )
    )
    emit_all([_event(batch, counts.get(batch.pk, Count()), paces.get(batch.pk), restart=batch.topic in ended) for batch in batches])


def _write(batch: Batch, now: Count) -> bool:
    """Put the counts into the row; False where they are what they were."""
    before = _written(batch)
    units = max(now.total, batch.expected or 0)
    batch.total, batch.succeeded, batch.failed, batch.cancelled = now.total, now.succeeded, now.failed, now.cancelled
    batch.percent = round(now.done / units, 2) if units else 0.0
    if _complete(batch, now):
        batch.finished_at = timezone.now()
    changed = before != _written(batch)
    if changed:
        batch.save(update_fields=WRITTEN)
    return changed


def _written(batch: Batch) -> tuple[object, ...]:
    return tuple(getattr(batch, name) for name in WRITTEN)


def _complete(batch: Batch, now: Count) -> bool:
    """All units have ended, and all that were announced are there (or nothing has come for long). A pause is no end."""
    if batch.finished_at is not None or batch.paused_at is not None or now.ended < now.total:
        return False
    reached = batch.expected is not None and now.total >= batch.expected
    return reached or _is_quiet(batch, now)


def _is_quiet(batch: Batch, now: Count) -> bool:
    newest = now.newest or batch.created
    if batch.alive_at is None:
        return timezone.now() - newest > QUIET
    return timezone.now() - max(newest, batch.alive_at) > ABSENT


def _event(batch: Batch, now: Count, pace: estimates.Pace | None, *, restart: bool) -> Event:
    left = _left(batch, now, pace)
    step = "paused" if batch.paused_at else "batch"
    percent = 100 if batch.finished_at else min(batch.percent, 99.9)
    return Event(batch.topic, batch.scope, _status(batch, now), percent, step, message_of(batch), restart=restart, left=left)


def _status(batch: Batch, now: Count) -> str:
    if batch.finished_at is None:
        return Status.STARTED if now.done or now.running else Status.PENDING
    if batch.failed:
        return Status.FAILED
    return Status.CANCELLED if batch.cancelled else Status.SUCCEEDED


def message_of(batch: Batch) -> str:
    """ "12 of 40, 1 failed, paused by owner"."""
    units = max(batch.total, batch.expected or 0)
    ended = batch.succeeded + batch.failed + batch.cancelled
    parts = [_("%(done)d of %(all)d") % {"done": ended, "all": units}]
    if batch.failed:
        parts.append(_("%(n)d failed") % {"n": batch.failed})
    if batch.cancelled_by:
        parts.append(_("cancelled by %(name)s") % {"name": batch.cancelled_by})
    if batch.paused_at:
        parts.append(_("paused by %(name)s") % {"name": batch.paused_by} if batch.paused_by else _("paused"))
    return ", ".join(parts)


def _left(batch: Batch, now: Count, pace: estimates.Pace | None) -> float | None:
    """From its own pace once it has one, else from the history: what is left of its units, shared by those that run at once."""
    if batch.paused_at or batch.finished_at or not now.running:
        return None
    measured = pace.seconds_left() if pace else None
    if measured is not None:
        return measured
    usual = estimates.whole(now.name)
    rest = max(now.total, batch.expected or 0) - now.done / 100
    return None if usual is None else usual * rest / now.running


class BatchTicker:
    """The loop, in a thread of web and beat processes."""

    def __init__(self) -> None:
        self._paces: dict[uuid.UUID, estimates.Pace] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="batch-ticker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(5)

    def _loop(self) -> None:
        leadership = leader.Leadership(leader.BATCHES)
        pause = EVERY
        while not self._stopping.wait(pause):
            began = time.monotonic()
            try:
                if leadership.held():
                    refresh_connection()
                    self.tick()
            except (DatabaseError, InterfaceError) as error:
                log.warning("The batches could not be counted: %s", error)
                drop_connection()
            pause = min(SELDOM, max(EVERY, SHARE_OF_TIME * (time.monotonic() - began)))
        leadership.release()
        connection.close()

    def tick(self) -> None:
        """Count and tell all unfinished batches."""
        with transaction.atomic():
            active = list(_unfinished())
            if not active:
                self._paces.clear()
                return
            paused = [batch.pk for batch in active if batch.paused_at]
            if paused:
                hold(paused)
            counts = count(active)
            changed = [batch for batch in active if _write(batch, counts.get(batch.pk, Count()))]
            self._follow(active)
            _emit(changed, counts, self._paces)

    def _follow(self, active: Sequence[Batch]) -> None:
        """Note how far each batch is, for its pace; a paused one starts anew."""
        self._paces = {batch.pk: self._paces.get(batch.pk, estimates.Pace()) for batch in active}
        for batch in active:
            if batch.paused_at:
                self._paces[batch.pk].forget()
            else:
                self._paces[batch.pk].note(batch.percent)
