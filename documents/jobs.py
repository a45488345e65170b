"""What the pipeline's tasks are told: ids only, so that a task always reads the newest state."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel


class DocumentExtractionJob(BaseModel):
    document_id: UUID
    case_id: UUID | None = None
    source: str = "upload"


class EmbeddingGenerationJob(BaseModel):
    document_id: UUID
    chunk_ids: list[int] | None = None


class CitationExtractionJob(BaseModel):
    document_id: UUID


class ReprocessingJob(BaseModel):
    """Many documents to read anew, which were chosen when it was asked for."""

    batch_id: UUID
    document_ids: list[UUID]


class KeptReadingJob(BaseModel):
    """`formats` is the fingerprint of the formats that are read, where their change is the reason."""

    formats: str = ""


class Copy(BaseModel):
    """One document to copy; for Bates numbers the first of its `pages`."""

    document_id: UUID
    first: int = 0
    pages: int = 0


class ScrubbingJob(BaseModel):
    case_id: UUID
    copies: list[Copy]


class BatesJob(BaseModel):
    """The numbers were taken when it was asked for, so that a second attempt has the same."""

    case_id: UUID
    copies: list[Copy]
    prefix: str
    digits: int


class RetitlingJob(BaseModel):
    document_id: UUID
