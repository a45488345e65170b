"""The door to the task system: submit one or many, get, cancel, retry, pause, resume."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby, islice, repeat
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel

from tasks import registry
from tasks.engine import queue
from tasks.engine.outbox import dispatch, dispatch_all, wake, wake_all
from tasks.engine.settlement import cancel_waiting, job_of
from tasks.executors import selection
from tasks.models import ACTIVE, Batch, Status, TaskRecord
from tasks.progress import batches, topics
from tasks.progress.announcements import events_of
from tasks.progress.events import emit_all

AT_ONCE = 1000
ENDED_BADLY = (Status.FAILED, Status.CANCELLED)
UNPAUSED: dict[str, Any] = {"paused_at": None, "paused_by": None}
AGAIN: dict[str, Any] = {
    "status": Status.PENDING, "retries": 0, "lost": 0, "cancel_requested": False, "cancelled_by": None, "error": "", "error_code": "",
    "error_class": "", "step": "", "message": "", "percent": 0, "run_after": None, "finished_at": None, "result": None, "turn": queue.LAST,
}  # fmt: skip
"""A record that begins again, with all its retries."""


class TaskManager:
    def submit(
        self,
        name: str,
        payload: BaseModel | dict[str, Any] | None = None,
        *,
        topic: str = "",
        scope: uuid.UUID | None = None,
        user: Any = None,
        unique: bool | str = False,
        priority: int = 5,
        share: tuple[float, float] | None = None,
        parent: TaskRecord | None = None,
        batch: Batch | None = None,
        run_after: datetime | None = None,
        schedule: str = "",
        schedule_key: str = "",
    ) -> TaskRecord:
        """Write a record in the caller's transaction and dispatch it on commit.

        With `unique` (True: same task and payload; a string: same task and key) an active record is returned instead of a
        second one. A `parent`'s record gives its child its place in the queue, its user, its batch and its batch's pause.
        Raises UnknownTask, and pydantic's ValidationError for a payload that does not fit.
        """
        record = _draft(name, payload, unique, topic=topic, scope=scope, user=user, priority=priority, share=share, parent=parent,
                        batch=batch, run_after=run_after, schedule=schedule, schedule_key=schedule_key)  # fmt: skip
        if record.batch_id is not None:
            record.paused_at, record.paused_by_id = batches.joined(record.batch_id)
        return self._write(record)

    def submit_many(
        self,
        name: str,
        payloads: Iterable[BaseModel | dict[str, Any] | None],
        *,
        topics: Iterable[str] | None = None,
        scope: uuid.UUID | None = None,
        user: Any = None,
        unique: bool = False,
        priority: int = 5,
        share: tuple[float, float] | None = None,
        parent: TaskRecord | None = None,
        batch: Batch | None = None,
        run_after: datetime | None = None,
    ) -> list[uuid.UUID]:
        """Like `submit` for many payloads of one task (`topics`: one for each); gives the ids of the records that were written.

        With `unique` a payload that has an active record gets no second one. One INSERT for each thousand; the records' own topics are
        not told that they wait.
        """
        drafts = (
            _draft(name, payload, unique, topic=topic, scope=scope, user=user, priority=priority, share=share, parent=parent,
                   batch=batch, run_after=run_after)
            for payload, topic in zip(payloads, repeat("") if topics is None else topics, strict=topics is not None)
        )  # fmt: skip
        written: list[uuid.UUID] = []
        with transaction.atomic():
            while some := list(islice(drafts, AT_ONCE)):
                written += self._write_some(some)
        return written

    def get(self, task_id: uuid.UUID | str) -> TaskRecord:
        """Raises TaskRecord.DoesNotExist."""
        return TaskRecord.objects.get(pk=task_id)

    def cancel(self, task_id: uuid.UUID | str, user: Any = None, *, by: Any = None) -> TaskRecord:
        """Cancel at once what waits, ask what runs to stop; what has ended stays as it is.

        `user` is who asks (None: the system). Where the caller has checked the right already, `by` is who wants it. Raises Http404 and
        PermissionDenied.
        """
        with transaction.atomic():
            record = self._locked(task_id, user)
            self._cancel_locked([record], _saved(by if user is None else user))
        return record

    def cancel_many(self, ids: Sequence[uuid.UUID], *, by: Any = None) -> int:
        """Like `cancel` for many at once, in one transaction; gives how many of them had not ended. The caller has checked the right."""
        with transaction.atomic():
            active = TaskRecord.objects.select_for_update(of=("self",)).filter(pk__in=ids, status__in=ACTIVE)
            records = list(active.order_by("pk"))
            self._cancel_locked(records, _saved(by))
        return len(records)

    def retry(self, task_id: uuid.UUID | str, user: Any = None) -> TaskRecord:
        """Begin a failed or cancelled task again, with all its retries; one that is active stays as it is.

        `user` is who asks (None: the system). Raises Http404 and PermissionDenied.
        """
        try:
            with transaction.atomic():
                record = self._locked(task_id, user)
                if record.status in ENDED_BADLY:
                    registry.get(record.name)
                    self._begin_again([record])
        except IntegrityError:
            return TaskRecord.objects.active().get(unique_key=self.get(task_id).unique_key)
        return record

    def retry_many(self, ids: Iterable[uuid.UUID]) -> list[TaskRecord]:
        """Like `retry` for many at once, with a dozen statements for each thousand; gives those that have begun again.

        What is active, has an active twin of its unique key, or is of an unknown task stays as it is. The caller has checked that it may.
        """
        waiting, begun = iter(ids), []
        while some := list(islice(waiting, AT_ONCE)):
            begun += self._retry_some(some)
        return begun

    def pause(self, task_id: uuid.UUID | str, user: Any = None) -> TaskRecord:
        """Hold back what waits; what runs ends its attempt and is not started again. `user` is who asks (None: the system).

        Raises Http404 and PermissionDenied.
        """
        with transaction.atomic():
            record = self._locked(task_id, user)
            if not record.is_terminal and record.paused_at is None:
                record.paused_at, record.paused_by = timezone.now(), _saved(user)
                record.save(update_fields=["paused_at", "paused_by"])
        return record

    def resume(self, task_id: uuid.UUID | str, user: Any = None) -> TaskRecord:
        """End a pause: the record has kept its place. Raises Http404 and PermissionDenied."""
        with transaction.atomic():
            record = self._locked(task_id, user)
            if record.paused_at is not None:
                record.paused_at = record.paused_by = None
                record.save(update_fields=["paused_at", "paused_by"])
                transaction.on_commit(wake_all, robust=True)
        return record

    def _write(self, record: TaskRecord) -> TaskRecord:
        try:
            with transaction.atomic():
                record.save(force_insert=True)
                emit_all(events_of(record, Status.PENDING, 0))
                transaction.on_commit(lambda: dispatch(record), robust=True)
        except IntegrityError:
            twin = _twin(record)
            if twin is None:
                raise
            return twin
        return record

    def _write_some(self, drafts: Sequence[TaskRecord]) -> list[uuid.UUID]:
        """Put drafts of one task into the queue with one INSERT (those for later into the outbox); gives the ids that were written."""
        first = drafts[0]
        route = selection.route(first)
        if first.batch_id is not None:
            first.paused_at, first.paused_by_id = batches.joined(first.batch_id)
        if first.run_after is None or first.run_after <= timezone.now():
            first.status, first.executor, first.route_reason = Status.QUEUED, route.executor.name, route.reason
            turn, first.queued_at = queue.entrance(route.executor.name, first.priority, first.scope)
            for place, draft in enumerate(drafts):
                draft.turn = min(draft.turn, turn + place)
        ids = queue.insert(drafts)
        if first.topic:
            written = set(ids)
            emit_all([event for draft in drafts if draft.pk in written for event in events_of(draft, Status.PENDING, 0)[1:]])
        if first.status == Status.QUEUED:
            transaction.on_commit(lambda: wake(route.executor, ids), robust=True)
        return ids

    def _locked(self, task_id: uuid.UUID | str, user: Any) -> TaskRecord:
        record = TaskRecord.objects.select_for_update(of=("self",)).filter(pk=task_id).first()
        if record is None or (user is not None and not TaskRecord.objects.visible_to(user).filter(pk=record.pk).exists()):
            raise Http404
        if user is not None and not topics.may_change_task(user, record):
            raise PermissionDenied(_("You may see this task but not change it."))
        return record

    def _retry_some(self, ids: Sequence[uuid.UUID]) -> list[TaskRecord]:
        ended = TaskRecord.objects.select_for_update(of=("self",)).filter(pk__in=ids, status__in=ENDED_BADLY).order_by("pk")
        try:
            with transaction.atomic():
                records = _without_twins([record for record in ended if registry.is_registered(record.name)])
                self._begin_again(records)
        except IntegrityError:  # a twin was submitted meanwhile: of these few at a time, until it is found
            half = len(ids) // 2
            return [] if half == 0 else self._retry_some(ids[:half]) + self._retry_some(ids[half:])
        return records

    def _cancel_locked(self, records: Sequence[TaskRecord], by: Any) -> None:
        running = [record for record in records if record.status == Status.STARTED]
        for record in running:
            record.cancel_requested, record.cancelled_by = True, by
        TaskRecord.objects.filter(pk__in=[record.pk for record in running]).update(cancel_requested=True, cancelled_by=by)
        cancel_waiting([record for record in records if not record.is_terminal and record.status != Status.STARTED], by)

    def _begin_again(self, records: Sequence[TaskRecord]) -> None:
        """All of them in one transaction of the caller's, in which he has locked them."""
        if not records:
            return
        joined = {record.batch_id for record in records if record.batch_id is not None}
        held = set(Batch.objects.filter(pk__in=joined, paused_at__isnull=False).values_list("pk", flat=True)) if joined else set()
        for record in records:
            goes_on = {} if record.batch_id in held else UNPAUSED
            for field, value in (AGAIN | goes_on).items():
                setattr(record, field, value)
        keys = [record.pk for record in records]
        TaskRecord.objects.filter(pk__in=keys).exclude(batch__in=held).update(**UNPAUSED)
        TaskRecord.objects.filter(pk__in=keys).update(**AGAIN)
        for name, alike in groupby(sorted(records, key=_name), key=_name):
            if (on_retry := registry.get(name).on_retry) is not None:
                on_retry([(record, job_of(record)) for record in alike])
        told = [event for record in records for event in events_of(record, Status.PENDING, 0, restart=True)]
        emit_all(list({event.topic: event for event in told}.values()))  # of tasks that work for the same topic the last one tells it
        batches.reopen(*joined)
        transaction.on_commit(lambda: dispatch_all(records), robust=True)


def _draft(
    name: str,
    payload: BaseModel | dict[str, Any] | None,
    unique: bool | str,
    *,
    user: Any,
    share: tuple[float, float] | None,
    parent: TaskRecord | None,
    batch: Batch | None,
    **fields: Any,
) -> TaskRecord:
    """An unsaved record of a validated payload."""
    spec = registry.get(name)
    job = payload if isinstance(payload, spec.payload) else spec.payload.model_validate(_plain(payload))
    record = TaskRecord(
        name=name, payload=job.model_dump(mode="json"), unique_key=_unique_key(name, job, unique), user=_saved(user), parent=parent,
        turn=queue.LAST if parent is None else parent.turn, **fields,
    )  # fmt: skip
    if user is None and parent is not None:
        record.user_id = parent.user_id
    record.batch_id = batch.pk if batch is not None else parent.batch_id if parent is not None else None
    if share is not None:
        record.share_from, record.share_to = share
    if spec.concurrency is not None:
        record.concurrency_key = spec.concurrency.key(job)[:120]
        record.concurrency_limit = spec.concurrency.limit if record.concurrency_key else 0
    return record


def _name(record: TaskRecord) -> str:
    return record.name


def _without_twins(records: Sequence[TaskRecord]) -> list[TaskRecord]:
    """Of records with the same unique key only the first, and none where an active one has the key."""
    keys = {record.unique_key for record in records if record.unique_key}
    taken = set(TaskRecord.objects.active().filter(unique_key__in=keys).values_list("unique_key", flat=True)) if keys else set()
    alone = []
    for record in records:
        if record.unique_key not in taken:
            alone.append(record)
            taken |= {record.unique_key} - {""}
    return alone


def _twin(record: TaskRecord) -> TaskRecord | None:
    """The record because of which this one could not be written: the active one of its key, or the one of its due time."""
    if record.schedule_key:
        return TaskRecord.objects.filter(schedule_key=record.schedule_key).first()
    if record.unique_key:
        return TaskRecord.objects.active().filter(unique_key=record.unique_key).first()
    return None


def _unique_key(name: str, job: BaseModel, unique: bool | str) -> str:
    if not unique:
        return ""
    key = unique if isinstance(unique, str) else hashlib.sha256(job.model_dump_json().encode()).hexdigest()
    return f"{name}:{key}"


def _plain(payload: BaseModel | dict[str, Any] | None) -> dict[str, Any]:
    return payload.model_dump(mode="json") if isinstance(payload, BaseModel) else payload or {}


def _saved(user: Any) -> Any:
    return user if getattr(user, "pk", None) else None


manager = TaskManager()
