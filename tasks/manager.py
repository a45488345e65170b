"""The door to the task system: submit one or many, get, cancel, retry, pause, resume."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice, repeat
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel

from tasks import registry
from tasks.engine import queue
from tasks.engine.outbox import dispatch, wake, wake_all
from tasks.engine.settlement import finish, job_of
from tasks.executors import selection
from tasks.models import Batch, Status, TaskRecord
from tasks.progress import batches, topics
from tasks.progress.events import emit_all
from tasks.run import events

AT_ONCE = 1000


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
        second one. A `parent`'s record gives its child its place in the line, its user, its batch and its batch's pause.
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

    def cancel(self, task_id: uuid.UUID | str, user: Any = None) -> TaskRecord:
        """Cancel at once what waits, ask what runs to stop; what has ended stays as it is.

        `user` is who asks (None: the system). Raises Http404 and PermissionDenied.
        """
        with transaction.atomic():
            record = self._locked(task_id, user)
            if record.status == Status.STARTED:
                record.cancel_requested = True
                record.save(update_fields=["cancel_requested"])
            elif not record.is_terminal:
                finish(record, Status.CANCELLED)
        return record

    def retry(self, task_id: uuid.UUID | str, user: Any = None) -> TaskRecord:
        """Begin a failed or cancelled task again, with all its retries; one that is active stays as it is.

        `user` is who asks (None: the system). Raises Http404 and PermissionDenied.
        """
        try:
            with transaction.atomic():
                record = self._locked(task_id, user)
                if record.status in (Status.FAILED, Status.CANCELLED):
                    self._begin_again(record)
        except IntegrityError:
            return TaskRecord.objects.active().get(unique_key=self.get(task_id).unique_key)
        return record

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
                emit_all(events(record, Status.PENDING, 0))
                transaction.on_commit(lambda: dispatch(record), robust=True)
        except IntegrityError:
            twin = _twin(record)
            if twin is None:
                raise
            return twin
        return record

    def _write_some(self, drafts: Sequence[TaskRecord]) -> list[uuid.UUID]:
        """Put drafts of one task into the line with one INSERT (those for later into the outbox); gives the ids that were written."""
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
            emit_all([event for draft in drafts if draft.pk in written for event in events(draft, Status.PENDING, 0)[1:]])
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

    def _begin_again(self, record: TaskRecord) -> None:
        record.status, record.retries, record.lost, record.cancel_requested = Status.PENDING, 0, 0, False
        record.error = record.error_code = record.error_class = record.step = record.message = ""
        record.percent, record.run_after, record.finished_at, record.result = 0, None, None, None
        record.turn = queue.LAST
        if record.batch_id is None or not Batch.objects.filter(pk=record.batch_id, paused_at__isnull=False).exists():
            record.paused_at = record.paused_by = None
        record.save()
        spec = registry.get(record.name)
        if spec.on_retry is not None:
            spec.on_retry(record, job_of(record))
        emit_all(events(record, Status.PENDING, 0, restart=True))
        if record.batch_id is not None:
            batches.reopen(record.batch_id)
        transaction.on_commit(lambda: dispatch(record), robust=True)


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
