"""Work that was asked for as one: made, paused, resumed, cancelled, and its failures tried again together.

What people may do to a batch they may do to it as a whole, so the door stands here once: its scope's editors.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Count, F, IntegerField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Greatest, Now
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel

from tasks.base.causes import hopeless_codes
from tasks.engine.outbox import wake_all
from tasks.manager import manager
from tasks.models import ACTIVE, Batch, Status, TaskRecord, TopicState
from tasks.progress import batches as batch_progress
from tasks.progress import estimates, topics
from tasks.progress.events import left_now
from tasks.run import TaskRun

WAITING = (Status.PENDING, Status.QUEUED, Status.RETRYING)
AT_ONCE = 200
"""More records than this are cancelled or tried again by a task, so that nobody waits for the answer."""
CHANGE = "tasks.change_batch"
SHOWN_FOR = timedelta(hours=1)
MOST_SHOWN = 5

# The newest task of every unit of a batch that has failed and that trying again may help.
FAILED_UNITS = f"""
FROM (
    SELECT DISTINCT ON (unit) id, status, error_code, {batch_progress.UNIT} AS unit
    FROM tasks_taskrecord r WHERE batch_id = {{batch}} ORDER BY unit, id DESC
) AS newest JOIN tasks_topicstate s ON s.topic = newest.unit
WHERE newest.status = 'failed' AND s.status = 'failed' AND NOT newest.error_code = ANY(%s)
"""  # noqa: S608 (a constant of ours)
FAILED_IDS = f"SELECT newest.id {FAILED_UNITS.format(batch='%s')} ORDER BY newest.id"
RETRYABLE = f"CASE WHEN tasks_batch.failed > 0 THEN (SELECT count(*) {FAILED_UNITS.format(batch='tasks_batch.id')}) ELSE 0 END"


class BatchChange(BaseModel):
    """What a large batch's task is to do: "cancel" or "retry"."""

    batch_id: uuid.UUID
    change: str


def create(kind: str, title: str, scope: uuid.UUID | None, user: Any, expected: int | None = None) -> Batch:
    """Begin a batch; `expected` units were announced, where that is known. Raises Http404 and PermissionDenied."""
    if scope is not None and user is not None:
        topics.require_editor(user, scope)
    author = user if getattr(user, "pk", None) else None
    with transaction.atomic():
        batch = Batch.objects.create(kind=kind, title=title[:200], scope=scope, user=author, expected=expected)
        batch_progress.tell(batch.pk)
    return batch


def open_for(batch_id: uuid.UUID, scope: uuid.UUID, user: Any) -> Batch:
    """The batch that more work of this scope may join. Raises Http404 (another scope's too) and PermissionDenied."""
    return _door(Batch.objects.filter(pk=batch_id, scope=scope), user)


def pause(batch_id: uuid.UUID, user: Any) -> Batch:
    """Hold everything of it that waits, and what is born of it later; what runs may finish. A finished batch stays as it is."""
    with transaction.atomic():
        batch = _locked(batch_id, user)
        if batch.finished_at is None and batch.paused_at is None:
            batch.paused_at, batch.paused_by = timezone.now(), user if getattr(user, "pk", None) else None
            batch.save(update_fields=["paused_at", "paused_by"])
            batch_progress.hold([batch.pk])
        batch_progress.tell(batch.pk)
    return batch


def resume(batch_id: uuid.UUID, user: Any) -> Batch:
    """Let everything of it go on, tasks that were paused one by one included."""
    with transaction.atomic():
        batch = _locked(batch_id, user)
        batch.paused_at = batch.paused_by = None
        batch.save(update_fields=["paused_at", "paused_by"])
        held = batch.records.filter(status__in=WAITING, paused_at__isnull=False)
        if held.update(paused_at=None, paused_by=None):
            transaction.on_commit(wake_all, robust=True)
        batch_progress.tell(batch.pk)
    return batch


def cancel(batch_id: uuid.UUID, user: Any) -> Batch:
    """Cancel everything of it that has not ended; nothing more is expected."""
    with transaction.atomic():
        batch = _locked(batch_id, user)
        if batch.finished_at is None:
            batch.paused_at = batch.paused_by = None
            batch.cancelled_by = user if getattr(user, "pk", None) else None
            batch.save(update_fields=["paused_at", "paused_by", "cancelled_by"])
            close(batch.pk)
    return _change(batch, "cancel", user, _cancellable(batch).count())


def retry_failed(batch_id: uuid.UUID, user: Any) -> Batch:
    """Try every unit that failed again, each at the stage that failed; not those whose failure would be the same again."""
    with transaction.atomic():
        batch = _locked(batch_id, user)
    return _change(batch, "retry", user, len(_failed(batch)))


def correct(batch_id: uuid.UUID, user: Any, *, title: str | None = None, withdrawn: int = 0, alive: bool = False) -> Batch:
    """Give it another title; `withdrawn` of the announced units will not come; `alive`: those that are missing still will."""
    with transaction.atomic():
        batch = _locked(batch_id, user)
        if title is not None:
            batch.title = title
            batch.save(update_fields=["title"])
        if withdrawn:
            withdraw(batch.pk, withdrawn)
        if alive:
            batch.alive_at = timezone.now()
            batch.save(update_fields=["alive_at"])
            if batch.total < (batch.expected or 0):
                batch_progress.reopen(batch.pk)  # who was away is back
                batch_progress.tell(batch.pk)
    return batch


def leave(*topics: str) -> None:
    """What these topics stood for was deleted or went elsewhere: no batch counts it any more, and those that are still shown are
    counted anew.

    Call it outside of transactions that lock anything of the topic.
    """
    with transaction.atomic():
        records = TaskRecord.objects.filter(topic__in=topics, batch__isnull=False)
        # Locked first, as who pauses does: he has the batch and wants its records.
        shown = Batch.objects.select_for_update(of=("self",)).filter(_recent(), pk__in=records.values("batch")).order_by("pk")
        left = list(shown.values_list("pk", flat=True))
        counts = dict(records.order_by().values_list("batch").annotate(Count("topic", distinct=True)))
        records.update(batch=None)
        for batch_id in left:
            withdraw(batch_id, counts[batch_id])
            batch_progress.reopen(batch_id)


@dataclass(frozen=True)
class Shown:
    """A batch as pages show it (`with_retryable`), and its last event in words."""

    batch: Batch
    text: str
    step: str
    seq: int


def shown(scope: uuid.UUID, batch_id: uuid.UUID | None = None) -> list[Shown]:
    """What is under way in a scope, and what has just ended with failures, newest first (or of this batch alone). The right to see it has
    been checked."""
    lively = _recent() & (Q(finished_at=None) | Q(failed__gt=0))
    wanted = Batch.objects.filter(lively, scope=scope)
    found = list(
        with_retryable(wanted.filter(pk=batch_id) if batch_id else wanted).select_related("paused_by", "cancelled_by")[:MOST_SHOWN]
    )
    states = TopicState.objects.in_bulk([batch.topic for batch in found])
    return [_shown(batch, states.get(batch.topic)) for batch in found]


def with_retryable(batches: QuerySet[Batch]) -> QuerySet[Batch]:
    """Each with `retryable`: how many of its failures trying again may help."""
    return batches.annotate(retryable=RawSQL(RETRYABLE, [list(hopeless_codes())], output_field=IntegerField()))  # noqa: S611


def _recent() -> Q:
    return Q(finished_at=None) | Q(finished_at__gt=Now() - SHOWN_FOR)


def _shown(batch: Batch, state: TopicState | None) -> Shown:
    left = estimates.in_words(left_now(state.left, state.updated)) if state else ""
    text = ", ".join(filter(None, [batch_progress.message_of(batch), left]))
    step = "ended" if batch.finished_at else "paused" if batch.paused_at else "batch"
    return Shown(batch, text, step, state.seq if state else 0)


def withdraw(batch_id: uuid.UUID, units: int = 1) -> None:
    """So many units that were announced will not come (a file was refused, or is a copy of one that is there)."""
    Batch.objects.filter(pk=batch_id, expected__isnull=False).update(expected=Greatest(F("expected") - units, 0))


def close(batch_id: uuid.UUID) -> None:
    """Nothing more will come, whatever was announced: it is complete when what is there has ended."""
    Batch.objects.filter(pk=batch_id).update(expected=0)


def change_all(job: BatchChange, run: TaskRun) -> dict[str, Any]:
    """The task behind large batches. Whoever submitted it passed the door; it ends early where the batch is gone."""
    batch = Batch.objects.filter(pk=job.batch_id).first()
    if batch is None:
        return {"changed": 0}

    def progress(done: int, of: int) -> None:
        run.progress(100 * done / max(of, 1), job.change, _("%(done)d of %(all)d") % {"done": done, "all": of})

    return {"changed": CHANGES[job.change](batch, progress)}


def _change(batch: Batch, change: str, user: Any, count: int) -> Batch:
    if count > AT_ONCE:
        job = BatchChange(batch_id=batch.pk, change=change)
        manager.submit(CHANGE, job, scope=batch.scope, user=user, unique=f"{batch.pk}:{change}", priority=1)
    else:
        CHANGES[change](batch, lambda done, of: None)
    batch.refresh_from_db()
    return batch


def _cancel_all(batch: Batch, progress: Callable[[int, int], None]) -> int:
    """Each with its owner's `on_end`; again until nothing is left, for a stage may hand over to the next meanwhile."""
    done = 0
    while ids := list(_cancellable(batch).values_list("pk", flat=True)[:AT_ONCE]):
        manager.cancel_many(ids, by=batch.cancelled_by)
        done += len(ids)
        progress(done, done + _cancellable(batch).count())
    batch_progress.tell(batch.pk)
    return done


def _retry_all(batch: Batch, progress: Callable[[int, int], None]) -> int:
    ids, done = _failed(batch), 0
    for first in range(0, len(ids), AT_ONCE):
        progress(first, len(ids))
        done += len(manager.retry_many(ids[first : first + AT_ONCE]))
    batch_progress.tell(batch.pk)
    return done


CHANGES: dict[str, Callable[[Batch, Callable[[int, int], None]], int]] = {"cancel": _cancel_all, "retry": _retry_all}


def _cancellable(batch: Batch) -> Any:
    return TaskRecord.objects.filter(batch=batch, status__in=ACTIVE, cancel_requested=False).order_by("-id")


def _failed(batch: Batch) -> list[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(FAILED_IDS, [batch.pk, list(hopeless_codes())])
        return [record_id for (record_id,) in cursor.fetchall()]


def _locked(batch_id: uuid.UUID, user: Any) -> Batch:
    return _door(Batch.objects.select_for_update(of=("self",)).filter(pk=batch_id), user)


def _door(batches: Any, user: Any) -> Batch:
    batch: Batch | None = batches.first()
    if batch is None or (user is not None and not Batch.objects.visible_to(user).filter(pk=batch.pk).exists()):
        raise Http404
    if user is not None and not topics.may_change_batch(user, batch):
        raise PermissionDenied(_("You may see this work but not change it."))
    return batch
