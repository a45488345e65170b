"""Daily reports: a row for each figure of each day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.models import DailyReport
from analytics.services import figures
from analytics.services.exports.content.tables import Column, Row, RowTable, Type
from analytics.services.exports.sources.base import Options, Source, Subject, visible_case

COLUMNS = (
    Column("day", Type.DATE, gettext_lazy("the day, UTC")),
    Column("figure", Type.WORD, gettext_lazy("key of the figure")),
    Column("part", Type.TEXT, gettext_lazy("what part of it, where it is told in parts")),
    Column("label", Type.TEXT, gettext_lazy("what the figure is called")),
    Column("value", Type.REAL, gettext_lazy("its value; empty where there was nothing to measure")),
    Column("unit", Type.WORD, gettext_lazy("unit of the value")),
    Column("definition", Type.TEXT, gettext_lazy("how the figure is defined")),
    Column("made", Type.TIME, gettext_lazy("when the report was made")),
)


def _subject(user: Any, target: UUID | None) -> Subject:
    if target:
        case = visible_case(user, target)
        return Subject(case, case, _("Reports of %(case)s") % {"case": case.title})
    if not user.is_staff:
        raise PermissionDenied(_("The reports of the whole installation are for administrators."))
    return Subject(None, None, _("Reports"))


def _reports(user: Any, case: Any, options: Options) -> QuerySet[DailyReport]:
    found = DailyReport.objects.visible_to(user).filter(case=case).order_by("day")
    if options.since:
        found = found.filter(day__gte=options.since)
    return found.filter(day__lte=options.until) if options.until else found


def _rows(user: Any, case: Any, options: Options) -> Iterator[Row]:
    for report in _reports(user, case, options).iterator(chunk_size=100):
        for name, value in report.figures.items():
            key, _colon, part = name.partition(":")
            yield (report.day, key, part, *_explained(key, value), report.made)


def _explained(key: str, value: Any) -> tuple[str, Any, str, str]:
    """Label, value, unit, definition. A figure that is defined no more keeps its key."""
    try:
        known = figures.figure(key)
    except KeyError:
        return key, value, "", ""
    return str(known.label), value, str(known.unit), str(known.definition)


def _tables(user: Any, subject: Subject, options: Options) -> list[RowTable]:
    def count() -> int:
        return sum(len(found) for found in _reports(user, subject.case, options).values_list("figures", flat=True).iterator())

    return [RowTable("figures", COLUMNS, lambda: _rows(user, subject.case, options), count)]


SOURCE = Source("report", gettext_lazy("The figures of daily reports"), _subject, _tables, frozenset({"since", "until"}))
