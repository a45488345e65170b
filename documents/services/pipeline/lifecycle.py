"""The corridor of a document: which stages it passes, and what people may do to its passage.

    pending -> extracting -> embedding -> citing -> ready          (failed or cancelled from anywhere)

`Document.task_id` names the one task that may move the document on. A stage publishes its results, the next status and the
next task in one transaction, so a stage that runs again after a crash finds itself replaced and does nothing.
Locks are always taken in the order task record, document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import AuditEvent, Case, Role
from documents.errors import Refused
from documents.jobs import CitationExtractionJob, DocumentExtractionJob, EmbeddingGenerationJob
from documents.models import Document
from documents.services.alerts import arrivals
from documents.services.annotations import following
from documents.services.search import indexing
from documents.services.timeline import finding
from tasks.batches import control
from tasks.manager import manager
from tasks.models import Batch, TaskRecord
from tasks.progress import estimates
from tasks.progress.access import access_changed
from tasks.progress.events import Event, emit_all

Status = Document.Status


@dataclass(frozen=True)
class Stage:
    """One step: its task, the status while it runs, its share of the whole (percent from, to), what people call it."""

    name: str
    task: str
    status: Document.Status
    share: tuple[int, int]
    label: Any

    def job(self, document: Document, source: str) -> DocumentExtractionJob | EmbeddingGenerationJob | CitationExtractionJob:
        if self.name == "extraction":
            return DocumentExtractionJob(document_id=document.pk, case_id=document.case_id, source=source)
        return (EmbeddingGenerationJob if self.name == "embeddings" else CitationExtractionJob)(document_id=document.pk)


INTERACTIVE, BULK = 5, 7
"""Priorities: what a person has just added, and what was read before and is read again in bulk."""

STAGES: tuple[Stage, ...] = (
    Stage("extraction", "documents.extract_text_from_document", Status.EXTRACTING, (0, 45), gettext_lazy("Reading the text")),
    Stage("embeddings", "documents.generate_embeddings", Status.EMBEDDING, (45, 90), gettext_lazy("Indexing the meaning")),
    Stage("citations", "documents.extract_citations", Status.CITING, (90, 100), gettext_lazy("Finding citations")),
)
estimates.declare_chain([stage.task for stage in STAGES])
KEPT = "kept"
"""The code of the notice that a file lies here unread."""
_OUTCOME = {Status.READY: "succeeded", Status.FAILED: "failed", Status.CANCELLED: "cancelled"}


def stage_named(name: str) -> Stage:
    return next(stage for stage in STAGES if stage.name == name)


def stage_after(stage: Stage) -> Stage | None:
    index = STAGES.index(stage) + 1
    return STAGES[index] if index < len(STAGES) else None


def process_document_pipeline(
    document: Document,
    user: Any,
    from_stage: str | None = None,
    *,
    source: str = "upload",
    batch: Batch | None = None,
    parent: TaskRecord | None = None,
    priority: int = INTERACTIVE,
) -> TaskRecord:
    """Submit the document's passage from a stage (default: the first), as part of a batch or of the task that found the document.
    The caller has locked or just made the row."""
    stage = stage_named(from_stage) if from_stage and document.was_read() else STAGES[0]
    with transaction.atomic():
        record = submit_stage(document, stage, user, source=source, batch=batch, parent=parent, priority=priority)
        document.status, document.error, document.error_code = Status.PENDING, "", ""
        _no_longer_kept(document)
        document.save(update_fields=["status", "error", "error_code", "notices", "task_id", "updated"])
        announce(document, percent=stage.share[0], restart=True)
    return record


def _no_longer_kept(document: Document) -> None:
    """It is to be read: neither it nor its duplicates say any more that they are not. The caller saves the notices."""
    others = [notice for notice in document.notices if notice["code"] != KEPT]
    if others != document.notices:
        document.notices = others
        document.duplicates.exclude(error_code="").update(error_code="", notices=[], updated=timezone.now())


def submit_stage(
    document: Document,
    stage: Stage,
    user: Any,
    *,
    source: str = "upload",
    batch: Batch | None = None,
    parent: TaskRecord | None = None,
    priority: int = INTERACTIVE,
) -> TaskRecord:
    """Submit one stage's task and make it the one that may move the document on; a `parent` hands its priority and batch on.
    The caller saves `task_id`."""
    record = manager.submit(
        stage.task,
        stage.job(document, source),
        topic=document.topic,
        scope=document.case_id,
        user=user,
        share=stage.share,
        batch=batch,
        parent=parent,
        priority=parent.priority if parent is not None else priority,
    )
    document.task_id = record.pk
    return record


def announce(document: Document, *, percent: float = 0, message: str = "", attempt: int = 0, restart: bool = False) -> None:
    """Tell the document's topic about its status, in the caller's transaction. A terminal status is a terminal event."""
    emit_all([_event(document, percent, message, attempt, restart)])


def _event(document: Document, percent: float, message: str = "", attempt: int = 0, restart: bool = False) -> Event:
    status = _OUTCOME.get(Status(document.status), "pending" if document.status == Status.PENDING else "started")
    stage = next((stage for stage in STAGES if stage.status == document.status), None)
    return Event(
        document.topic,
        scope=document.case_id,
        status=status,
        step=str(document.status),
        percent=100 if status == "succeeded" else percent,
        message=message or document.error,
        task=document.task_id,
        attempt=attempt,
        restart=restart,
        left=estimates.ahead(stage.task) if stage else None,
    )


def settle(document: Document, status: Document.Status, error: str = "", code: str = "") -> None:
    """End the passage, once: the status and its one terminal event in the caller's transaction. A password that was wrong is forgotten."""
    document.status, document.error, document.error_code = status, error, code
    if code == "wrong_password":
        document.password = ""
    document.save(update_fields=["status", "error", "error_code", "password", "updated"])
    if status == Status.READY:
        arrivals.note([document.pk])
    announce(document)


def end_of_task(record: TaskRecord, document_id: UUID, outcome: str) -> None:
    """A stage's task ended for good. Where it was the document's newest, its failure or cancel is the document's."""
    if outcome == "succeeded":
        return
    document: Document | None = Document.objects.select_for_update(of=("self",)).filter(pk=document_id).first()
    if document is None or document.task_id != record.pk or not document.processing:
        return
    if outcome == "cancelled":
        settle(document, Status.CANCELLED)
    else:
        settle(document, Status.FAILED, record.error or _("Processing stopped for an unknown reason."), record.error_code)


def retry_of_tasks(records: Sequence[TaskRecord]) -> None:
    """People try tasks themselves again (one on its page, or many): where one is its document's newest, the document goes on with it."""
    stages = {record.pk: next(stage for stage in STAGES if stage.task == record.name) for record in records}
    ended = Document.objects.filter(task_id__in=stages, deleted_at=None, status__in=(Status.FAILED, Status.CANCELLED))
    documents = list(ended.select_for_update(of=("self",)).order_by("pk"))
    begun: dict[str, Any] = {"status": Status.PENDING, "error": "", "error_code": "", "updated": timezone.now()}
    Document.objects.filter(pk__in=[document.pk for document in documents]).update(**begun)
    for document in documents:
        document.status, document.error = begun["status"], begun["error"]
    emit_all([_event(document, stages[document.task_id].share[0], restart=True) for document in documents if document.task_id])


def failed_stage(document: Document) -> str:
    """The stage whose task was the document's newest."""
    newest = TaskRecord.objects.filter(pk=document.task_id) if document.task_id else TaskRecord.objects.none()
    name = newest.values_list("name", flat=True).first()
    return next((stage.name for stage in STAGES if stage.task == name), STAGES[0].name)


def restart(document: Document, user: Any, batch: Batch | None = None) -> TaskRecord:
    """Go on at the stage that failed or was cancelled, in the batch that it belonged to unless another is given.
    The caller has locked the row and checked the role."""
    return process_document_pipeline(document, user, from_stage=failed_stage(document), batch=batch or _batch_of(document))


def _batch_of(document: Document) -> Batch | None:
    return Batch.objects.filter(records=document.task_id).first() if document.task_id else None


def retry(document: Document, user: Any, *, operator: bool = False) -> TaskRecord:
    """Try again from the stage that failed; the failed task keeps its history. Raises Refused (not_failed, duplicate).

    With `operator` (here and below) an administrator acts from the admin, who needs no role in the case, for he sees nothing of it.
    """
    with transaction.atomic():
        document = locked(document, user, operator=operator)
        if document.status not in (Status.FAILED, Status.CANCELLED):
            raise Refused(_("Only a failed or cancelled document can be tried again."), "not_failed")
        AuditEvent.write("document.retried", case=document.case, actor=user, target=document, operator=operator)
        return restart(document, user)


def reprocess(document: Document, user: Any, *, operator: bool = False) -> TaskRecord:
    """Read the file anew; what was read before stays published until the new reading is. Raises Refused (busy, duplicate)."""
    with transaction.atomic():
        document = locked(document, user, operator=operator)
        if document.processing:
            raise Refused(_("This document is being processed just now. Wait for it, or cancel it first."), "busy")
        AuditEvent.write("document.reprocessed", case=document.case, actor=user, target=document, operator=operator)
        # A text of the library that came as text has no file: it is made findable anew.
        stage = None if document.stored_as or document.case_id is not None else STAGES[1].name
        return process_document_pipeline(document, user, from_stage=stage, source="reprocess")


def cancel(document: Document, user: Any, *, operator: bool = False) -> None:
    """Stop the passage; felt within two seconds. Raises Refused (not_running)."""
    if not operator:
        document.require(user, Role.EDITOR)
    if not document.processing:
        raise Refused(_("This document is not being processed."), "not_running")
    AuditEvent.write("document.cancelled", case=document.case, actor=user, target=document, operator=operator)
    _cancel_tasks(document, user)


def delete(document: Document, user: Any) -> None:
    """Take the document out of sight, search and processing; its rows and bytes stay until a purge. Raises Refused (legal_hold)."""
    with transaction.atomic():
        document = locked(document, user, allow_duplicate=True)
        if document.case is not None and document.case.legal_hold:
            raise Refused(_("This case is under legal hold; nothing in it can be deleted."), "legal_hold")
        was_processing = document.processing
        document.deleted_at = timezone.now()
        document.save(update_fields=["deleted_at", "updated"])
        indexing.unindex(document)
        if was_processing:
            settle(document, Status.CANCELLED)
        promote_a_duplicate(document, user)
        AuditEvent.write("document.deleted", case=document.case, actor=user, target=document, title=document.title)
        access_changed(topics=[document.topic])
    if was_processing and document.task_id:
        manager.cancel(document.task_id, by=user)
    control.leave(document.topic)


def promote_a_duplicate(document: Document, user: Any, within: Case | None = None) -> None:
    """The oldest living duplicate takes the place of one that was deleted, replaced or moved away (from `within`), and is read in
    its turn."""
    duplicates = Document.objects.select_for_update(of=("self",)).filter(duplicate_of=document, deleted_at=None).order_by("created", "id")
    duplicates = duplicates if within is None else duplicates.filter(case=within)
    heir = duplicates.first()
    if heir is None:
        return
    duplicates.exclude(pk=heir.pk).update(duplicate_of=heir)
    heir.duplicate_of = None
    heir.save(update_fields=["duplicate_of", "updated"])
    if within is None:  # what moves away takes its notes and events along
        following.move(document, heir)
        finding.move(document, heir)
    process_document_pipeline(heir, user)


def _cancel_tasks(document: Document, user: Any) -> None:
    """Cancel the newest task. A stage may hand over to the next while we look, so look again until nothing moves."""
    seen: set[UUID] = set()
    while document.processing and document.task_id and document.task_id not in seen:
        seen.add(document.task_id)
        manager.cancel(document.task_id, by=user)
        document.refresh_from_db(fields=["status", "task_id"])


def locked(document: Document, user: Any, *, allow_duplicate: bool = False, operator: bool = False) -> Document:
    """The row under lock, after the door. Only the original of several with the same bytes is processed."""
    found = Document.objects.select_for_update(of=("self",)).select_related("case").get(pk=document.pk)
    if found.deleted_at is not None:
        raise Http404
    if not operator:
        found.require(user, Role.EDITOR)
    if found.duplicate_of_id and not allow_duplicate:
        raise Refused(_("This is a copy of a document that is already in the case; open that one to process it again."), "duplicate")
    return found
