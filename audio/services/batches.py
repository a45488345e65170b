"""Many recordings as one batch. Each is a task of its own, so one that is broken fails alone and the batch says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from audio.jobs import BatchProcessingJob
from audio.models import AudioSession
from audio.services import sessions
from cases.models import Case, Role
from documents.errors import Refused
from documents.services.storage import blobs
from documents.services.storage.names import clean_name
from tasks.batches import control
from tasks.manager import manager
from tasks.models import Batch, TaskRecord
from tasks.run import TaskRun

TASK = "audio.batch_process_files"
Notices = list[dict[str, str]]


def process_many(case: Case, user: Any, keys: Sequence[UUID]) -> tuple[Batch, TaskRecord]:
    """Hear recordings of a case anew. Raises Http404 where one is not of this case."""
    case.require(user, Role.EDITOR)
    wanted = list(dict.fromkeys(keys))
    found = AudioSession.objects.filter(case=case, deleted_at=None).in_bulk(wanted)
    if len(found) != len(wanted):
        raise Http404
    with transaction.atomic():
        batch = control.create("audio", found[wanted[0]].title, case.pk, user, expected=len(wanted))
        return batch, _submit(batch, wanted, user)


def take_many(
    files: Sequence[tuple[blobs.Readable, str]], *, case: Case, user: Any, kind: str = AudioSession.Kind.HEARING
) -> tuple[Batch, TaskRecord, Notices]:
    """Take recordings in and hear them. A file that is refused is left out and told; where all are, Refused is raised."""
    case.require(user, Role.EDITOR)
    refused: Notices = []
    with transaction.atomic():
        batch = control.create("audio", clean_name(files[0][1]), case.pk, user, expected=len(files))
        made: list[UUID] = []
        for file, name in files:
            try:
                (session,) = sessions.accept_many([(file, name)], case=case, user=user, kind=kind, batch=batch, start=False)
            except Refused as refusal:
                if len(files) == 1 or refusal.code == "storage_full":
                    raise
                refused.append({"name": clean_name(name), "detail": refusal.message})
                control.withdraw(batch.pk)
                continue
            if session.duplicate_of is None:
                made.append(session.pk)
        if len(refused) == len(files):
            raise Refused(_("None of these files could be taken. %(first)s") % {"first": refused[0]["detail"]}, "all_refused")
        return batch, _submit(batch, made, user), refused


def batch_process_files(job: BatchProcessingJob, run: TaskRun) -> dict[str, Any]:
    """Submit each recording of the batch; those that cannot be are told in the result and the batch does not wait for them."""
    batch = Batch.objects.get(pk=job.batch_id)
    submitted, left_out = 0, []
    for number, key in enumerate(job.session_ids):
        run.check()
        run.progress(
            100 * number / len(job.session_ids), "submitting", _("%(done)d of %(all)d") % {"done": number, "all": len(job.session_ids)}
        )
        reason = _started(key, batch, run.record.user)
        submitted += not reason
        if reason:
            left_out.append({"id": str(key), "detail": reason})
    return {"submitted": submitted, "left_out": left_out}


def end_of_task(job: BatchProcessingJob, outcome: str, error: str, code: str) -> None:
    """The task ended for good: recordings that it did not come to are not waited for any more."""
    if outcome == "succeeded":
        return
    waiting = AudioSession.objects.filter(pk__in=job.session_ids, status=AudioSession.Status.PENDING, task_id=None, deleted_at=None)
    for session in waiting.select_for_update(of=("self",)).order_by("pk"):
        if outcome == "cancelled":
            sessions.settle(session, AudioSession.Status.CANCELLED)
        else:
            sessions.settle(session, AudioSession.Status.FAILED, error, code)
        control.withdraw(job.batch_id)


def _submit(batch: Batch, keys: list[UUID], user: Any) -> TaskRecord:
    job = BatchProcessingJob(batch_id=batch.pk, session_ids=keys)
    return manager.submit(TASK, job, topic=f"audio-batch:{batch.pk}", scope=batch.scope, user=user)


def _started(key: UUID, batch: Batch, user: Any) -> str:
    """Submit one; gives why it was left out, "" where it was not. Once only, also where this task begins again after a crash."""
    if TaskRecord.objects.filter(batch=batch, topic=f"audio:{key}").exists():
        return ""
    session = AudioSession.objects.filter(pk=key, deleted_at=None).first()
    try:
        with transaction.atomic():
            if session is None:
                raise Refused(_("This recording is not there any more."), "gone")
            sessions.reprocess(session, user, batch=batch)
    except Refused as refusal:
        control.withdraw(batch.pk)
        return refusal.message
    return ""
