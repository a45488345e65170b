"""What people do with review tables: make, rename and delete them, change their columns and rows.

Each raises Http404 for who may not see the table's case, PermissionDenied for who may not change it, and Refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Max, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import AuditEvent, Case, Role
from documents.errors import Refused
from documents.models import Document, ReviewCell, ReviewQuestion, ReviewRow, ReviewTable

LONGEST_QUESTION, LONGEST_TITLE = 1000, 200
EMPTY: dict[str, Any] = {
    "state": ReviewCell.State.WAITING, "text": "", "quote": "", "error": "", "text_version": None, "chunk": None,
    "page": None, "page_to": None, "start": None, "end": None, "at": None, "to": None,
}  # fmt: skip
"""A cell of which nothing is known; what a person wrote there is not part of it."""

LIVING = Q(row__table__deleted_at=None, row__document__deleted_at=None, row__document__case=F("row__table__case"))
"""Cells of documents that are (still) in the case of their table."""

_MISSING_CELLS = """
INSERT INTO documents_reviewcell (row_id, question_id, state, text, quote, error, corrected, updated)
SELECT r.id, q.id, 'waiting', '', '', '', '', now()
FROM documents_reviewrow r JOIN documents_reviewquestion q ON q.table_id = r.table_id
WHERE r.table_id = %s AND NOT EXISTS (SELECT 1 FROM documents_reviewcell c WHERE c.row_id = r.id AND c.question_id = q.id)
ON CONFLICT (row_id, question_id) DO NOTHING
"""


def make(case: Case, user: Any, title: str, questions: Sequence[str], documents: Iterable[UUID]) -> ReviewTable:
    """Raises also Refused (no_title, no_question, question_too_long, too_many_questions, no_documents, too_many_documents)."""
    case.require(user, Role.EDITOR)
    texts = [_question(text) for text in questions]
    _fits(len(texts))
    if not texts:
        raise Refused(_("Please ask at least one question."), "no_question")
    with transaction.atomic():
        table = ReviewTable.objects.create(case=case, title=_title(title), created_by=user)
        ReviewQuestion.objects.bulk_create(ReviewQuestion(table=table, number=n, text=text) for n, text in enumerate(texts, 1))
        count = _add_rows(table, user, documents)
        if not count:
            raise Refused(_("Please choose at least one document of this case."), "no_documents")
        AuditEvent.write("review.made", case=case, actor=user, count=count)
    return table


def held(table: ReviewTable, user: Any, role: str = Role.EDITOR) -> ReviewTable:
    """The table, locked in the caller's transaction, for who has the role in its case."""
    found = ReviewTable.objects.select_for_update(of=("self",)).select_related("case").filter(pk=table.pk, deleted_at=None).first()
    if found is None:
        raise Http404
    found.case.require(user, role)
    return found


def rename(table: ReviewTable, user: Any, title: str) -> ReviewTable:
    with transaction.atomic():
        found = held(table, user)
        found.title = _title(title)
        found.save(update_fields=["title", "updated"])
    return found


def delete(table: ReviewTable, user: Any) -> None:
    with transaction.atomic():
        found = held(table, user)
        found.deleted_at = timezone.now()
        found.save(update_fields=["deleted_at", "updated"])
        AuditEvent.write("review.deleted", case=found.case, actor=user)


def add_question(table: ReviewTable, user: Any, text: str) -> ReviewQuestion:
    """A column at the end, whose cells wait to be filled."""
    with transaction.atomic():
        found = held(table, user)
        _fits(found.questions.count() + 1)
        last = found.questions.aggregate(last=Max("number"))["last"] or 0
        question = ReviewQuestion.objects.create(table=found, number=last + 1, text=_question(text))
        _make_cells(found)
        _touch(found)
    return question


def change_question(question: ReviewQuestion, user: Any, text: str, *, keep_corrections: bool = True) -> ReviewQuestion:
    """Another text empties its column: what was found answered another question. What people wrote stays, unless it is not to be kept."""
    with transaction.atomic():
        table = held(question.table, user)
        found = _of_table(table.questions.select_for_update(of=("self",)), question.pk)
        wanted = _question(text)
        if wanted == found.text:
            return found
        found.text = wanted
        found.save(update_fields=["text"])
        dropped = {} if keep_corrections else {"corrected": "", "corrected_by": None, "corrected_at": None}
        found.cells.update(**EMPTY, **dropped, updated=timezone.now())
        _touch(table)
    return found


def move_question(question: ReviewQuestion, user: Any, number: int) -> None:
    """To the place `number`, counted from 1 at the left."""
    with transaction.atomic():
        table = held(question.table, user)
        ordered = list(table.questions.select_for_update(of=("self",)))
        moved = next((one for one in ordered if one.pk == question.pk), None)
        if moved is None:
            raise Http404
        ordered.remove(moved)
        ordered.insert(max(0, min(number - 1, len(ordered))), moved)
        for place, one in enumerate(ordered, 1):
            one.number = place
        ReviewQuestion.objects.bulk_update(ordered, ["number"])
        _touch(table)


def delete_question(question: ReviewQuestion, user: Any) -> None:
    """Raises also Refused (last_question)."""
    with transaction.atomic():
        table = held(question.table, user)
        found = _of_table(table.questions.all(), question.pk)
        if table.questions.count() == 1:
            raise Refused(_("A table has at least one question. Change this one, or delete the table."), "last_question")
        found.delete()
        _touch(table)


def add_rows(table: ReviewTable, user: Any, documents: Iterable[UUID]) -> int:
    """Rows for these documents of the case that have none yet; gives how many."""
    with transaction.atomic():
        found = held(table, user)
        count = _add_rows(found, user, documents)
        _touch(found)
    return count


def remove_rows(table: ReviewTable, user: Any, rows: Iterable[int]) -> int:
    with transaction.atomic():
        found = held(table, user)
        count, _of_each = found.rows.filter(pk__in=list(rows)).delete()
        _touch(found)
    return count


def correct(cell: ReviewCell, user: Any, text: str | None) -> ReviewCell:
    """Write what a person says instead of what was found: "" says that there is nothing, None takes the correction back."""
    with transaction.atomic():
        table = held(cell.row.table, user)
        found = ReviewCell.objects.select_for_update(of=("self",)).filter(pk=cell.pk, row__table=table).first()
        if found is None:
            raise Http404
        found.corrected = "" if text is None else " ".join(text.replace("\0", "").split())[:4000]
        found.corrected_at = None if text is None else timezone.now()
        found.corrected_by = None if text is None else user
        found.save(update_fields=["corrected", "corrected_at", "corrected_by", "updated"])
    return found


def _add_rows(table: ReviewTable, user: Any, documents: Iterable[UUID]) -> int:
    wanted = list(dict.fromkeys(documents))
    visible = Document.objects.visible_to(user).filter(case=table.case_id)
    originals = dict(visible.filter(pk__in=wanted).values_list("pk", "duplicate_of"))
    of_copies = set(visible.filter(pk__in=[pk for pk in originals.values() if pk is not None]).values_list("pk", flat=True))
    there = set(table.rows.values_list("document_id", flat=True))
    chosen: dict[UUID, None] = {}
    for pk in wanted:
        if pk in originals:
            original = originals[pk]
            chosen[original if original in of_copies else pk] = None
    new = [pk for pk in chosen if pk not in there]
    if len(new) + living_rows(table).count() > ReviewTable.MOST_DOCUMENTS:
        text = _("A table has at most %(most)d documents; please choose fewer.") % {"most": ReviewTable.MOST_DOCUMENTS}
        raise Refused(text, "too_many_documents")
    last = table.rows.aggregate(last=Max("number"))["last"] or 0
    ReviewRow.objects.bulk_create(ReviewRow(table=table, number=n, document_id=pk) for n, pk in enumerate(new, last + 1))
    _make_cells(table)
    return len(new)


def living_rows(table: ReviewTable) -> QuerySet[ReviewRow]:
    """Its rows without those whose document was deleted or went to another case."""
    return ReviewRow.objects.filter(table=table, document__deleted_at=None, document__case=F("table__case"))


def _make_cells(table: ReviewTable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_MISSING_CELLS, [table.pk])


def _touch(table: ReviewTable) -> None:
    table.save(update_fields=["updated"])


def _of_table(questions: QuerySet[ReviewQuestion], pk: int) -> ReviewQuestion:
    found = questions.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _title(text: str) -> str:
    title = " ".join(text.replace("\0", "").split())[:LONGEST_TITLE]
    if not title:
        raise Refused(_("Please give the table a title."), "no_title")
    return title


def _question(text: str) -> str:
    question = " ".join(text.replace("\0", "").split())
    if not question:
        raise Refused(_("Please type a question."), "no_question")
    if len(question) > LONGEST_QUESTION:
        raise Refused(_("A question has at most %(most)d characters.") % {"most": LONGEST_QUESTION}, "question_too_long")
    return question


def _fits(questions: int) -> None:
    if questions > ReviewTable.MOST_QUESTIONS:
        raise Refused(_("A table has at most %(most)d questions.") % {"most": ReviewTable.MOST_QUESTIONS}, "too_many_questions")
