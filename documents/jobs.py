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


class AlertDeliveryJob(BaseModel):
    """One notice on one way out."""

    delivery_id: UUID


class TeachingJob(BaseModel):
    case_id: UUID


class EventsJob(BaseModel):
    """Documents of a case, or of all, whose events are to be looked for; `rules` is the version of the rules that is the reason."""

    case_id: UUID | None = None
    rules: int = 0


class StorageCheckJob(BaseModel):
    """All files that are due, or only a case's; `everything` also those that are not due, without the limit of a night."""

    case_id: UUID | None = None
    everything: bool = False


class RetitlingJob(BaseModel):
    document_id: UUID


class SourceLookJob(BaseModel):
    """`again`: also at what was refused before."""

    source_id: UUID
    again: bool = False


class BulkJob(BaseModel):
    """A verb for many documents of a case, which were chosen when it was asked for; `to` is the case that they move to."""

    case_id: UUID
    verb: str
    document_ids: list[UUID]
    to: UUID | None = None


class DownloadJob(BaseModel):
    """Documents of a case to put into the ZIP file of a `Download`, which were chosen when it was asked for."""

    download_id: UUID
    document_ids: list[UUID]


class LawImportJob(BaseModel):
    """An import into the law library; its row says which file, and how far it is."""

    import_id: UUID


class PaperGenerationJob(BaseModel):
    """A paper to make; its row says of what."""

    paper_id: UUID


class CaseCheckJob(BaseModel):
    """The citations and quotations of a case's documents are checked."""

    case_id: UUID


class AnswerJob(BaseModel):
    """A question of a conversation, in which one is answered after the other."""

    message_id: UUID
    conversation_id: UUID


class ReviewJob(BaseModel):
    """A row of a review table, whose empty cells are to be filled."""

    row_id: int
