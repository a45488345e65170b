"""The verbs of dictations. A dictation is a recording of its case whose bytes are still coming; one client at a time speaks into it.

Raises as `audio.services.sessions`.
"""

from __future__ import annotations

import base64
import binascii
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from audio.jobs import SpeakAudioJob
from audio.models import AudioSession, Dictation
from audio.services import sessions
from audio.services.dictation import frames
from audio.services.work import FOLDER
from cases.models import AuditEvent, Case, Role
from documents.errors import Refused
from documents.services.storage import blobs
from tasks.errors import PermanentError
from tasks.manager import manager
from tasks.models import TaskRecord
from tasks.run import TaskRun

SPEAK, RECORDED = "audio.process_speak_audio", "recorded"
PIECE = frames.LARGEST // 2
HELD_FOR = timedelta(seconds=8)
"""How long a client that says nothing keeps its place."""
ABANDONED_AFTER = timedelta(minutes=10)
Final = tuple[float, float, str]


def begin(case: Case, user: Any, title: str = "", speaker: str = "") -> AudioSession:
    """A dictation that waits for its first frame."""
    case.require(user, Role.EDITOR)
    title = " ".join(title.split())[:300] or _("Dictation of %(date)s") % {"date": timezone.localtime().strftime("%Y-%m-%d, %H:%M")}
    with transaction.atomic():
        session = AudioSession.objects.create(
            case=case, title=title, kind=AudioSession.Kind.DICTATION, created_by=user, name=f"{title}.wav"[-255:]
        )
        Dictation.objects.create(session=session, speaker=speaker or user.get_full_name() or user.get_username())
        AuditEvent.write("audio.dictation_begun", case=case, actor=user, target=session)
    return session


def path_of(session_id: UUID) -> Path:
    return blobs.private_folder(FOLDER) / f"{session_id}.frames"


def hold(session_id: UUID, user: Any, client: str) -> Dictation:
    """Take, or keep, the place at the microphone. Raises Http404 and PermissionDenied; Refused (ended, busy)."""
    with transaction.atomic():
        found = Dictation.objects.select_for_update(of=("self",)).select_related("session__case")
        dictation = found.filter(session_id=session_id).first()
        if dictation is None:
            raise Http404
        dictation.session.require(user, Role.EDITOR)
        if dictation.ended_at is not None:
            raise Refused(_("This dictation has ended."), "ended")
        now = timezone.now()
        if dictation.held_until is not None and dictation.held_until > now and dictation.client != client:
            raise Refused(_("Somebody else is dictating into this session just now."), "busy")
        dictation.client, dictation.held_until = client, now + HELD_FOR
        dictation.save(update_fields=["client", "held_until"])
    return dictation


def keep_final(session_id: UUID, final: Final) -> None:
    """What was written down stays, for who comes back."""
    with transaction.atomic():
        dictation = Dictation.objects.select_for_update().get(session_id=session_id)
        dictation.finals = [*dictation.finals, list(final)]
        dictation.save(update_fields=["finals"])


def finish(session: AudioSession, user: Any) -> AudioSession:
    """End the dictation: its frames become a recording, which is heard and written down like any other. A second call changes nothing."""
    with transaction.atomic():
        locked = AudioSession.objects.select_for_update(of=("self",)).select_related("case").filter(pk=session.pk).first()
        dictation = Dictation.objects.select_for_update().filter(session_id=session.pk).first()
        if locked is None or dictation is None:
            raise Http404
        locked.require(user, Role.EDITOR)
        return _finished(locked, dictation, user)


def _finished(session: AudioSession, dictation: Dictation, user: Any) -> AudioSession:
    if dictation.ended_at is not None:
        return session
    path = path_of(session.pk)
    with tempfile.TemporaryFile() as file:
        seconds = frames.write_wav(path, file, f"LexIntel dictation {session.pk}")
        file.seek(0)
        if seconds:
            stored = blobs.store(file, session.case_id)
            session.size, session.sha256, session.stored_as = stored.size, stored.sha256, stored.name
    dictation.ended_at, dictation.held_until = timezone.now(), None
    dictation.save(update_fields=["ended_at", "held_until"])
    session.save()
    AuditEvent.write("audio.dictation_ended", case=session.case, actor=user, target=session, seconds=round(seconds, 1))
    if seconds:
        sessions.process(session, user)
    else:
        sessions.settle(session, AudioSession.Status.FAILED, _("Nothing was recorded."), "no_samples")
    transaction.on_commit(lambda: path.unlink(missing_ok=True), robust=True)
    return session


def finish_abandoned() -> int:
    """Dictations that nobody has spoken into for a while become recordings; those without a sound are told so. Gives how many."""
    long_ago = timezone.now() - ABANDONED_AFTER
    left = Dictation.objects.filter(ended_at=None, session__created__lt=long_ago).filter(Q(held_until=None) | Q(held_until__lt=long_ago))
    count = 0
    for key in list(left.values_list("session_id", flat=True)[:500]):
        with transaction.atomic():
            session = AudioSession.objects.select_for_update(of=("self",)).select_related("case").filter(pk=key, deleted_at=None).first()
            dictation = Dictation.objects.select_for_update().filter(session_id=key, ended_at=None).first()
            if session is not None and dictation is not None:
                _finished(session, dictation, session.created_by)
                count += 1
    return count


def speak_later(user: Any, resource_id: UUID, audio_chunks: Sequence[str], user_name: str = "") -> tuple[AudioSession, TaskRecord]:
    """Submit `audio.process_speak_audio` for chunks that were recorded elsewhere; into a case, a dictation is begun for them."""
    chunks = decoded(audio_chunks)
    if sum(map(len, chunks)) > frames.MOST_SECONDS * frames.BYTES_A_SECOND:
        raise Refused(_("These chunks are longer than %(hours)d hours.") % {"hours": frames.MOST_SECONDS // 3600}, "too_long")
    with transaction.atomic():
        session = AudioSession.objects.visible_to(user).select_related("case").filter(pk=resource_id, dictation__isnull=False).first()
        if session is None:
            case = Case.objects.visible_to(user).filter(pk=resource_id).first()
            if case is None:
                raise Http404
            session = begin(case, user, speaker=user_name)
        hold(session.pk, user, RECORDED)
        job = SpeakAudioJob(resource_id=session.pk, audio_chunks=list(audio_chunks), user_name=user_name)
        record = manager.submit(SPEAK, job, scope=session.case_id, user=user)
    return session, record


def speak(job: SpeakAudioJob, run: TaskRun) -> dict[str, Any]:
    """The task: the chunks become the dictation's frames, and the dictation ends. A second run finds it ended."""
    user, result = run.record.user, {"session_id": str(job.resource_id)}
    dictation = Dictation.objects.select_related("session__case").filter(session_id=job.resource_id).first()
    if dictation is None or dictation.session.deleted_at is not None:
        raise PermanentError(_("There is no such dictation."), "not_found")
    if dictation.ended_at is not None:
        return result
    stored = frames.Frames(path_of(job.resource_id))
    try:
        pieces = [chunk[at : at + PIECE] for chunk in decoded(job.audio_chunks) for at in range(0, len(chunk), PIECE)]
        for number, piece in enumerate(pieces[stored.next :], stored.next):
            run.check()
            stored.take(number.to_bytes(4, "big") + piece)
        stored.sync()
    finally:
        stored.close()
    finish(dictation.session, user)
    return result


def decoded(chunks: Sequence[str]) -> list[bytes]:
    """Raises Refused (no_frame) for what is no base64 of 16-bit sound."""
    try:
        raw = [base64.b64decode(chunk, validate=True) for chunk in chunks]
    except (binascii.Error, ValueError) as error:
        raise Refused(_("The chunks are not base64."), "no_frame") from error
    if any(len(chunk) % 2 for chunk in raw):
        raise Refused(_("The chunks are not 16-bit sound with 16,000 samples a second on one channel."), "no_frame")
    return raw
