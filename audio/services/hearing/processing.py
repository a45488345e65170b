"""What the task does with a recording: decode it once, hear it part by part, conclude. Each part is published when it is heard, so
that a crash costs at most the one in hand. The decoded sound stays for the transcript, where there will be one."""

from __future__ import annotations

import base64
import os
import shutil
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from numpy.typing import NDArray

from audio.jobs import AudioProcessingJob
from audio.models import AudioPart, AudioSession, NoiseDetection
from audio.services import sessions
from audio.services.hearing import spans
from audio.services.hearing.channels import channels_beside
from audio.services.hearing.sampling import RATE, WINDOW_S, chunk_samples
from audio.services.noise import versions
from audio.services.noise.features import STEP_WINDOWS
from audio.services.noise.heard import noise_spans
from audio.services.noise.labels import LABELS
from audio.services.transcription import weights
from audio.services.work import (
    BYTES_A_SAMPLE,
    FOLDER,
    ask,
    clock,
    drop_sound,
    file_of,
    is_whole,
    measure,
    mine,
    minutes,
    notice,
    pcm_of,
    pool,
    publishing,
)
from documents.errors import Refused
from documents.services.sandbox.room import made_in
from documents.services.storage import blobs, checks
from tasks.errors import PermanentError
from tasks.run import TaskRun

PART_S = 300
"""Seconds of a part: about a second of work."""
DECODED, HEARD = 35.0, 95.0
"""Percent of the whole at which decoding and hearing end."""
OLD_SECONDS = 3600.0


def process_audio_file(job: AudioProcessingJob, run: TaskRun) -> dict[str, Any]:
    """Decode, hear, conclude; goes on where an earlier attempt was stopped."""
    sweep()
    session = _begin(job, run)
    pcm = pcm_of(session)
    if not is_whole(session, pcm):
        session = _decode(session, pcm, run)
    _hear(session, pcm, run)
    result = _conclude(session, run)
    if not result["transcribing"]:
        drop_sound(session)
    return result


def sweep() -> int:
    """Remove decoded sound that nobody works on any more: of recordings that were deleted, or whose attempts were all killed."""
    folder = blobs.private_folder(FOLDER)
    left = {path: path.name[:36] for path in folder.iterdir() if path.stat().st_mtime < time.time() - OLD_SECONDS}
    working = AudioSession.objects.filter(deleted_at=None).exclude(status__in=AudioSession.TERMINAL)
    known = {str(key) for key in working.filter(pk__in=set(left.values())).values_list("pk", flat=True)} if left else set()
    gone = [path for path, key in left.items() if key not in known]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _begin(job: AudioProcessingJob, run: TaskRun) -> AudioSession:
    with run.publish():
        session = mine(job.session_id, run)
        session.status = AudioSession.Status.PROCESSING
        session.save(update_fields=["status", "updated"])
        sessions.announce(session, attempt=run.attempt)
    return session


def decode_again(session: AudioSession, run: TaskRun) -> Path:
    """The decoded sound of a recording that was heard before; made anew where it is gone."""
    pcm = pcm_of(session)
    if not is_whole(session, pcm):
        _decoded(session, pcm, run, lambda done, of: run.progress(0, "decoding", minutes(done / 10, of / 10)))
    return pcm


def _decoded(session: AudioSession, pcm: Path, run: TaskRun, progress: Any) -> dict[str, Any]:
    work = pool.folder()
    try:
        with file_of(session) as path:
            found = ask({"do": "decode", "source": path, "target": pcm.name}, run, progress, work)
        if found["channels"] > 1:
            _keep(made_in(work.path, channels_beside(pcm).name), channels_beside(pcm))
        _keep(made_in(work.path, pcm.name), pcm)
    finally:
        work.remove()
    return found


def _keep(made: Path, place: Path) -> None:
    """Move what a child wrote to its place; it is there whole or not at all, also where that is another disk."""
    draft = place.with_name(f"{place.stem}-draft{place.suffix}")
    shutil.move(made, draft)
    os.replace(draft, place)


def _decode(session: AudioSession, pcm: Path, run: TaskRun) -> AudioSession:
    began = time.monotonic()

    def progress(done: int, of: int) -> None:
        run.progress(DECODED * min(1.0, done / of), "decoding", minutes(done / 10, of / 10))

    run.progress(0, "decoding")
    classifier = versions.active()
    found = _decoded(session, pcm, run, progress)
    seconds = found["samples"] / RATE
    with publishing(session, run) as session:
        AudioPart.objects.filter(session=session, version=session.version).delete()
        session.container, session.codec, session.duration_s = found["container"][:60], found["codec"][:40], seconds
        session.sample_rate, session.channels = found["sample_rate"], found["channels"]
        session.notices = _notices(found) + checks.kept_notices(session.notices)
        session.noise_model = classifier
        session.save()
        measure(session, "decoding", began, seconds, found["peak_memory_mb"])
    return session


def _notices(found: dict[str, Any]) -> list[dict[str, str]]:
    notices = []
    if found["missing_s"]:
        text = _("This recording is cut off: %(missing)s of the %(claimed)s that it claims are not there.")
        notices.append(notice("cut_off", text, missing=clock(found["missing_s"]), claimed=clock(found["claimed_s"])))
    if found["broken"]:
        count = len(found["broken"])
        text = ngettext("%(n)s stretch could not be read, at %(at)s.", "%(n)s stretches could not be read, the first at %(at)s.", count)
        notices.append(notice("stretches_unreadable", text, n=str(count), at=clock(found["broken"][0][0])))
    return notices


def _hear(session: AudioSession, pcm: Path, run: TaskRun) -> None:
    """Every part that has not been heard yet."""
    total = pcm.stat().st_size // BYTES_A_SAMPLE
    known = set(AudioPart.objects.filter(session=session, version=session.version).values_list("index", flat=True))
    chunk = chunk_samples(total)
    of_part = PART_S * RATE // chunk * chunk or chunk  # whole chunks
    with ExitStack() as stack:
        classifier = _classifier(session, run, stack)
        for index, first in enumerate(range(0, total, of_part)):
            run.progress(DECODED + (HEARD - DECODED) * first / total, "listening", minutes(first / RATE, total / RATE))
            if index not in known:
                job = {"do": "hear", "pcm": pcm, "first": first, "samples": min(of_part, total - first), "chunk": chunk}
                classifier = _hear_part(session, run, index, job, classifier)


def _classifier(session: AudioSession, run: TaskRun, stack: ExitStack) -> versions.Proof | None:
    """What tells the noises; a version whose file cannot be believed is named in a notice, and nothing is told."""
    if session.noise_model is None:
        return None
    try:
        return stack.enter_context(versions.proof_of(session.noise_model))
    except Refused as refusal:
        _without_noises(session, run, refusal.message)
        return None


def _without_noises(session: AudioSession, run: TaskRun, reason: str) -> None:
    with publishing(session, run) as locked:
        locked.noise_model = None
        text = _("The kinds of noise are not told: %(reason)s")
        locked.notices = [*locked.notices, notice("no_noise_model", text, reason=reason)]
        locked.save(update_fields=["noise_model", "notices", "updated"])


def _hear_part(
    session: AudioSession, run: TaskRun, index: int, job: dict[str, Any], classifier: versions.Proof | None
) -> versions.Proof | None:
    """Publish what is heard; the classifier, as long as it works."""
    began = time.monotonic()
    try:
        heard = ask({**job, "classifier": classifier}, run, lambda done, of: None)
    except PermanentError as error:
        if not error.code.startswith("noise_"):
            raise
        classifier = None
        _without_noises(session, run, str(error))
        heard = ask({**job, "classifier": None}, run, lambda done, of: None)
    columns = {name: base64.b64decode(heard[name]) for name in ("levels", "speech", "clipped", "noises")}
    with publishing(session, run) as locked:
        AudioPart.objects.create(session=locked, version=locked.version, index=index, bad=heard["bad"], **columns)
        measure(locked, "listening", began, job["samples"] / RATE, heard["peak_memory_mb"])
    return classifier


def _conclude(session: AudioSession, run: TaskRun) -> dict[str, Any]:
    """Spans and figures of the whole; what was heard before goes in the same transaction. The next task writes the transcript."""
    run.progress(HEARD, "concluding")
    parts = list(AudioPart.objects.filter(session=session, version=session.version).order_by("index"))
    levels = np.frombuffer(b"".join(bytes(part.levels) for part in parts), np.int8)
    speech = np.frombuffer(b"".join(bytes(part.speech) for part in parts), np.uint8)
    clipped = np.frombuffer(b"".join(bytes(part.clipped) for part in parts), np.uint8)
    found = spans.spans_of(levels, speech, clipped, session.duration_s or 0.0)
    found = sorted([*found, *_noises(session, parts, levels)], key=lambda span: (span.start_s, span.end_s))
    spoken = round(sum(span.end_s - span.start_s for span in found if span.label == spans.SPEECH), 2)
    transcribing = weights.available() and bool(spoken)
    result = {"duration_s": session.duration_s, "speech_s": spoken, "detections": len(found), "transcribing": transcribing}
    with publishing(session, run, result) as locked:
        NoiseDetection.objects.filter(session=locked).delete()
        NoiseDetection.objects.bulk_create(
            [NoiseDetection(session=locked, version=locked.version, **vars(span)) for span in found], batch_size=1000
        )
        AudioPart.objects.filter(session=locked).exclude(version=locked.version).delete()
        locked.speech_s, locked.snr_db = spoken, spans.snr_db(levels, speech)
        locked.notices += _bad_chunks(parts)
        if spoken and not transcribing:
            locked.notices.append(notice("no_speech_model", _("There is no transcript: no speech model is installed on this server.")))
        locked.save()
        if transcribing:
            sessions.hand_over(locked, run.record)
        else:
            sessions.settle(locked, AudioSession.Status.READY)
    return result


def _noises(session: AudioSession, parts: list[AudioPart], levels: NDArray[np.int8]) -> list[spans.Span]:
    model = session.noise_model
    if model is None or not all(part.noises for part in parts):
        return []
    steps, unreadable = [], []
    for part in parts:
        windows = len(part.levels)
        told = np.frombuffer(bytes(part.noises), np.uint8).reshape(-1, len(LABELS))
        steps.append(np.repeat(told, STEP_WINDOWS, axis=0)[:windows])
        silent = np.zeros(windows, bool)
        for first, count, _reason in part.bad:
            silent[first : first + count] = True
        unreadable.append(silent)
    return noise_spans(np.concatenate(steps), levels, model.thresholds, session.duration_s or 0.0, np.concatenate(unreadable))


def _bad_chunks(parts: list[AudioPart]) -> list[dict[str, str]]:
    """ "2 of 412 chunks could not be read, at 00:14:05"."""
    window, places, chunks = 0, [], 0
    for part in parts:
        places += [(window + first) * WINDOW_S for first, _windows, _reason in part.bad]
        window += len(part.levels)
        chunks += len(part.bad)
    if not places:
        return []
    text = _("%(n)s chunks of this recording are no sound, the first at %(at)s.")
    return [notice("chunks_unreadable", text, n=str(chunks), at=clock(places[0]))]
