"""The pipeline's tasks: payload in, service called, result out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from documents.jobs import (
    AlertDeliveryJob,
    AnswerJob,
    BatesJob,
    BulkJob,
    CaseCheckJob,
    CitationExtractionJob,
    DocumentExtractionJob,
    DownloadJob,
    EmbeddingGenerationJob,
    EventsJob,
    KeptReadingJob,
    LawImportJob,
    PaperGenerationJob,
    ReprocessingJob,
    RetitlingJob,
    ReviewJob,
    ScrubbingJob,
    SourceLookJob,
    StorageCheckJob,
    TeachingJob,
)
from documents.services.alerts import arrivals, delivering
from documents.services.alerts import checking as alerts
from documents.services.authorities import case_checks
from documents.services.authorities.graph import importance
from documents.services.bulk import downloads, moving, selection, verbs
from documents.services.chat import answering, conversations
from documents.services.chat import asking as chat
from documents.services.facts import teaching
from documents.services.ingest import attachments, orphans
from documents.services.library import importing, starting
from documents.services.papers import asking, making
from documents.services.pipeline import citing_again, keeping, lifecycle, purging, reprocessing, retitling, stages
from documents.services.production import copies
from documents.services.review import filling
from documents.services.search import vector_index
from documents.services.searches import history
from documents.services.similarity import backlog
from documents.services.sources import looking
from documents.services.storage import checking
from documents.services.timeline import backlog as events
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


@task(selection.BULK, payload=BulkJob, soft_limit=7200, concurrency=(lambda job: f"bulk:{job.case_id}", 1))
def change_many(job: BulkJob, run: TaskRun) -> dict[str, Any]:
    """Do with many documents of a case what was asked for; one such work of a case after the other, so that an undo follows its deed."""
    return (moving if job.verb == verbs.MOVE else verbs).carry_out(job, run)


@task(downloads.TASK, payload=DownloadJob, heavy=True, on_end=downloads.ended, soft_limit=6 * 3600, hard_limit=6.5 * 3600)
def write_download(job: DownloadJob, run: TaskRun) -> dict[str, Any]:
    """Write documents of a case into one ZIP file."""
    return downloads.write(job, run)


@task("documents.sweep_downloads")
def sweep_downloads(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Remove ZIP files that have outlived their time."""
    return {"files": downloads.sweep()}


@task(retitling.TASK, payload=RetitlingJob, soft_limit=1800)
def renew_title(job: RetitlingJob, run: TaskRun) -> dict[str, Any]:
    """Bring a document's new title to the words and vectors of its passages."""
    return retitling.renew(job, run)


@task(teaching.TASK, payload=TeachingJob, soft_limit=1800)
def teach_facts(job: TeachingJob, run: TaskRun) -> dict[str, Any]:
    """Propose again what the documents of a case are, with what people have said of some."""
    return teaching.teach(job, run)


@task(keeping.TASK, payload=KeptReadingJob)
def read_kept(job: KeptReadingJob, run: TaskRun) -> dict[str, Any]:
    """Submit documents that are kept unread and whose kind of file can be read by now."""
    return {"documents": keeping.read_kept(run.check)}


@task(backlog.TASK, heavy=True, soft_limit=4 * 3600, hard_limit=4.5 * 3600)
def sign_texts(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Make the signatures, by which like documents are found, of what was read before there were any."""
    return {"documents": backlog.work_off(run)}


@task(events.TASK, payload=EventsJob, heavy=True, soft_limit=4 * 3600, hard_limit=4.5 * 3600)
def find_events(job: EventsJob, run: TaskRun) -> dict[str, Any]:
    """Look for the events of what was read before there were any, or before the rules of now."""
    return dict(events.work_off(run, job.case_id))


@task(vector_index.TASK, concurrency=1)
def index_vectors(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Make the index of the passages' vectors where there are many, or many more than when it was made."""
    return {"lists": vector_index.build_where_due(lambda model: run.progress(10, "indexing", model))}


declare(
    Schedule("Index of vectors", vector_index.TASK, every=timedelta(hours=1), description="Where there are many more passages than before.")
)


@task("documents.purge_deleted", heavy=True)
def purge_deleted(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Delete for good what was deleted long ago and is not under legal hold."""
    return {"documents": purging.purge(run.check), "conversations": conversations.purge(run.check)}


@task("documents.cleanup_leftovers", heavy=True)
def cleanup_leftovers(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Remove what killed processes left behind, on the machine where this runs."""
    return dict(orphans.clean_up(run.check))


@task(checking.TASK, payload=StorageCheckJob, heavy=True, soft_limit=6 * 3600, hard_limit=6.5 * 3600, concurrency=1)
def check_storage(job: StorageCheckJob, run: TaskRun) -> dict[str, Any]:
    """Read stored files again and compare them with what was put there."""

    def progress(done: int, of: int) -> None:
        message = _("%(done).1f of %(all).1f GB") % {"done": done / 1e9, "all": of / 1e9}
        run.progress(100 * done / max(of, 1), "checking", message)

    return checking.run(run.check, progress, case_id=job.case_id, everything=job.everything).as_result()


declare(Schedule("Check stored files", checking.TASK, crontab="40 3 *", description="Daily 03:40 UTC, each file once a week."))


@task(looking.LOOK, payload=SourceLookJob, heavy=True, on_end=looking.ended, soft_limit=6 * 3600, hard_limit=6.5 * 3600, concurrency=2)
def look_at_source(job: SourceLookJob, run: TaskRun) -> dict[str, Any]:
    """Take what is new in a watched folder or a mailbox."""
    return looking.look(job, run)


@task("documents.look_at_sources")
def look_at_sources(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Submit a look at each source whose time has come."""
    return {"sources": looking.submit_due()}


declare(Schedule("Look at sources", "documents.look_at_sources", every=timedelta(minutes=1), description="Watched folders and mailboxes."))


def import_ended(record: TaskRecord, job: LawImportJob, outcome: str) -> None:
    starting.end_of_task(record, job.import_id, outcome)


@task("documents.import_rulings", payload=LawImportJob, heavy=True, on_end=import_ended, soft_limit=24 * 3600)
def import_rulings(job: LawImportJob, run: TaskRun) -> dict[str, Any]:
    """Bring the rulings of a file into the law library."""
    return importing.described(importing.run(job.import_id, run))


@task("documents.import_statutes", payload=LawImportJob, heavy=True, on_end=import_ended, soft_limit=24 * 3600)
def import_statutes(job: LawImportJob, run: TaskRun) -> dict[str, Any]:
    """Bring the sections of a code into the law library."""
    return importing.described(importing.run(job.import_id, run))


@task("documents.forget_old_imports")
def forget_old_imports(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Remove the files of imports of law that failed and did not go on in their time."""
    return {"files": importing.forget_old_files(run.check)}


@task(history.TASK)
def forget_searches(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Delete what people searched for long ago, and searches of cases that are gone."""
    return {"searches": history.forget(run.check)}


@task(asking.TASK, payload=PaperGenerationJob, heavy=True, on_end=making.ended, on_retry=making.retried)
def generate_paper(job: PaperGenerationJob, run: TaskRun) -> dict[str, Any]:
    """Make a paper of a case: a table of authorities, a chronology, a brief, a memo, a list of exhibits, the summary of a hearing."""
    return making.make(job, run)


@task(starting.INDEX, heavy=True, soft_limit=24 * 3600)
def index_library(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Make passages of texts that an import left behind which did not come to its end."""
    return {"texts": importing.make_passages(run)}


@task(case_checks.TASK, payload=CaseCheckJob, heavy=True, soft_limit=2 * 3600)
def check_authorities(job: CaseCheckJob, run: TaskRun) -> dict[str, Any]:
    """Compare the citations and quotations of a case's documents with the law library."""
    return case_checks.run_task(job, run)


@task(importance.TASK, concurrency=1)
def rank_rulings(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Compute how much the rulings of the library rely on each of them."""
    found = importance.rank(run.check, run.publish)
    if importance.still_citing():
        importance.submit_soon(after=run.record.pk)
    return found


@task(citing_again.TASK, heavy=True, soft_limit=12 * 3600, hard_limit=12.5 * 3600, concurrency=1)
def cite_again(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Look again for the citations of what was cited with older grammars."""
    return {"documents": citing_again.work_off(run)}


@task(arrivals.CHECK, concurrency=1, soft_limit=2 * 3600)
def check_alerts(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Compare new documents with the searches of which people want to be told, and tell them."""
    return dict(alerts.check(run))


@task(delivering.DELIVER, payload=AlertDeliveryJob, on_end=delivering.ended, concurrency=4)
def deliver_alert(job: AlertDeliveryJob, run: TaskRun) -> dict[str, Any]:
    """Send one notice of an alert by e-mail or to a webhook."""
    return delivering.deliver(job, run)


declare(Schedule("Check alerts", arrivals.CHECK, every=timedelta(minutes=1), description="New documents of saved searches; daily notices."))
declare(Schedule("Rank rulings", importance.TASK, crontab="10 3 *", description="Daily 03:10 UTC."))
declare(Schedule("Clean up leftover files", "documents.cleanup_leftovers", crontab="30 2 *", description="Daily 02:30 UTC."))
declare(Schedule("Read kept documents", keeping.TASK, crontab="45 2 6", description="Saturday 02:45 UTC."))
declare(Schedule("Purge deleted documents", "documents.purge_deleted", crontab="15 2 *", description="Daily 02:15 UTC."))
declare(Schedule("Sweep downloads", "documents.sweep_downloads", crontab="20 * *", description="Hourly."))
declare(Schedule("Forget files of old imports", "documents.forget_old_imports", crontab="25 2 *", description="Daily 02:25 UTC."))
declare(Schedule("Forget old searches", history.TASK, crontab="35 2 *", description="Daily 02:35 UTC."))


@task(
    chat.ANSWER,
    payload=AnswerJob,
    on_end=answering.ended,
    on_retry=answering.retried,
    soft_limit=10 * 60,
    hard_limit=12 * 60,
    concurrency=(lambda job: f"conversation:{job.conversation_id}", 1),
)
def answer_question(job: AnswerJob, run: TaskRun) -> dict[str, Any]:
    """Answer a question of a conversation from what who asks may see."""
    return answering.answer(job, run)


@task(filling.TASK, payload=ReviewJob, heavy=True, on_end=filling.ended, on_retry=filling.retried)
def fill_review_row(job: ReviewJob, run: TaskRun) -> dict[str, Any]:
    """Answer the empty cells of a row of a review table."""
    return filling.fill_row(job, run)
