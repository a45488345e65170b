"""Fill a table: one task for each row, which answers all of its empty cells. What people wrote is never touched."""

from __future__ import annotations

import json
import logging
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import AuditEvent, Role
from documents.errors import Refused
from documents.jobs import ReviewJob
from documents.models import Document, ReviewCell, ReviewRow, ReviewTable
from documents.services.chat.answering import AS_THEY_ARE
from documents.services.chat.contracts import Source
from documents.services.review import tables
from documents.services.review.answers import DocumentEvidence, answer_cell
from documents.services.search import SearchError
from tasks.batches import control
from tasks.engine import retry_policy
from tasks.errors import PermanentError, RetryableError
from tasks.manager import manager
from tasks.models import Batch, TaskRecord
from tasks.progress import batches as batch_progress
from tasks.run import TaskRun

log = logging.getLogger(__name__)
TASK = "documents.fill_review_row"
PRIORITY = 6
KEPT_EVERY = 2.0
"""Seconds after which what was answered so far is written, so that a killed worker loses little."""
State = ReviewCell.State
STALE = Q(state__in=[State.FOUND, State.NOTHING]) & (
    Q(text_version=None, row__document__text_version__isnull=False) | ~Q(text_version=F("row__document__text_version"))
)
"""Cells whose document was read anew since."""


# The questions are locked, so that none gets another text between being compared and the end of the transaction.
_KEEP = """
WITH answered AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS a (cell bigint, asked text, state text, said text, quote text, error text,
        version bigint, chunk bigint, page integer, page_to integer, start integer, "end" integer, at integer, "to" integer)
), question AS (
    SELECT id, text FROM documents_reviewquestion WHERE id = ANY(%s) ORDER BY id FOR SHARE
)
UPDATE documents_reviewcell c SET state = a.state, text = a.said, quote = a.quote, error = a.error, text_version_id = a.version,
    chunk_id = a.chunk, page = a.page, page_to = a.page_to, start = a.start, "end" = a."end", at = a.at, "to" = a."to",
    updated = statement_timestamp()
FROM answered a, question q
WHERE c.id = a.cell AND c.state = 'waiting' AND q.id = c.question_id AND q.text = a.asked
"""


@dataclass(frozen=True)
class Filling:
    """`tasks` were submitted; none where what fills these rows already waits or runs."""

    batch: Batch
    tasks: int


def fill(table: ReviewTable, user: Any, *, anew: Sequence[str] = ()) -> Filling:
    """Fill what is empty; `anew` names what is emptied before: "stale" (documents read anew since), "failed", "nothing".

    Raises Http404, PermissionDenied, Refused (nothing_to_do).
    """
    with transaction.atomic():
        held = tables.held(table, user)
        _empty(held, anew)
        rows = list(_waiting(held).values_list("row", flat=True).order_by("row__number").distinct())
        if not rows:
            raise Refused(_("Every cell of this table has been looked for already."), "nothing_to_do")
        batch = _batch(held, user, len(rows))
        jobs = [ReviewJob(row_id=pk) for pk in rows]
        written = manager.submit_many(TASK, jobs, scope=held.case_id, user=user, batch=batch, unique=True, priority=PRIORITY)
        control.close(batch.pk)
        batch_progress.tell(batch.pk)
        AuditEvent.write("review.filled", case=held.case, actor=user, count=len(rows))
    batch.refresh_from_db()
    return Filling(batch, len(written))


def _empty(table: ReviewTable, anew: Sequence[str]) -> None:
    wanted = {"stale": STALE, "failed": Q(state=State.FAILED), "nothing": Q(state=State.NOTHING)}
    for word in anew:
        if word in wanted:
            cells = ReviewCell.objects.filter(wanted[word], row__table=table).values("pk")
            ReviewCell.objects.filter(pk__in=list(cells.values_list("pk", flat=True))).update(**tables.EMPTY, updated=timezone.now())


def _waiting(table: ReviewTable) -> QuerySet[ReviewCell]:
    return ReviewCell.objects.filter(state=State.WAITING, row__in=tables.living_rows(table))


def _batch(table: ReviewTable, user: Any, rows: int) -> Batch:
    """What fills the table now, where it does (its pause holds for what is added), or a new one."""
    under_way = Batch.objects.filter(pk=table.batch_id, finished_at=None, cancelled_by=None).first() if table.batch_id else None
    if under_way is not None:
        return under_way
    title = ngettext("Filling %(n)d row of a review table", "Filling %(n)d rows of a review table", rows) % {"n": rows}
    batch = control.create("review", title, table.case_id, user, expected=rows)
    table.batch = batch
    table.save(update_fields=["batch"])
    return batch


@dataclass(frozen=True)
class Answered:
    """What was found of a cell for the text that its question had; `reason` is why nothing could be looked for."""

    cell: int
    question: int
    text: str
    found: tuple[str, Source] | None = None
    reason: str = ""


def fill_row(job: ReviewJob, run: TaskRun) -> dict[str, Any]:
    """Raises PermanentError where the row's document can't be answered from, or a cell of it failed; in words that say nothing of the case
    and the questions, for they stand in logs."""
    try:
        return _fill_row(job, run)
    except AS_THEY_ARE:
        raise
    except Exception as error:
        if retry_policy.is_transient(error):
            raise
        log.error("A row of a review table failed with %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
        raise PermanentError(_("Something went wrong while this document was looked at. Please try again."), "row_failed") from None


def _fill_row(job: ReviewJob, run: TaskRun) -> dict[str, Any]:
    row = ReviewRow.objects.select_related("table__case", "document").filter(pk=job.row_id).first()
    if row is None or row.table.deleted_at is not None or row.document.deleted_at is not None:
        return {"cells": 0}
    document = _readable(row, run.record.user)
    if document is None:
        return {"cells": 0}
    evidence = DocumentEvidence(document, run.record.user)
    done, failed = _filled(row, document, evidence, run)
    if failed:
        raise PermanentError(_("Some cells could not be looked for; each says why."), "cells_failed")
    return {"cells": done}


def _filled(row: ReviewRow, document: Document, evidence: DocumentEvidence, run: TaskRun) -> tuple[int, bool]:
    """Until no cell of the row is empty: columns may be added meanwhile, and questions changed. Gives how many were answered, and whether
    any failed."""
    done, failed = 0, False
    while waiting := _cells(row):
        answered: list[Answered] = []
        written = time.monotonic()
        for place, (cell, question, text) in enumerate(waiting):
            run.progress(min(99.0, 100 * (done + place) / (done + len(waiting))), "answering")
            answered.append(_answered(cell, question, text, evidence, run.check))
            failed = failed or bool(answered[-1].reason)
            if time.monotonic() - written > KEPT_EVERY:
                done += _write(answered, document, run)
                answered, written = [], time.monotonic()
        done += _write(answered, document, run)
    return done, failed


def _cells(row: ReviewRow) -> list[tuple[int, int, str]]:
    waiting = ReviewCell.objects.filter(row=row, state=State.WAITING).order_by("question__number", "question")
    return list(waiting.values_list("pk", "question", "question__text"))


def _answered(cell: int, question: int, text: str, evidence: DocumentEvidence, check: Callable[[], None]) -> Answered:
    asked = evidence.asked(text)
    try:
        return Answered(cell, question, text, answer_cell(asked, evidence.of(asked), check))
    except SearchError as error:
        return Answered(cell, question, text, reason=str(error.message))


def _write(answered: Sequence[Answered], document: Document, run: TaskRun) -> int:
    """Keep answers in one transaction of the attempt: of cells that still wait, and of questions that are still the same."""
    if not answered:
        return 0
    with run.publish():
        _hold(document)
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, [json.dumps([_line(one, document) for one in answered]), [one.question for one in answered]])
    return len(answered)


def _hold(document: Document) -> None:
    """Raises RetryableError where it was read anew since its passages were looked at: they may be gone."""
    held = Document.objects.select_for_update(of=("self",), no_key=True).filter(pk=document.pk)
    if held.values_list("text_version", flat=True).first() != document.text_version_id:
        raise RetryableError(_("The document was read anew meanwhile."), "read_anew")


def _line(one: Answered, document: Document) -> dict[str, Any]:
    line: dict[str, Any] = {"cell": one.cell, "asked": one.text, "error": one.reason, "said": "", "quote": ""}
    if one.reason:
        return {**line, "state": State.FAILED}
    if one.found is None:
        return {**line, "state": State.NOTHING, "version": document.text_version_id}
    value, source = one.found
    places = {"page": source.page, "page_to": source.page_to, "start": source.start, "end": source.end, "at": source.at, "to": source.to}
    return {
        **line,
        "state": State.FOUND,
        "said": value,
        "quote": source.quote,
        "version": source.text_version,
        "chunk": source.chunk,
        **places,
    }


def _readable(row: ReviewRow, user: Any) -> Document | None:
    """The document, where who asked may still change the case and see it; None while it is being read."""
    try:
        row.table.case.require(user, Role.EDITOR)
    except (Http404, PermissionDenied) as error:
        raise PermanentError(_("Who had this table filled may not change its case any more."), "not_allowed") from error
    document = Document.objects.visible_to(user).filter(pk=row.document_id, case=row.table.case_id).first()
    if document is None:
        return None
    if document.text_version_id is not None:
        return document
    if document.status in Document.TERMINAL:
        raise PermanentError(_("This document could not be read, so nothing can be found in it."), "not_read")
    return None


def ended(record: TaskRecord, job: ReviewJob, outcome: str) -> None:
    """In the transaction that ends the task. What a failed one left empty has failed for its reason; a cancelled one leaves it empty.

    Cells that were emptied after one that succeeded had looked for the last time get a task of their own.
    """
    left = ReviewCell.objects.filter(row=job.row_id, state=State.WAITING)
    if outcome == "failed":
        left.update(state=State.FAILED, error=record.error, updated=timezone.now())
    elif outcome == "succeeded" and left.filter(tables.LIVING, row__document__text_version__isnull=False).exists():
        manager.submit(TASK, job, scope=record.scope, user=record.user, batch=record.batch, priority=PRIORITY)


def retried(again: Sequence[tuple[TaskRecord, ReviewJob]]) -> None:
    rows = [job.row_id for _record, job in again]
    ReviewCell.objects.filter(row__in=rows, state=State.FAILED).update(state=State.WAITING, error="", updated=timezone.now())
