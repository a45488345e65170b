"""What the task does with a recording: decode it once, hear it part by part, conclude. Each part is published when it is heard, so
that a crash costs at most the one in hand."""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audio.errors import failure
from audio.jobs import AudioProcessingJob
from audio.models import AudioPart, AudioSession, NoiseDetection, ProcessingMetric
from audio.services import sessions, spans
from audio.services.sampling import RATE, WINDOW_S, chunk_samples
from documents.services.sandbox import JobFailed, JobRefused, Limits
from documents.services.sandbox.pool import Pool
from documents.services.storage import blobs
from tasks.errors import Cancelled
from tasks.run import TaskRun

PART_S = 300
"""Seconds of a part: about a second of work."""
DECODED, HEARD = 35.0, 95.0
"""Percent of the whole at which decoding and hearing end."""
BYTES_A_SAMPLE = 2
OLD_SECONDS = 3600.0
limits = Limits(file_bytes=8 * 1024**3, cpu_seconds=3600, wall_seconds=3600)
pool = Pool("audio.services.child:run", scratch=lambda: settings.SCRATCH_FOLDER, limits=limits)


def process_audio_file(job: AudioProcessingJob, run: TaskRun) -> dict[str, Any]:
    """Decode, hear, conclude; goes on where an earlier attempt was stopped."""
    sweep()
    session = _begin(job, run)
    pcm = sessions.pcm_of(session)
    if session.duration_s is None or not pcm.exists() or not _belongs(session, pcm):
        session = _decode(session, pcm, run)
    _hear(session, pcm, run)
    result = _conclude(session, run)
    pcm.unlink(missing_ok=True)
    return result


def sweep() -> int:
    """Remove decoded sound that nobody works on any more: of recordings that were deleted, or whose attempts were all killed."""
    folder = blobs.private_folder(sessions.FOLDER)
    left = {path: path.name[:36] for path in folder.iterdir() if path.stat().st_mtime < time.time() - OLD_SECONDS}
    working = AudioSession.objects.filter(deleted_at=None).exclude(status__in=AudioSession.TERMINAL)
    known = {str(key) for key in working.filter(pk__in=set(left.values())).values_list("pk", flat=True)} if left else set()
    gone = [path for path, key in left.items() if key not in known]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _belongs(session: AudioSession, pcm: Path) -> bool:
    return abs(pcm.stat().st_size / BYTES_A_SAMPLE / RATE - (session.duration_s or 0)) < WINDOW_S


def _begin(job: AudioProcessingJob, run: TaskRun) -> AudioSession:
    with run.publish():
        session = _mine(job, run)
        session.status = AudioSession.Status.PROCESSING
        session.save(update_fields=["status", "updated"])
        sessions.announce(session, attempt=run.attempt)
    return session


def _mine(job: AudioProcessingJob, run: TaskRun) -> AudioSession:
    found = AudioSession.objects.select_for_update(of=("self",)).select_related("case")
    session = found.filter(pk=job.session_id, deleted_at=None, task_id=run.record.pk).first()
    if session is None:
        raise Cancelled
    return session


@contextmanager
def _publishing(session: AudioSession, run: TaskRun, result: dict[str, Any] | None = None) -> Iterator[AudioSession]:
    with run.publish(result):
        yield _mine(AudioProcessingJob(session_id=session.pk), run)


def _ask(job: dict[str, Any], run: TaskRun, progress: Any) -> dict[str, Any]:
    """A child's answer; its refusals and failures as sentences."""
    try:
        return pool.run(job, check=run.check, progress=progress)
    except JobRefused as refusal:
        raise failure(refusal.code, **refusal.details) from refusal
    except JobFailed as death:
        raise failure(f"audio_{death.code}", reason=death.reason) from death


def _decode(session: AudioSession, pcm: Path, run: TaskRun) -> AudioSession:
    draft, began = pcm.with_suffix(".draft"), time.monotonic()

    def progress(done: int, of: int) -> None:
        run.progress(DECODED * min(1.0, done / of), "decoding", _minutes(done / 10, of / 10))

    run.progress(0, "decoding")
    found = _ask({"do": "decode", "source": str(blobs.path_of(session)), "target": str(draft)}, run, progress)
    os.replace(draft, pcm)
    seconds = found["samples"] / RATE
    with _publishing(session, run) as session:
        AudioPart.objects.filter(session=session, version=session.version).delete()
        session.container, session.codec, session.duration_s = found["container"][:60], found["codec"][:40], seconds
        session.sample_rate, session.channels, session.notices = found["sample_rate"], found["channels"], _notices(found)
        session.save()
        _measure(session, "decoding", began, seconds, found["peak_memory_mb"])
    return session


def _notices(found: dict[str, Any]) -> list[dict[str, str]]:
    notices = []
    if found["missing_s"]:
        text = _("This recording is cut off: %(missing)s of the %(claimed)s that it claims are not there.")
        notices.append(_notice("cut_off", text, missing=clock(found["missing_s"]), claimed=clock(found["claimed_s"])))
    if found["broken"]:
        count = len(found["broken"])
        text = ngettext("%(n)s stretch could not be read, at %(at)s.", "%(n)s stretches could not be read, the first at %(at)s.", count)
        notices.append(_notice("stretches_unreadable", text, n=str(count), at=clock(found["broken"][0][0])))
    return notices


def _notice(code: str, text: str, **values: str) -> dict[str, str]:
    return {"code": code, "text": text % values}


def _hear(session: AudioSession, pcm: Path, run: TaskRun) -> None:
    """Every part that has not been heard yet."""
    total = pcm.stat().st_size // BYTES_A_SAMPLE
    known = set(AudioPart.objects.filter(session=session, version=session.version).values_list("index", flat=True))
    chunk = chunk_samples(total)
    of_part = PART_S * RATE // chunk * chunk or chunk  # whole chunks
    for index, first in enumerate(range(0, total, of_part)):
        run.progress(DECODED + (HEARD - DECODED) * first / total, "listening", _minutes(first / RATE, total / RATE))
        if index not in known:
            _hear_part(session, pcm, run, index, first, min(of_part, total - first), chunk)


def _hear_part(session: AudioSession, pcm: Path, run: TaskRun, index: int, first: int, samples: int, chunk: int) -> None:
    began = time.monotonic()
    heard = _ask({"do": "hear", "pcm": str(pcm), "first": first, "samples": samples, "chunk": chunk}, run, lambda done, of: None)
    columns = {name: base64.b64decode(heard[name]) for name in ("levels", "speech", "clipped")}
    with _publishing(session, run) as mine:
        AudioPart.objects.create(session=mine, version=mine.version, index=index, bad=heard["bad"], **columns)
        _measure(mine, "listening", began, samples / RATE, heard["peak_memory_mb"])


def _conclude(session: AudioSession, run: TaskRun) -> dict[str, Any]:
    """Spans and figures of the whole; what was heard before goes in the same transaction."""
    run.progress(HEARD, "concluding")
    parts = list(AudioPart.objects.filter(session=session, version=session.version).order_by("index"))
    levels = np.frombuffer(b"".join(bytes(part.levels) for part in parts), np.int8)
    speech = np.frombuffer(b"".join(bytes(part.speech) for part in parts), np.uint8)
    clipped = np.frombuffer(b"".join(bytes(part.clipped) for part in parts), np.uint8)
    found = spans.spans_of(levels, speech, clipped, session.duration_s or 0.0)
    spoken = round(sum(span.end_s - span.start_s for span in found if span.label == spans.SPEECH), 2)
    result = {"duration_s": session.duration_s, "speech_s": spoken, "detections": len(found)}
    with _publishing(session, run, result) as mine:
        NoiseDetection.objects.filter(session=mine).delete()
        NoiseDetection.objects.bulk_create(
            [NoiseDetection(session=mine, version=mine.version, **vars(span)) for span in found], batch_size=1000
        )
        AudioPart.objects.filter(session=mine).exclude(version=mine.version).delete()
        mine.speech_s, mine.snr_db = spoken, spans.snr_db(levels, speech)
        mine.notices += _bad_chunks(parts)
        mine.save()
        sessions.settle(mine, AudioSession.Status.READY)
    return result


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
    return [_notice("chunks_unreadable", text, n=str(chunks), at=clock(places[0]))]


def _measure(session: AudioSession, step: str, began: float, audio_s: float, peak_memory_mb: float) -> None:
    cost: dict[str, Any] = {"seconds": time.monotonic() - began, "audio_s": audio_s, "peak_memory_mb": peak_memory_mb}
    ProcessingMetric.objects.create(session=session, version=session.version, step=step, **cost)


def _minutes(done: float, of: float) -> str:
    return _("minute %(done)d of %(all)d") % {"done": done // 60, "all": max(1, round(of / 60))}


def clock(seconds: float) -> str:
    """00:14:05"""
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
