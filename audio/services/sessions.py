"""The verbs of recordings: each checks who asks, changes in one transaction and writes its AuditEvent inside it.

Raises Http404 for who may not see the case, PermissionDenied for who sees it but may not do this, `documents.errors.Refused` for what
cannot be done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from audio.jobs import AudioProcessingJob
from audio.models import AudioSession
from audio.services import observers, timeline
from audio.services.transcription import weights
from audio.services.work import drop_sound
from cases.models import AuditEvent, Case, Role
from documents.errors import Refused
from documents.models import Document
from documents.services.ingest import restoring
from documents.services.ingest.acceptance import require_size
from documents.services.pipeline import lifecycle
from documents.services.storage import blobs
from documents.services.storage.names import clean_name, title_of
from tasks.batches import control
from tasks.manager import manager
from tasks.models import Batch, TaskRecord
from tasks.progress.access import access_changed
from tasks.progress.events import emit

Status = AudioSession.Status
PROCESS, TRANSCRIBE = "audio.process_audio_file", "audio.transcribe"
HEARD = 40
"""Percent of the whole at which everything but the transcript is done."""
_OUTCOME = {Status.READY: "succeeded", Status.FAILED: "failed", Status.CANCELLED: "cancelled", Status.PENDING: "pending"}


def accept_many(
    files: Sequence[tuple[blobs.Readable, str]], *, case: Case, user: Any, kind: str = AudioSession.Kind.HEARING,
    batch: Batch | None = None, start: bool = True,
) -> list[AudioSession]:  # fmt: skip
    """Take recordings into a case, all or none; when it returns and the transaction commits, bytes, rows and tasks are safe. Without
    `start` the caller submits their processing."""
    case.require(user, Role.EDITOR)
    arrived: list[tuple[blobs.Incoming, str]] = []
    try:
        for file, name in files:
            arrived.append((_received(file, case, name, named=len(files) > 1), clean_name(name)))
            arrived[-1][0].send()
        with transaction.atomic():
            if batch is None and len(arrived) > 1:
                batch = control.create("audio", arrived[0][1], case.pk, user, expected=len(arrived))
            ordered = sorted(arrived, key=lambda pair: pair[0].sha256)  # in one order everywhere, or two requests wait for each other
            made = {id(pair[0]): enter(pair[0].keep(), pair[1], case, user, kind=kind, batch=batch, start=start) for pair in ordered}
        return [made[id(incoming)] for incoming, _name in arrived]
    finally:
        for incoming, _name in arrived:
            incoming.discard()


def _received(file: blobs.Readable, case: Case, name: str, *, named: bool) -> blobs.Incoming:
    incoming = blobs.receive(file, case.pk)
    try:
        require_size(incoming.size)
    except Refused as refusal:
        incoming.discard()
        raise refusal.about(clean_name(name)) if named else refusal from None
    return incoming


def enter(
    stored: blobs.Stored, name: str, case: Case, user: Any, *, kind: str = AudioSession.Kind.HEARING, batch: Batch | None = None,
    attached_to: Document | None = None, found_by: TaskRecord | None = None, start: bool = True, about: dict[str, Any] | None = None,
) -> AudioSession:  # fmt: skip
    """Make the row of bytes that are kept, with its task. The right to do so has been checked; runs in the caller's transaction. `about`
    is what the place it was found in says of it, and the tags of its transcript."""
    session = AudioSession(
        case=case, title=title_of(name), name=name, kind=AudioSession.Kind(kind), size=stored.size, sha256=stored.sha256,
        stored_as=stored.name, attached_to=attached_to, about=about or {}, created_by=user if getattr(user, "pk", None) else None,
    )  # fmt: skip
    _insert(session)
    timeline.follow(session)
    AuditEvent.write("audio.added", case=case, actor=user, target=session, name=name, sha256=stored.sha256)
    if session.duplicate_of is None:
        if start:
            process(session, user, batch=batch, found_by=found_by)
    elif batch is not None:
        control.withdraw(batch.pk)
    return session


def _insert(session: AudioSession) -> None:
    def insert() -> None:
        session.status = Status.READY if session.duplicate_of else Status.PENDING
        session.save(force_insert=True)

    _save_once(session, insert)


def _save_once(session: AudioSession, save: Callable[[], None]) -> None:
    """As the case's original of these bytes, else as its duplicate; the unique constraint decides between two who come at once."""
    for _attempt in range(5):
        same = AudioSession.objects.filter(case=session.case, sha256=session.sha256, duplicate_of=None, deleted_at=None).exclude(
            pk=session.pk
        )
        session.duplicate_of = same.select_for_update(of=("self",)).first()
        try:
            with transaction.atomic():
                save()
        except IntegrityError as error:
            if "recording_once_in_a_case" not in str(error):
                raise
            continue
        return
    raise RuntimeError("The same bytes were added and deleted five times while this row was being made.")


def process(session: AudioSession, user: Any, *, batch: Batch | None = None, found_by: TaskRecord | None = None) -> TaskRecord:
    """Submit the processing of a row that the caller has locked or just made."""
    job = AudioProcessingJob(session_id=session.pk, case_id=session.case_id)
    with transaction.atomic():
        share = (0, HEARD) if weights.available() else None
        record = manager.submit(
            PROCESS, job, topic=session.topic, scope=session.case_id, user=user, batch=batch, parent=found_by, share=share
        )
        session.status, session.error, session.error_code, session.task_id = Status.PENDING, "", "", record.pk
        session.save(update_fields=["status", "error", "error_code", "task_id", "version", "updated"])
        announce(session, restart=True)
    return record


def hand_over(session: AudioSession, record: TaskRecord) -> None:
    """What can be heard is heard: the next task writes the transcript. In the transaction that ends the first; the row is locked."""
    job = AudioProcessingJob(session_id=session.pk, case_id=session.case_id)
    following = manager.submit(
        TRANSCRIBE, job, topic=session.topic, scope=session.case_id, user=None, parent=record, share=(HEARD, 100), priority=record.priority
    )
    session.status, session.task_id, session.transcribed_s = Status.TRANSCRIBING, following.pk, 0.0
    session.save(update_fields=["status", "task_id", "transcribed_s", "updated"])
    announce(session, percent=HEARD)


def announce(session: AudioSession, *, percent: float = 0, message: str = "", attempt: int = 0, restart: bool = False) -> None:
    """Tell the recording's topic how it stands, in the caller's transaction. A terminal status is a terminal event."""
    status = _OUTCOME.get(Status(session.status), "started")
    emit(
        session.topic, scope=session.case_id, status=status, step=str(session.status), percent=100 if status == "succeeded" else percent,
        message=message or session.error, task=session.task_id, attempt=attempt, restart=restart,
    )  # fmt: skip


def reprocess(session: AudioSession, user: Any, *, batch: Batch | None = None) -> TaskRecord:
    """Hear it anew; what was heard before is shown until the new is there. Raises Refused (busy, duplicate)."""
    with transaction.atomic():
        session = _locked(session, user)
        if session.processing and (session.task_id is not None or not session.stored_as):  # without bytes it is still coming in
            raise Refused(_("This recording is being processed just now. Wait for it, or cancel it first."), "busy")
        if session.task_id is not None:  # else it is heard for the first time
            session.version += 1
            AuditEvent.write("audio.reprocessed", case=session.case, actor=user, target=session)
        return process(session, user, batch=batch)


def cancel(session: AudioSession, user: Any) -> None:
    """Stop the processing. Raises Refused (not_running)."""
    session.require(user, Role.EDITOR)
    if not session.processing or session.task_id is None:
        raise Refused(_("This recording is not being processed."), "not_running")
    manager.cancel(session.task_id, by=user)


def retry(session: AudioSession, user: Any) -> None:
    """Go on where it failed or was stopped. Raises Refused (not_failed)."""
    session.require(user, Role.EDITOR)
    if session.status not in (Status.FAILED, Status.CANCELLED) or session.task_id is None:
        raise Refused(_("This recording has not failed; nothing is to be tried again."), "not_failed")
    manager.retry(session.task_id, user)


def pin(session: AudioSession, user: Any, *, pinned: bool) -> None:
    """Keep the recording from the clean-up of old ones, or give it back to it."""
    with transaction.atomic():
        session = _locked(session, user, allow_duplicate=True)
        if session.pinned != pinned:
            session.pinned = pinned
            session.save(update_fields=["pinned", "updated"])
            AuditEvent.write("audio.pinned" if pinned else "audio.unpinned", case=session.case, actor=user, target=session)


def restore(session: AudioSession, user: Any) -> None:
    """Take a deletion back; what was heard is still there. Where the same bytes came into the case meanwhile it is their duplicate from
    now on. Raises Refused (not_deleted)."""
    with transaction.atomic():
        restored = AudioSession.objects.select_for_update(of=("self",)).select_related("case").get(pk=session.pk)
        restored.case.require(user, Role.EDITOR)
        if restored.deleted_at is None:
            raise Refused(_("This recording is not deleted."), "not_deleted")
        restored.deleted_at, was_copy = None, restored.duplicate_of_id is not None
        _save_once(restored, lambda: restored.save(update_fields=["deleted_at", "duplicate_of", "updated"]))
        AuditEvent.write("audio.restored", case=restored.case, actor=user, target=restored, title=restored.title)
        if restored.document is not None and restored.document.deleted_at is not None:
            restoring.restore(restored.document, user)
        if restored.duplicate_of is not None:
            restored.duplicates.update(duplicate_of=restored.duplicate_of)
            settle(restored, Status.READY)
        elif was_copy:
            process(restored, user)  # it was heard as another one, which is gone
        else:
            announce(restored, restart=True)


def delete(session: AudioSession, user: Any) -> None:
    """Take the recording and its transcript out of sight; rows and bytes stay until a purge. Raises Refused (legal_hold)."""
    with transaction.atomic():
        session = _locked(session, user, allow_duplicate=True)
        if session.case.legal_hold:
            raise Refused(_("This case is under legal hold; nothing in it can be deleted."), "legal_hold")
        was_processing = session.processing
        session.deleted_at = timezone.now()
        session.save(update_fields=["deleted_at", "updated"])
        if was_processing:
            settle(session, Status.CANCELLED)
        _delete_transcript(session, user)
        AuditEvent.write("audio.deleted", case=session.case, actor=user, target=session, title=session.title)
        access_changed(topics=[session.topic])
    if was_processing and session.task_id:
        manager.cancel(session.task_id, by=user)
    control.leave(session.topic)


def _delete_transcript(session: AudioSession, user: Any) -> None:
    """Nobody finds words whose recording is gone; a copy of it that stays keeps them."""
    document = session.document
    if document is not None and document.deleted_at is None and not session.duplicates.filter(deleted_at=None).exists():
        lifecycle.delete(document, user)


def settle(session: AudioSession, status: str, error: str = "", code: str = "") -> None:
    """End the processing, once: the status and its one terminal event in the caller's transaction."""
    session.status, session.error, session.error_code = status, error, code
    session.save(update_fields=["status", "error", "error_code", "updated"])
    announce(session)
    if status == Status.READY and session.duplicate_of_id is None:
        observers.tell_ready(session)


def end_of_task(record: TaskRecord, session_id: UUID, outcome: str) -> None:
    """The task ended for good: where it was the recording's newest, its failure or cancel is the recording's."""
    session = AudioSession.objects.select_for_update(of=("self",)).filter(pk=session_id, task_id=record.pk, deleted_at=None).first()
    if outcome == "succeeded" or session is None or not session.processing:
        return
    transaction.on_commit(lambda: drop_sound(session), robust=True)
    if outcome == "cancelled":
        settle(session, Status.CANCELLED)
    else:
        settle(session, Status.FAILED, record.error or _("Processing stopped for an unknown reason."), record.error_code)


def retry_of_tasks(records: Sequence[TaskRecord]) -> None:
    """People try tasks themselves again: where one is its recording's newest, the recording goes on with it."""
    ended = AudioSession.objects.filter(task_id__in=[record.pk for record in records], deleted_at=None)
    for session in ended.filter(status__in=(Status.FAILED, Status.CANCELLED)).select_for_update(of=("self",)).order_by("pk"):
        session.status, session.error, session.error_code = Status.PENDING, "", ""
        session.save(update_fields=["status", "error", "error_code", "updated"])
        announce(session, restart=True)


def _locked(session: AudioSession, user: Any, *, allow_duplicate: bool = False) -> AudioSession:
    fresh = AudioSession.objects.select_for_update(of=("self",)).select_related("case").filter(pk=session.pk).first()
    if fresh is None:
        raise Http404
    fresh.require(user, Role.EDITOR)
    if fresh.duplicate_of_id and not allow_duplicate:
        raise Refused(_("The same recording is in this case already; process that one."), "duplicate")
    return fresh
