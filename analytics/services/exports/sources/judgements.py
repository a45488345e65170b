"""Votes on hits and answers as a list for evaluation: for the owner of a case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.services.exports.content.tables import Column, Row, RowTable, Type
from analytics.services.exports.sources.base import Options, Source, Subject, visible_case
from analytics.services.ratings.judgements import JudgementList, judgements
from cases.models import Case, Role

COLUMNS = (
    Column("kind", Type.WORD, gettext_lazy("hit of a search, or answer")),
    Column("asked", Type.TEXT, gettext_lazy("what was searched for or asked")),
    Column("words", Type.JSON, gettext_lazy("of a search: the words of its address")),
    Column("document", Type.WORD, gettext_lazy("of a hit: id of the document")),
    Column("title", Type.TEXT, gettext_lazy("its title")),
    Column("page", Type.WHOLE, gettext_lazy("its page, from 1")),
    Column("answer", Type.WORD, gettext_lazy("id of the answer")),
    Column("useful", Type.FLAG, gettext_lazy("of a hit: whether somebody found it useful")),
    Column("value", Type.WHOLE, gettext_lazy("of an answer: 1 to 5")),
    Column("when", Type.TIME, gettext_lazy("when somebody said so last")),
)


def _subject(user: Any, target: UUID | None) -> Subject:
    case = visible_case(user, target, Role.OWNER)
    return Subject(case, case, _("Votes in %(case)s") % {"case": case.title})


def _rows(case: Case, user: Any) -> Iterator[Row]:
    return ([told[column.name] for column in COLUMNS] for told in judgements(case, user))


def _tables(user: Any, subject: Subject, options: Options) -> list[RowTable]:
    return [RowTable("votes", COLUMNS, lambda: _rows(subject.row, user), lambda: len(JudgementList(subject.row, user)))]


SOURCE = Source("judgements", gettext_lazy("What people thought of hits and answers, without their names"), _subject, _tables)
