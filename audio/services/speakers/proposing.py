"""Who speaks in a recording, proposed: when its transcript is written, and again when somebody asks. What people have said stays.

Raises Http404 for who may not see the case, PermissionDenied for who may only read it, `documents.errors.Refused` for what cannot be done.
"""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from audio.errors import failure
from audio.jobs import SpeakersJob
from audio.models import AudioPart, AudioSession, Dictation, Speaker, TranscriptSegment
from audio.services.hearing import channels
from audio.services.speakers import weights
from audio.services.transcript import editing
from audio.services.work import ask, file_of, minutes, pool
from cases.models import AuditEvent
from documents.errors import Refused
from tasks.errors import Cancelled
from tasks.manager import manager
from tasks.models import TaskRecord
from tasks.run import TaskRun

PROPOSE = "audio.propose_speakers"
DECODED, TOLD = 30.0, 98.0
"""Percent of a proposal that was asked for at which the sound is there, and the voices are told."""
Groups = list[int | None]
Spans = list[tuple[float, float]]


def propose_later(session: AudioSession, user: Any, count: int | None = None) -> TaskRecord:
    """Have it told anew who speaks where no person has said so. `count`: how many people speak, where that is known.

    Asked for twice, it is done once. Raises Refused (busy, nothing_to_do, voices_missing).
    """
    with editing.changing(session, user) as locked:
        if not locked.transcript_version:
            raise Refused(_("There is no transcript, so there is nobody to be told apart."), "nothing_to_do")
        if not possible(locked):
            raise Refused(str(failure("voices_missing")), "voices_missing")
        AuditEvent.write("audio.speakers_asked", case=locked.case, actor=user, target=locked, count=count)
        job = SpeakersJob(session_id=locked.pk, case_id=locked.case_id, count=count)
        return manager.submit(PROPOSE, job, scope=locked.case_id, user=user, unique=str(locked.pk))


def newest(session: AudioSession) -> TaskRecord | None:
    """The last proposal that somebody asked for."""
    return TaskRecord.objects.filter(name=PROPOSE, scope=session.case_id, payload__session_id=str(session.pk)).first()


def possible(session: AudioSession) -> bool:
    """Whether it can be told who speaks in a recording."""
    return weights.available() or (session.channels or 1) > 1


def propose(job: SpeakersJob, run: TaskRun) -> dict[str, Any]:
    """The task: decode the recording, tell who speaks, and write it down, unless the transcript was written anew meanwhile."""
    session = AudioSession.objects.filter(pk=job.session_id, deleted_at=None).first()
    if session is None:
        raise Cancelled
    version = session.transcript_version
    spans = spans_of(session, version)
    scratch = pool.folder()
    try:
        pcm = scratch.path / "sound.pcm"
        with file_of(session) as path:
            ask({"do": "decode", "source": path, "target": pcm.name}, run, _decoding(run), scratch)
        groups = told(session, version, pcm, spans, run, since=DECODED, until=TOLD, count=job.count)
    finally:
        scratch.remove()
    result: dict[str, Any] = {}
    with run.publish(result):
        session = AudioSession.objects.select_for_update(of=("self",)).select_related("case").filter(pk=job.session_id).first()
        if session is None or session.deleted_at is not None:
            raise Cancelled
        if session.processing or session.transcript_version != version:
            raise failure("speakers_outdated")
        apply(session, groups)
        editing.publish_later(session, run.record.user)
        result.update(speakers=session.speakers.count(), told=sum(group is not None for group in groups), segments=len(groups))
    return result


def spans_of(session: AudioSession, version: int) -> Spans:
    """When each sentence of a version is said, in their order."""
    return list(session.segments.filter(version=version).order_by("index").values_list("start_s", "end_s"))


def told(
    session: AudioSession, version: int, pcm: Path, spans: Spans, run: TaskRun, *, since: float, until: float, count: int | None = None
) -> Groups:
    """Who speaks in each span, from 0: by channel where voices are on channels of their own, else by voice; None where that is unclear.

    Raises PermanentError where the voice encoder fails.
    """
    levels = None if count else channels.load(channels.channels_beside(pcm), session.channels or 1)
    by_channel = channels.channels_of(levels, spans) if levels is not None else []
    if any(channel is not None for channel in by_channel):
        return by_channel
    if not weights.available() or not spans:
        return [None] * len(spans)
    parts = AudioPart.objects.filter(session=session, version=version).order_by("index").values_list("speech", flat=True)
    speech = base64.b64encode(b"".join(bytes(part) for part in parts)).decode()
    run.progress(since, "speakers")

    def progress(done: int, of: int) -> None:
        end = spans[min(done, len(spans)) - 1][1]
        run.progress(since + (until - since) * done / max(of, 1), "speakers", minutes(end, session.duration_s or end))

    found: Groups = ask({"do": "speakers", "pcm": pcm, "spans": spans, "speech": speech, "count": count}, run, progress)["speakers"]
    return found


def apply(session: AudioSession, groups: Sequence[int | None]) -> None:
    """Write down who speaks in each sentence of the shown transcript, where no person has said so; in the caller's transaction, which has
    locked the recording. A group in which people have said who it is mostly is that speaker's, the others are numbered."""
    segments = list(session.segments.filter(version=session.transcript_version).order_by("index"))
    if len(segments) != len(groups):
        raise ValueError(f"{len(groups)} groups were told for {len(segments)} segments")
    if all(group is None for group in groups):
        return  # nothing is known that was not known before
    known = _known(segments, groups)
    confirmed = {segment.speaker_id for segment in segments if segment.speaker_confirmed and segment.speaker_id is not None}
    session.speakers.filter(name="").exclude(pk__in=confirmed).delete()
    taken = set(session.speakers.values_list("number", flat=True))
    free = (number for number in range(1, len(taken) + len(segments) + 1) if number not in taken)
    made: dict[int, int] = {}
    for segment, group in zip(segments, groups, strict=True):
        if segment.speaker_confirmed:
            continue
        if group is not None and group not in known and group not in made:
            made[group] = Speaker.objects.create(session=session, number=next(free)).pk
        segment.speaker_id = None if group is None else known.get(group) or made[group]
    TranscriptSegment.objects.bulk_update(segments, ["speaker"], batch_size=500)


def dictation_of(session: AudioSession) -> Dictation | None:
    """Where one person dictated whose name is known."""
    return Dictation.objects.filter(session=session).exclude(speaker="").first()


def dictated(session: AudioSession) -> bool:
    """Whether it is known who speaks because he dictated it; his name is written down, in the caller's transaction."""
    dictation = dictation_of(session)
    if dictation is None:
        return False
    name = dictation.speaker[: editing.LONGEST_NAME]
    speaker = session.speakers.first() or editing.new_speaker(session, name)
    session.segments.filter(speaker=None, speaker_confirmed=False).update(speaker=speaker, speaker_confirmed=True)
    return True


def _known(segments: Sequence[TranscriptSegment], groups: Sequence[int | None]) -> dict[int, int]:
    """{group: speaker} of groups of whose time, as far as people have said whose it is, most is one speaker's."""
    seconds: defaultdict[int, defaultdict[int | None, float]] = defaultdict(lambda: defaultdict(float))
    for segment, group in zip(segments, groups, strict=True):
        if segment.speaker_confirmed and group is not None:
            seconds[group][segment.speaker_id] += segment.end_s - segment.start_s
    known = {}
    for group, talk in seconds.items():
        speaker = max(talk, key=lambda each: talk[each])
        if speaker is not None and talk[speaker] * 2 > sum(talk.values()):
            known[group] = speaker
    return known


def _decoding(run: TaskRun) -> Any:
    def progress(done: int, of: int) -> None:
        run.progress(DECODED * min(1.0, done / of), "decoding", minutes(done / 10, of / 10))

    return progress
