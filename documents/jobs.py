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


class RetitlingJob(BaseModel):
    document_id: UUID
