"""What the tasks of recordings are told: ids only, so that a task always reads the newest state."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field


class AudioProcessingJob(BaseModel):
    session_id: UUID
    case_id: UUID | None = None


class SpeakersJob(AudioProcessingJob):
    """`count`: how many people speak, where that is known."""

    count: int | None = Field(default=None, ge=1)


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


class NoiseTrainingJob(BaseModel):
    """What a noise classifier is trained on: sounds that are computed, stretches that people labelled in the player."""

    sources: list[Literal["generated", "people"]] = Field(default=["generated", "people"], min_length=1)
    activate: bool = False


class NoiseValidationJob(BaseModel):
    model_id: UUID
