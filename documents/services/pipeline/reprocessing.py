"""Reading many documents of a case anew, as one batch: those that were chosen, or all of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import AuditEvent, Case, Role
from documents.errors import Refused
from documents.jobs import ReprocessingJob
from documents.models import Document
from documents.services.pipeline import lifecycle
from tasks.base.causes import hopeless_codes
from tasks.batches import control
from tasks.manager import manager
from tasks.models import Batch, TaskRecord
from tasks.progress import batches as batch_progress

TASK = "documents.reread_documents"
CHUNK = 50


def reprocess_many(case: Case, user: Any, document_ids: Sequence[UUID] | None = None, *, kept: bool = False) -> Batch:
    """Begin to read these documents of the case anew (default: all; with `kept` only what lies there unread). Copies and what is being
    processed just now are left out.

    What was read before stays published until the new reading is. Raises Http404, PermissionDenied, Refused (nothing_to_do).
    """
    case.require(user, Role.EDITOR)
    found = _readable(case, document_ids)
    ids = list((found.filter(Document.KEPT) if kept else found).values_list("pk", flat=True))
    if not ids:
        raise Refused(_("There is nothing to read anew: these documents are being read just now, or are copies."), "nothing_to_do")
    title = ngettext("Reading %(n)d document anew", "Reading %(n)d documents anew", len(ids)) % {"n": len(ids)}
    with transaction.atomic():
        AuditEvent.write("case.reread", case=case, actor=user, count=len(ids))
        batch = control.create("reprocess", title, case.pk, user, expected=len(ids))
        if len(ids) > control.AT_ONCE:
            manager.submit(TASK, ReprocessingJob(batch_id=batch.pk, document_ids=ids), scope=case.pk, user=user, priority=1)
    if len(ids) <= control.AT_ONCE:
        submit_all(batch, user, ids)
    return batch


def retry_failed(case: Case, user: Any, codes: Sequence[str] | None = None) -> Batch:
    """Try what failed in the case again as one batch, each at the stage that failed: where trying can help, and for these reasons only,
    if some are given. Raises Http404, PermissionDenied, Refused (nothing_to_do)."""
    case.require(user, Role.EDITOR)
    failed = Document.objects.filter(case=case, deleted_at=None, duplicate_of=None, status=Document.Status.FAILED).exclude(
        error_code__in=hopeless_codes()
    )
    with transaction.atomic():
        found = failed if codes is None else failed.filter(error_code__in=codes)
        documents = list(found.select_for_update(of=("self",)).select_related("case").order_by("pk"))
        if not documents:
            raise Refused(_("There is nothing that failed and that trying again could help."), "nothing_to_do")
        title = ngettext("Trying %(n)d document again", "Trying %(n)d documents again", len(documents)) % {"n": len(documents)}
        batch = control.create("retry", title, case.pk, user, expected=len(documents))
        for document in documents:
            AuditEvent.write("document.retried", case=case, actor=user, target=document)
            lifecycle.restart(document, user, batch)
        control.close(batch.pk)
        batch_progress.tell(batch.pk)
    return batch


def submit_all(batch: Batch, user: Any, ids: Sequence[UUID], progress: Callable[[int], None] = lambda done: None) -> int:
    """Submit the passages of these documents, a few in each transaction; gives how many. A second run finds what the first did."""
    begun = set(TaskRecord.objects.filter(batch=batch).values_list("topic", flat=True))
    for first in range(0, len(ids), CHUNK):
        with transaction.atomic():
            for document in _locked(batch, ids[first : first + CHUNK]):
                if document.topic not in begun:
                    begun.add(document.topic)
                    lifecycle.process_document_pipeline(document, user, source="reprocess", batch=batch, priority=lifecycle.BULK)
        progress(min(first + CHUNK, len(ids)))
    control.close(batch.pk)
    batch_progress.tell(batch.pk)
    return len(begun)


def _readable(case: Case, document_ids: Sequence[UUID] | None) -> QuerySet[Document]:
    """The case's documents that have a file of their own and rest."""
    documents = Document.objects.filter(case=case, deleted_at=None, duplicate_of=None, status__in=Document.TERMINAL).exclude(stored_as="")
    return (documents if document_ids is None else documents.filter(pk__in=document_ids)).order_by("created", "pk")


def _locked(batch: Batch, ids: Sequence[UUID]) -> list[Document]:
    """Those that still rest in the batch's case, in the order of their keys."""
    rows = Document.objects.select_for_update(of=("self",)).select_related("case")
    return list(rows.filter(case=batch.scope, pk__in=ids, deleted_at=None, duplicate_of=None, status__in=Document.TERMINAL).order_by("pk"))
