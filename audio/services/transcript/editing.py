"""What people change in a transcript: words, speakers, notes. Each verb asks for the right first, keeps what was before, and has the
document written anew a moment later.

Raises Http404 for who may not see the case, PermissionDenied for who may only read it, `documents.errors.Refused` for what cannot be done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from difflib import SequenceMatcher
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from audio.jobs import AudioProcessingJob
from audio.models import AudioNote, AudioSession, Speaker, TranscriptEdit, TranscriptSegment
from audio.services.transcript import document
from cases.models import AuditEvent, Role
from documents.errors import Refused
from tasks.manager import manager
from tasks.run import TaskRun

PUBLISH = "audio.publish_transcript"
LATER = timedelta(seconds=5)
LONGEST_TEXT, LONGEST_NAME, MOST_SEGMENTS = 5000, 120, 2000
Words = list[list[Any]]


def edit(session: AudioSession, segment_id: int, user: Any, text: str) -> TranscriptSegment:
    """Give a segment other words, which takes every doubt from it. Words that stay keep their times. Raises Refused (too_long, empty)."""
    text = " ".join(text.split())
    if not text:
        raise Refused(_("A segment cannot be empty; write what is heard, or [inaudible]."), "empty")
    if len(text) > LONGEST_TEXT:
        raise Refused(_("A segment has at most %(most)d characters.") % {"most": LONGEST_TEXT}, "too_long")
    with changing(session, user) as locked:
        segment = _segments(locked, [segment_id])[0]
        if text == segment.text and not segment.doubts:
            return segment
        TranscriptEdit.objects.create(segment=segment, user=user, before=segment.text, after=text)
        segment.words, segment.text, segment.doubts = realigned(segment.words, text, segment.start_s, segment.end_s), text, []
        segment.edited_by, segment.edited_at = user, timezone.now()
        segment.save()
        publish_later(locked, user)
        AuditEvent.write("audio.edited", case=locked.case, actor=user, target=locked, segment=segment.pk, at=segment.start_s)
    return segment


def assign(session: AudioSession, segment_ids: Sequence[int], user: Any, name: str) -> Speaker | None:
    """Say who speaks in these segments: a speaker of the recording by name, or one more; "" for nobody."""
    name = _name(name)
    if not 0 < len(segment_ids) <= MOST_SEGMENTS:
        raise Refused(_("Choose between 1 and %(most)d segments.") % {"most": MOST_SEGMENTS}, "too_many")
    with changing(session, user) as locked:
        segments = _segments(locked, segment_ids)
        speaker = _speaker_named(locked, name) if name else None
        chosen = TranscriptSegment.objects.filter(pk__in=[segment.pk for segment in segments])
        chosen.update(speaker=speaker, speaker_confirmed=True)
        publish_later(locked, user)
        AuditEvent.write("audio.speaker_assigned", case=locked.case, actor=user, target=locked, segments=len(segments), name=name)
    return speaker


def rename(session: AudioSession, number: int, user: Any, name: str) -> Speaker:
    """Say who a speaker is, wherever he is heard; where another of the recording is called so ("Speaker 2" is, too), the two are one from
    now on. An empty name takes back what was said: he is a proposal again."""
    name = _name(name)
    with changing(session, user) as locked:
        speaker = locked.speakers.filter(number=number).first()
        if speaker is None:
            raise Http404
        same = _called(locked, name) if name else None
        publish_later(locked, user)
        AuditEvent.write("audio.speaker_named", case=locked.case, actor=user, target=locked, before=str(speaker), name=name)
        if same is not None and same != speaker:
            same.segments.update(speaker_confirmed=True)
            speaker.segments.update(speaker=same, speaker_confirmed=True)
            speaker.delete()
            return same
        if same is None or not name:
            speaker.name = name
            speaker.save(update_fields=["name"])
        speaker.segments.update(speaker_confirmed=bool(name))
    return speaker


def note(session: AudioSession, user: Any, at_s: float, text: str) -> AudioNote:
    text = text.strip()
    if not text:
        raise Refused(_("Write something first."), "empty")
    with transaction.atomic():
        session.require(user, Role.EDITOR)
        made = AudioNote.objects.create(session=session, user=user, at_s=max(0.0, at_s), text=text[:LONGEST_TEXT])
        AuditEvent.write("audio.noted", case=session.case, actor=user, target=session, at=made.at_s)
    return made


def drop_note(session: AudioSession, note_id: int, user: Any) -> None:
    with transaction.atomic():
        session.require(user, Role.EDITOR)
        found = session.listener_notes.filter(pk=note_id).first()
        if found is None:
            raise Http404
        found.delete()
        AuditEvent.write("audio.note_deleted", case=session.case, actor=user, target=session, at=found.at_s)


def names_in_case(session: AudioSession) -> list[str]:
    """Names that people gave in the case's recordings, to be offered here."""
    named = Speaker.objects.filter(session__case=session.case_id, session__deleted_at=None).exclude(name="")
    return list(named.order_by("name").values_list("name", flat=True).distinct()[:200])


def publish(job: AudioProcessingJob, run: TaskRun) -> dict[str, Any]:
    """The task that writes the document anew after changes. It ends in the transaction that has the recording locked, as every change
    does: a later one finds it ended, and begins another."""
    result: dict[str, Any] = {}
    with run.publish(result):
        session = AudioSession.objects.select_for_update(of=("self",)).filter(pk=job.session_id, deleted_at=None).first()
        if session is not None and not session.processing:
            document.publish(session, user=run.record.user, parent=run.record)
    return result


def realigned(words: Words, text: str, start_s: float, end_s: float) -> Words:
    """The words of the new text: those that stay with their times, the others in between; a person's words are certain."""
    old, new = [str(word[2]) for word in words], text.split()
    made: Words = []
    for kind, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            made += [[word[0], word[1], word[2], 1.0] for word in words[first:last]]
        elif start < end:
            since = float(words[first][0]) if first < last else made[-1][1] if made else start_s
            until = float(words[last - 1][1]) if first < last else float(words[last][0]) if last < len(words) else end_s
            step = max(0.0, until - since) / (end - start)
            made += [[round(since + step * n, 2), round(since + step * (n + 1), 2), word, 1.0] for n, word in enumerate(new[start:end])]
    return made


@contextmanager
def changing(session: AudioSession, user: Any) -> Iterator[AudioSession]:
    """The recording, locked after the door."""
    with transaction.atomic():
        locked = AudioSession.objects.select_for_update(of=("self",)).select_related("case").filter(pk=session.pk).first()
        if locked is None:
            raise Http404
        locked.require(user, Role.EDITOR)
        if locked.processing:
            raise Refused(_("This recording is being processed just now. Wait for it, or cancel it first."), "busy")
        yield locked


def publish_later(session: AudioSession, user: Any) -> None:
    """Have the document written anew in a moment, once for all changes until then; in the transaction of the change."""
    job = AudioProcessingJob(session_id=session.pk, case_id=session.case_id)
    manager.submit(PUBLISH, job, scope=session.case_id, user=user, unique=True, run_after=timezone.now() + LATER)


def _segments(session: AudioSession, ids: Sequence[int]) -> list[TranscriptSegment]:
    found = list(session.segments.select_for_update(of=("self",)).filter(pk__in=ids, version=session.transcript_version).order_by("index"))
    if len(found) != len(set(ids)):
        raise Http404
    return found


def _speaker_named(session: AudioSession, name: str) -> Speaker:
    return _called(session, name) or new_speaker(session, name)


def _called(session: AudioSession, name: str) -> Speaker | None:
    return next((speaker for speaker in session.speakers.all() if str(speaker).lower() == name.lower()), None)


def new_speaker(session: AudioSession, name: str) -> Speaker:
    """One more, in the caller's transaction, which has locked the recording."""
    last: int = session.speakers.aggregate(last=Max("number"))["last"] or 0
    return Speaker.objects.create(session=session, number=last + 1, name=name)


def _name(name: str) -> str:
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME:
        raise Refused(_("A name has at most %(most)d characters.") % {"most": LONGEST_NAME}, "too_long")
    return name
