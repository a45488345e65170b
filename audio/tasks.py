"""The tasks of recordings: payload in, service called, result out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings

from audio.jobs import AudioProcessingJob, BatchProcessingJob, CleaningJob, NoiseTrainingJob, NoiseValidationJob, SpeakAudioJob, SpeakersJob
from audio.services import batches, cleaning, sessions
from audio.services.dictation import sessions as dictations
from audio.services.hearing import processing
from audio.services.noise import requests
from audio.services.speakers import proposing
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


@task(proposing.PROPOSE, payload=SpeakersJob, heavy=True)
def propose_speakers(job: SpeakersJob, run: TaskRun) -> dict[str, Any]:
    """Tell anew who speaks in a recording, by voice."""
    return proposing.propose(job, run)


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


def batch_ended(record: TaskRecord, job: BatchProcessingJob, outcome: str) -> None:
    batches.end_of_task(job, outcome, record.error, record.error_code)


@task(batches.TASK, payload=BatchProcessingJob, on_end=batch_ended)
def batch_process_files(job: BatchProcessingJob, run: TaskRun) -> dict[str, Any]:
    """Submit many recordings as one batch."""
    return batches.batch_process_files(job, run)


@task(requests.TRAIN, payload=NoiseTrainingJob, heavy=True, concurrency=1)
def train_noise_classifier(job: NoiseTrainingJob, run: TaskRun) -> dict[str, Any]:
    """Train a new version of the noise classifier."""
    return requests.train(job, run)


@task(requests.VALIDATE, payload=NoiseValidationJob, heavy=True, concurrency=1)
def validate_model(job: NoiseValidationJob, run: TaskRun) -> dict[str, Any]:
    """Examine a version of the noise classifier: its file, its figures, how far it differs from the active one."""
    return requests.validate(job, run)


@task("audio.cleanup_old_sessions", payload=CleaningJob, heavy=True)
def cleanup_old_sessions(job: CleaningJob, run: TaskRun) -> dict[str, Any]:
    """Let old recordings go that nobody pinned and no transcript needs."""
    return cleaning.clean_up(cleaning.OLD, dry_run=job.dry_run, user=run.record.user, check=run.check).as_result()


@task("audio.cleanup_failed_sessions", payload=CleaningJob, heavy=True)
def cleanup_failed_sessions(job: CleaningJob, run: TaskRun) -> dict[str, Any]:
    """Let recordings go that failed or were cancelled."""
    return cleaning.clean_up(cleaning.FAILED, dry_run=job.dry_run, user=run.record.user, check=run.check).as_result()


@task("audio.purge_deleted", heavy=True)
def purge_deleted(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Delete recordings for good that were deleted long ago and are not under legal hold."""
    return cleaning.clean_up(cleaning.DELETED, check=run.check).as_result()


declare(Schedule("Clean up old recordings", "audio.cleanup_old_sessions", crontab="0 2 sun", description="Sunday 02:00 UTC."))
declare(Schedule("Clean up failed recordings", "audio.cleanup_failed_sessions", crontab="0 3 *", description="Daily 03:00 UTC."))
declare(Schedule("Purge deleted recordings", "audio.purge_deleted", crontab="20 2 *", description="Daily 02:20 UTC."))
