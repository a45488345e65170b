"""Tasks, narrowed as the list of tasks is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.models.exports import FOR_STAFF
from analytics.services.exports.content.tables import Column, QueryTable, Type
from analytics.services.exports.sources.base import Options, Source, Subject, visible_case
from documents.errors import Refused
from tasks.models import TaskRecord
from tasks.operations.filters import FilterError, TaskFilter, narrowed

COLUMNS = (
    Column("id", Type.WORD, gettext_lazy("id of the task"), of="pk"),
    Column("name", Type.WORD, gettext_lazy("kind of the task")),
    Column("status", Type.WORD, gettext_lazy("pending, queued, started, retrying, succeeded, failed or cancelled")),
    Column("case", Type.WORD, gettext_lazy("id of the case that it works for"), of="scope"),
    Column("asked_by", Type.TEXT, gettext_lazy("who had it done"), of="user__username"),
    Column("created", Type.TIME, gettext_lazy("when it was asked for")),
    Column("queued", Type.TIME, gettext_lazy("when it came into the queue"), of="queued_at"),
    Column("started", Type.TIME, gettext_lazy("when its last attempt began"), of="started_at"),
    Column("finished", Type.TIME, gettext_lazy("when it ended"), of="finished_at"),
    Column("attempts", Type.WHOLE, gettext_lazy("attempts that were begun"), of="attempt"),
    Column("retries", Type.WHOLE, gettext_lazy("attempts that were begun because one failed")),
    Column("lost", Type.WHOLE, gettext_lazy("attempts whose worker died")),
    Column("executor", Type.WORD, gettext_lazy("what ran it")),
    Column("percent", Type.REAL, gettext_lazy("how far it is"), "percent"),
    Column("error_code", Type.WORD, gettext_lazy("why it failed, as a word")),
    Column("error", Type.TEXT, gettext_lazy("why it failed, as a sentence")),
)


def _subject(user: Any, target: UUID | None) -> Subject:
    """Of one case, or of all that the user sees."""
    case = visible_case(user, target) if target else None
    return Subject(case, case, _("Tasks of %(case)s") % {"case": case.title} if case else _("Tasks"))


def _rows(user: Any, case: Any, options: Options) -> QuerySet[TaskRecord]:
    try:
        rows = narrowed(TaskRecord.objects.visible_to(user), options.filters)
    except FilterError as error:
        raise Refused(str(error), "bad_filter") from error
    return rows.filter(scope=case.pk) if case else rows


def _tables(user: Any, subject: Subject, options: Options) -> list[QueryTable]:
    _rows(user, subject.case, options)
    return [QueryTable("tasks", COLUMNS, lambda: _rows(user, subject.case, options))]


def _content_of(user: Any, options: Options) -> Sequence[UUID]:
    rows = _rows(user, None, options)
    found = rows.exclude(scope=None).order_by().values_list("scope", flat=True).distinct()
    for_staff = rows.filter(scope=None).exclude(user=user).exists()
    return [*(case for case in found if case is not None), *([FOR_STAFF] if for_staff else [])]


SOURCE = Source(
    "tasks", gettext_lazy("Tasks with their times and errors"), _subject, _tables, frozenset({"filters"}),
    words=frozenset(TaskFilter.base_filters), content_of=_content_of,
)  # fmt: skip
