"""A review table: the answers as a table, and every answer with what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Case as Either
from django.db.models import QuerySet, When
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from analytics.services.exports.content.tables import Column, QueryTable, Row, RowTable, Table, Type
from analytics.services.exports.sources.base import Options, Source, Subject
from documents.models import Document, ReviewCell, ReviewQuestion, ReviewTable
from documents.services.review import showing

AT_ONCE = 100
ANSWER = Either(When(corrected_at__isnull=False, then="corrected"), default="text")
QUOTATIONS = (
    Column("row", Type.WHOLE, _("number of the row, from 1"), of="row__number"),
    Column("document", Type.WORD, _("id of the document"), of="row__document_id"),
    Column("title", Type.TEXT, _("its title"), of="row__document__title"),
    Column("question", Type.WHOLE, _("number of the question, from 1"), of="question__number"),
    Column("asked", Type.TEXT, _("the question"), of="question__text"),
    Column("answer", Type.TEXT, _("what a person wrote, or else what was found"), of=ANSWER),
    Column("quotation", Type.TEXT, _("the words on which it rests"), of="quote"),
    Column("page", Type.WHOLE, _("page of the quotation, from 1")),
    Column("state", Type.WORD, _("waiting, found, nothing or failed")),
    Column("corrected_by", Type.TEXT, _("who wrote the answer, where a person did"), of="corrected_by__username"),
    Column("updated", Type.TIME, _("when the answer was changed last")),
)


def _subject(user: Any, target: UUID | None) -> Subject:
    found = ReviewTable.objects.visible_to(user).select_related("case").filter(pk=target).first() if target else None
    if found is None:
        raise Http404
    return Subject(found.case, found, found.title)


def _tables(user: Any, subject: Subject, options: Options) -> list[Table]:
    table: ReviewTable = subject.row
    questions = list(table.questions.all())
    columns = [
        Column("document", Type.TEXT, _("title of the document")),
        *(Column(f"question_{place}", Type.TEXT, one.text, title=one.text) for place, one in enumerate(questions, 1)),
    ]

    def cells() -> QuerySet[ReviewCell]:
        return ReviewCell.objects.filter(row__table=table, row__document__in=Document.objects.visible_to(user).values("pk"))

    return [
        RowTable("answers", columns, lambda: _answers(table, questions), lambda: len(showing.ordered(table, showing.Asked()))),
        QueryTable("quotations", QUOTATIONS, cells),
    ]


def _answers(table: ReviewTable, questions: list[ReviewQuestion]) -> Iterator[Row]:
    rows = showing.ordered(table, showing.Asked())
    for first in range(0, len(rows), AT_ONCE):
        for row in showing.shown(rows[first : first + AT_ONCE], questions):
            said = {one.question.pk: one.text for one in row.cells}
            yield [row.document.title, *(said.get(one.pk) for one in questions)]


SOURCE = Source("review", _("The answers of a review table"), _subject, _tables)
