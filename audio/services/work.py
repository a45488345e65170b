"""What every task of a recording does with the database: make sure that the recording is still its own, publish, write down the cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from audio.errors import failure
from audio.models import AudioSession, ProcessingMetric
from audio.services.hearing.channels import channels_beside
from audio.services.hearing.sampling import RATE, WINDOW_S
from documents.services.extraction.parsers.subtitles import clock
from documents.services.sandbox import JobFailed, JobRefused, Limits
from documents.services.sandbox.folders import Folder
from documents.services.sandbox.pool import Pool
from documents.services.storage import blobs
from tasks.errors import Cancelled
from tasks.run import TaskRun

__all__ = ["ask", "clock", "drop_sound", "file_of", "is_whole", "measure", "mine", "minutes", "notice", "pcm_of", "publishing"]
BYTES_A_SAMPLE = 2
FOLDER = ".audio"
limits = Limits(file_bytes=8 * 1024**3, cpu_seconds=3600, wall_seconds=3600)
pool = Pool("audio.services.hearing.child:run", scratch=lambda: settings.SCRATCH_FOLDER, limits=limits)


def mine(session_id: Any, run: TaskRun) -> AudioSession:
    """The recording, locked in the caller's transaction. Raises Cancelled where it has moved on without this task."""
    found = AudioSession.objects.select_for_update(of=("self",)).select_related("case")
    session = found.filter(pk=session_id, deleted_at=None, task_id=run.record.pk).first()
    if session is None:
        raise Cancelled
    return session


@contextmanager
def publishing(session: AudioSession, run: TaskRun, result: dict[str, Any] | None = None) -> Iterator[AudioSession]:
    """One transaction in which this attempt holds its claim and the recording is locked; with a `result` the task ends in it."""
    with run.publish(result):
        yield mine(session.pk, run)


def ask(job: dict[str, Any], run: TaskRun, progress: Callable[[int, int], None], folder: Folder | None = None) -> dict[str, Any]:
    """A child's answer; its refusals and failures as sentences. What it writes is in `folder`."""
    try:
        return pool.run(job, check=run.check, progress=progress, folder=folder)
    except JobRefused as refusal:
        raise failure(refusal.code, **refusal.details) from refusal
    except JobFailed as death:
        raise failure(f"audio_{death.code}", reason=death.reason) from death


@contextmanager
def file_of(session: AudioSession) -> Iterator[Path]:
    """A path with the recording as it came, as long as the context lasts."""
    with ExitStack() as stack:
        try:
            path = stack.enter_context(blobs.as_file(session))
        except FileNotFoundError as error:
            raise failure("file_missing") from error
        yield path


def pcm_of(session: AudioSession) -> Path:
    """Where the decoded sound lies while it is worked on."""
    return blobs.private_folder(FOLDER) / f"{session.pk}-{session.version}.pcm"


def drop_sound(session: AudioSession) -> None:
    """What was decoded goes with the work."""
    pcm = pcm_of(session)
    pcm.unlink(missing_ok=True)
    channels_beside(pcm).unlink(missing_ok=True)


def is_whole(session: AudioSession, pcm: Path) -> bool:
    """Whether the decoded sound is there, all of it."""
    if session.duration_s is None or not pcm.exists():
        return False
    return abs(pcm.stat().st_size / BYTES_A_SAMPLE / RATE - session.duration_s) < WINDOW_S


def measure(session: AudioSession, step: str, began: float, audio_s: float, peak_memory_mb: float | None = None) -> None:
    cost: dict[str, Any] = {"seconds": time.monotonic() - began, "audio_s": audio_s, "peak_memory_mb": peak_memory_mb}
    ProcessingMetric.objects.create(session=session, version=session.version, step=step, **cost)


def notice(code: str, text: str, **values: str) -> dict[str, str]:
    return {"code": code, "text": text % values}


def minutes(done: float, of: float) -> str:
    return _("minute %(done)d of %(all)d") % {"done": done // 60, "all": max(1, round(of / 60))}
