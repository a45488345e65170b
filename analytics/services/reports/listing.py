"""The list of reports with their main figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from analytics.models import DailyReport
from analytics.services.figures import Figure, figure
from analytics.services.reports.mailing import address
from analytics.services.reports.wording import written
from cases.models import Case

MAIN = ("documents_in", "documents_failed", "pages_read", "audio_hours", "tasks_failed", "searches", "answers")
OF_INSTALLATION = (*MAIN, "server_errors", "storage_bytes")
ALL = "all"
"""Chosen instead of a case: all of one's cases."""


@dataclass(frozen=True)
class Row:
    report: DailyReport
    url: str
    cells: list[tuple[Figure, str, bool]]
    """The figure, its value, and whether it should be looked at."""


def listed(user: Any, case: Case | None, *, installation: bool) -> QuerySet[DailyReport]:
    """Newest first. Of a case, of the installation, or of all cases that the user sees."""
    reports = DailyReport.objects.visible_to(user).select_related("case")
    reports = reports.filter(case=case) if case is not None else reports.filter(case__isnull=installation)
    return reports.order_by("-day", "case__title", "pk")


def columns(of_installation: bool) -> list[Figure]:
    return [figure(key) for key in (OF_INSTALLATION if of_installation else MAIN)]


def rows(reports: Iterable[DailyReport]) -> list[Row]:
    return [Row(report, address(report), [_cell(one, report) for one in columns(report.case_id is None)]) for report in reports]


def _cell(one: Figure, report: DailyReport) -> tuple[Figure, str, bool]:
    value = report.figures.get(one.key)
    return one, written(one.unit, value), one.more_is_worse and bool(value)
