"""What the tasks of recordings are told: ids only, so that a task always reads the newest state."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel


class AudioProcessingJob(BaseModel):
    session_id: UUID
    case_id: UUID | None = None


class CleaningJob(BaseModel):
    """With `dry_run` nothing goes; the result says what would."""

    dry_run: bool = False


class BatchProcessingJob(BaseModel):
    """Recordings that are processed as one batch."""

    batch_id: UUID
    session_ids: list[UUID]


class SpeakAudioJob(BaseModel):
    """Recorded chunks of a dictation: base64 of 16-bit PCM, mono, 16 kHz. `resource_id` is the dictation."""

    resource_id: UUID
    audio_chunks: list[str]
    user_name: str = ""
