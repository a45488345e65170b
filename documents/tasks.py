"""The pipeline's tasks: payload in, service called, result out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from documents.jobs import (
    BatesJob,
    CitationExtractionJob,
    DocumentExtractionJob,
    EmbeddingGenerationJob,
    KeptReadingJob,
    ReprocessingJob,
    RetitlingJob,
    ScrubbingJob,
)
from documents.services.ingest import attachments, orphans
from documents.services.pipeline import keeping, lifecycle, purging, reprocessing, retitling, stages
from documents.services.production import copies
from tasks.models import Batch, TaskRecord
from tasks.registry import NoPayload, task
from tasks.run import TaskRun
from tasks.scheduling.schedules import Schedule, declare

Job = DocumentExtractionJob | EmbeddingGenerationJob | CitationExtractionJob


def document_ended(record: TaskRecord, job: Job, outcome: str) -> None:
    """Final failure or cancel of any stage is the document's, in the transaction that says so of the task."""
    lifecycle.end_of_task(record, job.document_id, outcome)


def documents_retried(retried: Sequence[tuple[TaskRecord, Job]]) -> None:
    lifecycle.retry_of_tasks([record for record, _job in retried])


@task(
    "documents.extract_text_from_document",
    payload=DocumentExtractionJob,
    heavy=True,
    on_end=document_ended,
    on_retry=documents_retried,
    soft_limit=6 * 3600,  # a scan of thousands of pages is recognised for hours; each page has limits of its own
    hard_limit=6.5 * 3600,
)
def extract_text_from_document(job: DocumentExtractionJob, run: TaskRun) -> dict[str, Any]:
    """Read a document's file: pages, passages, words, attachments."""
    return stages.extract_text(job, run, attachments)


@task("documents.generate_embeddings", payload=EmbeddingGenerationJob, heavy=True, on_end=document_ended, on_retry=documents_retried)
def generate_embeddings(job: EmbeddingGenerationJob, run: TaskRun) -> dict[str, Any]:
    """Make the vectors of a document's passages."""
    return stages.generate_embeddings(job, run)


@task("documents.extract_citations", payload=CitationExtractionJob, heavy=True, on_end=document_ended, on_retry=documents_retried)
def extract_citations(job: CitationExtractionJob, run: TaskRun) -> dict[str, Any]:
    """Find the authorities that a document mentions."""
    return stages.extract_citations(job, run)


@task(reprocessing.TASK, payload=ReprocessingJob)
def reread_documents(job: ReprocessingJob, run: TaskRun) -> dict[str, Any]:
    """Submit the documents of a large batch that is to be read anew."""
    batch = Batch.objects.get(pk=job.batch_id)
    count = len(job.document_ids)

    def progress(done: int) -> None:
        run.progress(100 * done / count, "submitting", _("%(done)d of %(all)d") % {"done": done, "all": count})

    return {"documents": reprocessing.submit_all(batch, run.record.user, job.document_ids, progress)}


@task(copies.SCRUB, payload=ScrubbingJob, heavy=True, soft_limit=7200)
def scrub(job: ScrubbingJob, run: TaskRun) -> dict[str, Any]:
    """Make copies of documents without what their pages don't show."""
    return copies.make_scrubbed(job, run)


@task(copies.STAMP, payload=BatesJob, heavy=True, soft_limit=7200)
def bates_stamp(job: BatesJob, run: TaskRun) -> dict[str, Any]:
    """Make copies of documents with Bates numbers on their pages."""
    return copies.make_stamped(job, run)


@task(retitling.TASK, payload=RetitlingJob, soft_limit=1800)
def renew_title(job: RetitlingJob, run: TaskRun) -> dict[str, Any]:
    """Bring a document's new title to the words and vectors of its passages."""
    return retitling.renew(job, run)


@task(keeping.TASK, payload=KeptReadingJob)
def read_kept(job: KeptReadingJob, run: TaskRun) -> dict[str, Any]:
    """Submit documents that are kept unread and whose kind of file can be read by now."""
    return {"documents": keeping.read_kept(run.check)}


@task("documents.purge_deleted", heavy=True)
def purge_deleted(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Delete for good what was deleted long ago and is not under legal hold."""
    return {"documents": purging.purge(run.check)}


@task("documents.cleanup_leftovers", heavy=True)
def cleanup_leftovers(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Remove what killed processes left behind, on the machine where this runs."""
    return dict(orphans.clean_up(run.check))


declare(Schedule("Clean up leftover files", "documents.cleanup_leftovers", crontab="30 2 *", description="Daily 02:30 UTC."))
declare(Schedule("Read kept documents", keeping.TASK, crontab="45 2 6", description="Saturday 02:45 UTC."))
declare(Schedule("Purge deleted documents", "documents.purge_deleted", crontab="15 2 *", description="Daily 02:15 UTC."))
