"""The tasks of recordings: payload in, service called, result out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings

from audio.jobs import AudioProcessingJob, SpeakAudioJob
from audio.services import processing, sessions
from audio.services.dictation import sessions as dictations
from audio.services.speaking import cache
from audio.services.transcript import editing
from audio.services.transcription import stage
from tasks.models import TaskRecord
from tasks.registry import NoPayload, task
from tasks.run import TaskRun
from tasks.scheduling.schedules import Schedule, declare


def session_ended(record: TaskRecord, job: AudioProcessingJob, outcome: str) -> None:
    """Final failure or cancel is the recording's, in the transaction that says so of the task."""
    sessions.end_of_task(record, job.session_id, outcome)


def sessions_retried(retried: Sequence[tuple[TaskRecord, AudioProcessingJob]]) -> None:
    sessions.retry_of_tasks([record for record, _job in retried])


@task(sessions.PROCESS, payload=AudioProcessingJob, heavy=True, on_end=session_ended, on_retry=sessions_retried)
def process_audio_file(job: AudioProcessingJob, run: TaskRun) -> dict[str, Any]:
    """Hear a recording: levels, clipping, where somebody speaks."""
    return processing.process_audio_file(job, run)


@task("audio.cleanup_speech")
def cleanup_speech(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Remove what was read aloud long ago, on the machine where this runs."""
    return {"files": cache.sweep()}


declare(Schedule("Clean up speech", "audio.cleanup_speech", crontab="45 2 *", description="Daily 02:45 UTC."))


@task(
    sessions.TRANSCRIBE,
    payload=AudioProcessingJob,
    heavy=True,
    on_end=session_ended,
    on_retry=sessions_retried,
    concurrency=settings.TRANSCRIPTIONS_AT_ONCE,
    soft_limit=6 * 3600,
    hard_limit=6.5 * 3600,
)
def transcribe(job: AudioProcessingJob, run: TaskRun) -> dict[str, Any]:
    """Write a recording's transcript, and the document that is searched."""
    return stage.transcribe(job, run)


@task(editing.PUBLISH, payload=AudioProcessingJob)
def publish_transcript(job: AudioProcessingJob, run: TaskRun) -> dict[str, Any]:
    """Write the document of a transcript anew after people have changed it."""
    return editing.publish(job, run)


@task(dictations.SPEAK, payload=SpeakAudioJob, heavy=True)
def process_speak_audio(job: SpeakAudioJob, run: TaskRun) -> dict[str, Any]:
    """Take in the recorded chunks of a dictation."""
    return dictations.speak(job, run)


@task("audio.finish_dictations")
def finish_dictations(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Make recordings of dictations that were left open."""
    return {"finished": dictations.finish_abandoned()}


declare(
    Schedule(
        "Finish dictations that were left open", "audio.finish_dictations", every=timedelta(minutes=5), description="Every five minutes."
    )
)
