"""Writing the terminal state of a record, whoever does it: the worker, the rescuer, or the person who cancels."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models.functions import Now
from pydantic import BaseModel, ValidationError

from tasks import registry
from tasks.base.connections import prepared
from tasks.models import Status, TaskAttempt, TaskRecord
from tasks.progress import events
from tasks.progress.announcements import events_of
from tasks.progress.events import emit_all
from tasks.progress.transport import publisher

log = logging.getLogger(__name__)
TRACEBACK_LIMIT = 8000


def finish(
    record: TaskRecord, status: Status, *, result: dict[str, Any] | None = None, error: str = "", code: str = "", error_class: str = ""
) -> None:
    """End a record that the caller has locked in his transaction: state, the owner's `on_end`, the terminal event."""
    record.status = status
    record.result, record.error, record.error_code, record.error_class = result, error, code[:60], error_class[:200]
    record.finished_at, record.lease_until = Now(), None
    if status == Status.SUCCEEDED:
        record.percent = 100
    record.save(update_fields=["status", "result", "error", "error_code", "error_class", "finished_at", "lease_until", "percent"])
    del record.finished_at  # by the database's clock: read when somebody asks
    _tell_owner(record, status)
    emit_all(events_of(record, status, record.percent, record.step, error))


def cancel_waiting(records: Sequence[TaskRecord], by: Any) -> None:
    """End records that wait, which the caller has locked in his transaction, as `finish` does, with a few statements for all of them."""
    ending = {"status": Status.CANCELLED, "cancelled_by": by, "result": None, "error": "", "error_code": "", "error_class": ""}
    keys = [record.pk for record in records]
    TaskRecord.objects.filter(pk__in=keys).update(**ending, finished_at=Now(), lease_until=None)
    for record in records:
        for field, value in ending.items():
            setattr(record, field, value)
        _tell_owner(record, Status.CANCELLED)
    told = [event for record in records for event in events_of(record, Status.CANCELLED, record.percent, record.step)]
    emit_all(list({event.topic: event for event in told}.values()))


SUCCEED = """
WITH held AS (
    UPDATE tasks_taskrecord SET status = 'succeeded', result = %s::jsonb, error = '', error_code = '', error_class = '', percent = 100,
        finished_at = statement_timestamp(), lease_until = NULL
    WHERE id = %s AND attempt = %s AND status = 'started' RETURNING id, attempt
), closed AS (
    UPDATE tasks_taskattempt a SET ended = statement_timestamp(), outcome = 'succeeded' FROM held
    WHERE a.record_id = held.id AND a.number = held.attempt
), told AS ({upsert})
SELECT (SELECT count(*) FROM held), told.* FROM (VALUES (1)) AS one LEFT JOIN told ON true
"""


def succeed_at_once(record: TaskRecord, attempt: int, result: dict[str, Any] | None) -> bool:
    """End an attempt that nobody else has a part in (no owner, no log) with one statement; False where the claim is lost."""
    upsert, values = events.upsert(events_of(record, Status.SUCCEEDED, 100, record.step), "EXISTS (SELECT FROM held)")
    stored = None if result is None else json.dumps(result, cls=DjangoJSONEncoder)
    rows = prepared(SUCCEED.format(upsert=upsert), [stored, record.pk, attempt, *values])
    stored_events = [events.told(row[1:]) for row in rows if row[1] is not None]
    transaction.on_commit(lambda: publisher.publish(stored_events), robust=True)
    return bool(rows[0][0])


def close_attempt(
    record: TaskRecord, number: int, outcome: TaskAttempt.Outcome, *, error_class: str = "", message: str = "", trace: str = ""
) -> None:
    """Write how an attempt ended (traceback trimmed at its front: the end names the cause)."""
    TaskAttempt.objects.filter(record=record, number=number).update(
        ended=Now(),
        outcome=outcome,
        error_class=error_class[:200],
        message=message,
        traceback=trace.replace("\x00", "")[-TRACEBACK_LIMIT:],
    )


def job_of(record: TaskRecord) -> BaseModel | None:
    """The record's payload as its model; unvalidated where the code no longer accepts it, None where the task is unknown."""
    if not registry.is_registered(record.name):
        return None
    payload = registry.get(record.name).payload
    try:
        return payload.model_validate(record.payload)
    except ValidationError:
        return payload.model_construct(**record.payload)


def _tell_owner(record: TaskRecord, status: Status) -> None:
    """Success stands or falls with what the owner writes; a failure or a cancellation stands in any case."""
    spec = registry.get(record.name) if registry.is_registered(record.name) else None
    if spec is None or spec.on_end is None:
        return
    if status == Status.SUCCEEDED:
        spec.on_end(record, job_of(record), str(status))
        return
    try:
        with transaction.atomic():
            spec.on_end(record, job_of(record), str(status))
    except Exception:  # the end of one task must not depend on its owner's mistake
        log.exception("on_end of %s failed", record)
