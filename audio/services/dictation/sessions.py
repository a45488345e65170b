"""The verbs of dictations. A dictation is a recording of its case whose bytes are still coming; one client at a time speaks into it.

Raises as `audio.services.sessions`.
"""

from __future__ import annotations

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

from audio.models import AudioSession, Dictation
from audio.services import sessions
from audio.services.dictation import frames
from audio.services.work import FOLDER
from cases.models import AuditEvent, Case, Role
from documents.errors import Refused
from documents.services.storage import blobs

HELD_FOR = timedelta(seconds=8)
"""How long a client that says nothing keeps its place."""
ABANDONED_AFTER = timedelta(minutes=10)
Final = tuple[float, float, str]


def begin(case: Case, user: Any, title: str = "") -> AudioSession:
    """A dictation that waits for its first frame."""
    case.require(user, Role.EDITOR)
    title = " ".join(title.split())[:300] or _("Dictation of %(date)s") % {"date": timezone.localtime().strftime("%Y-%m-%d, %H:%M")}
    with transaction.atomic():
        session = AudioSession.objects.create(
            case=case, title=title, kind=AudioSession.Kind.DICTATION, created_by=user, name=f"{title}.wav"[-255:]
        )
        Dictation.objects.create(session=session)
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


def speak(session: AudioSession, user: Any, chunks: Sequence[bytes]) -> AudioSession:
    """Frames that were recorded elsewhere, all at once; the dictation ends with them. Raises Refused (ended, busy, no_frame)."""
    hold(session.pk, user, "recorded")
    stored = frames.Frames(path_of(session.pk))
    try:
        for chunk in chunks:
            for first in range(0, len(chunk), frames.LARGEST // 2):
                stored.take(stored.next.to_bytes(4, "big") + chunk[first : first + frames.LARGEST // 2])
        stored.sync()
    except frames.FrameRefused as refusal:
        raise Refused(_("The chunks are not 16-bit sound with 16,000 samples a second on one channel."), "no_frame") from refusal
    finally:
        stored.close()
    return finish(session, user)
