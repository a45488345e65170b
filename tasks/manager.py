"""The door to the task system: submit, get, cancel, retry."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _
from pydantic import BaseModel

from tasks import registry, topics
from tasks.dispatch import dispatch
from tasks.ending import finish, job_of
from tasks.models import Batch, Status, TaskRecord
from tasks.progress import emit_all
from tasks.run import events


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
        second one. Raises UnknownTask, and pydantic's ValidationError for a payload that does not fit.
        """
        spec = registry.get(name)
        job = payload if isinstance(payload, spec.payload) else spec.payload.model_validate(_plain(payload))
        values = job.model_dump(mode="json")
        record = TaskRecord(
            name=name, payload=values, topic=topic, scope=scope, priority=priority, parent=parent, batch=batch, run_after=run_after,
            schedule=schedule, schedule_key=schedule_key, unique_key=_unique_key(name, job, unique), user=_saved(user),
        )  # fmt: skip
        if share is not None:
            record.share_from, record.share_to = share
        return self._write(record)

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

    def _write(self, record: TaskRecord) -> TaskRecord:
        try:
            with transaction.atomic():
                record.save(force_insert=True)
                emit_all(events(record, Status.PENDING, 0))
                transaction.on_commit(partial(dispatch, record), robust=True)
        except IntegrityError:
            twin = _twin(record)
            if twin is None:
                raise
            return twin
        return record

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
        record.save()
        spec = registry.get(record.name)
        if spec.on_retry is not None:
            spec.on_retry(record, job_of(record))
        emit_all(events(record, Status.PENDING, 0, restart=True))
        transaction.on_commit(partial(dispatch, record), robust=True)


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
