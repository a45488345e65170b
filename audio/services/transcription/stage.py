"""What the task does that writes a transcript: piece by piece, each published when it is done; then the document, then the end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from audio.errors import failure
from audio.jobs import AudioProcessingJob
from audio.models import AudioPart, AudioSession, TranscriptSegment
from audio.services import sessions
from audio.services.hearing.processing import decode_again
from audio.services.speakers import proposing
from audio.services.speakers.proposing import Groups
from audio.services.transcript import carrying, document
from audio.services.transcript.segments import Segment, segments_of
from audio.services.transcription import weights
from audio.services.transcription.client import TranscriberFailed, transcriber
from audio.services.transcription.clips import clips_of, pieces_of, wordless
from audio.services.transcription.doubts import doubts_about_clip
from audio.services.transcription.hotwords import hotwords_of
from audio.services.transcription.weights import NoSpeechModel
from audio.services.transcription.words import Clip, Heard, Word
from audio.services.work import drop_sound, measure, mine, minutes, notice, pcm_of, publishing
from tasks.errors import PermanentError
from tasks.run import TaskRun

WRITTEN, TOLD = 94.0, 98.0
"""Percent at which all words are there, and it is told who speaks."""
Result = dict[str, Any]


def transcribe(job: AudioProcessingJob, run: TaskRun) -> Result:
    """Write the transcript; goes on behind the last piece that an earlier attempt published."""
    session = _begin(job, run)
    try:
        _write(session, decode_again(session, run), run)
    except NoSpeechModel as missing:
        return _without(session, run, str(missing))
    except TranscriberFailed as broken:
        raise failure("speech_failed", reason=broken.reason) from broken
    return _conclude(session, run)


def _begin(job: AudioProcessingJob, run: TaskRun) -> AudioSession:
    with run.publish():
        session = mine(job.session_id, run)
        session.status = AudioSession.Status.TRANSCRIBING
        session.save(update_fields=["status", "updated"])
        sessions.announce(session, percent=sessions.HEARD, attempt=run.attempt)
    return session


def _write(session: AudioSession, pcm: Path, run: TaskRun) -> None:
    parts = AudioPart.objects.filter(session=session, version=session.version).order_by("index").values_list("speech", flat=True)
    speech = np.frombuffer(b"".join(bytes(part) for part in parts), np.uint8)
    clips = clips_of(speech, session.duration_s or 0.0)
    run.progress(0, "transcribing")
    left = [clip for clip in clips if clip.end_s > session.transcribed_s]
    if left and not session.transcribed_s:  # what a dead attempt of an older kind may have left
        TranscriptSegment.objects.filter(session=session, version=session.version).delete()
    hints = hotwords_of(session.case)
    for piece in pieces_of(left):
        session = _write_piece(session, pcm, piece, speech, hints, run)


def _write_piece(
    session: AudioSession, pcm: Path, piece: Sequence[Clip], speech: NDArray[np.uint8], hints: str, run: TaskRun
) -> AudioSession:
    began, whole = time.monotonic(), session.duration_s or 0.0
    heard: list[Heard] = []

    def on_heard(found: Heard) -> None:
        heard.append(found)
        run.progress(WRITTEN * found.clip.end_s / whole, "transcribing", minutes(found.clip.end_s, whole))

    ask = transcriber().transcribe
    language = ask(pcm, piece, check=run.check, on_heard=on_heard, language=session.language, hotwords=hints)
    heard = [_once_more(found, pcm, speech, language.code, run) for found in heard]
    segments = [segment for found in heard for segment in segments_of(found, speech, language.code)]
    with publishing(session, run) as locked:
        first = TranscriptSegment.objects.filter(session=locked, version=locked.version).count()
        TranscriptSegment.objects.bulk_create(_rows(locked, first, segments), batch_size=500)
        locked.language, locked.transcribed_s = language.code, piece[-1].end_s
        locked.save(update_fields=["language", "transcribed_s", "updated"])
        measure(locked, "transcribing", began, sum(clip.end_s - clip.start_s for clip in piece))
    return locked


def _once_more(found: Heard, pcm: Path, speech: NDArray[np.uint8], language: str, run: TaskRun) -> Heard:
    """A clip in which the model ran in circles is asked for again, without hints, and so is speech of which it said nothing (it may end
    a clip at a knock); the better answer counts."""
    if doubts_about_clip(found.words, speech):
        again = _again(found.clip, pcm, language, run)
        if len(doubts_about_clip(again, speech)) < len(doubts_about_clip(found.words, speech)):
            found = Heard(found.clip, again)
    for stretch in wordless(found, speech):
        more = _again(stretch, pcm, language, run)
        if more and not doubts_about_clip(more, speech):
            found = Heard(found.clip, _in_order([*found.words, *more]))
    return found


def _in_order(words: list[Word]) -> list[Word]:
    """By time, none beginning before the one before it has ended."""
    ordered: list[Word] = []
    for word in sorted(words):
        start = max(word.start_s, ordered[-1].end_s) if ordered else word.start_s
        ordered.append(word._replace(start_s=start, end_s=max(word.end_s, start)))
    return ordered


def _again(clip: Clip, pcm: Path, language: str, run: TaskRun) -> list[Word]:
    answers: list[Heard] = []
    transcriber().transcribe(pcm, [clip], check=run.check, on_heard=answers.append, language=language, again=True)
    return answers[0].words if answers else []


def _rows(session: AudioSession, first: int, segments: Sequence[Segment]) -> list[TranscriptSegment]:
    return [
        TranscriptSegment(
            session=session, version=session.version, index=first + place, start_s=segment.start_s, end_s=segment.end_s,
            text=segment.text, words=[list(word) for word in segment.words], confidence=segment.confidence, doubts=segment.doubts,
        )
        for place, segment in enumerate(segments)
    ]  # fmt: skip


def _conclude(session: AudioSession, run: TaskRun) -> Result:
    """The new transcript takes the old one's place, with what people changed in it; then it is read as a document."""
    began = time.monotonic()
    groups, notices = _told(session, run)
    run.progress(TOLD, "concluding")
    result: Result = {}
    with publishing(session, run, result) as locked:
        locked.engine = weights.speech_model().name
        carrying.replace(locked)
        if notices:
            locked.notices = [*locked.notices, *notices]
            locked.save(update_fields=["notices", "updated"])
        if not proposing.dictated(locked):
            proposing.apply(locked, groups)
        if any(group is not None for group in groups):
            measure(locked, "speakers", began, locked.duration_s or 0.0)
        result.update(segments=locked.segments.filter(version=locked.version).count(), language=locked.language)
        document.publish(locked, parent=run.record)
        sessions.settle(locked, AudioSession.Status.READY)
    drop_sound(session)
    return result


def _told(session: AudioSession, run: TaskRun) -> tuple[Groups, list[dict[str, str]]]:
    """Who speaks in each sentence of this version; a notice where that could not be told, which costs no transcript."""
    spans = proposing.spans_of(session, session.version)
    if proposing.dictation_of(session) is not None:
        return [None] * len(spans), []
    try:
        groups = proposing.told(session, session.version, pcm_of(session), spans, run, since=WRITTEN, until=TOLD)
        several = len({group for group in groups if group is not None}) > 1
        return groups if several else [None] * len(spans), []  # that one voice is one voice says nothing
    except PermanentError as error:
        text = _("Who speaks could not be told: %(reason)s")
        return [None] * len(spans), [notice("no_speakers", text, reason=str(error))]


def _without(session: AudioSession, run: TaskRun, reason: str) -> Result:
    """No model: what was heard is shown, and what is missing is said."""
    result: Result = {"segments": 0}
    with publishing(session, run, result) as locked:
        locked.notices = [*locked.notices, notice("no_speech_model", reason.replace("%", "%%"))]
        locked.save(update_fields=["notices", "updated"])
        sessions.settle(locked, AudioSession.Status.READY)
    drop_sound(session)
    return result
