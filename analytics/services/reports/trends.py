"""Charts of the last two weeks, from the reports that are stored."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from analytics.models import DailyReport
from analytics.services.charts import Chart, Look, Series
from analytics.services.figures import Values

DAYS = 14
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Trend:
    """`lines` are the names of the series by the keys of their figures."""

    key: str
    title: str | Promise
    look: Look
    lines: Mapping[str, str | Promise]
    unit: str = ""
    decimals: int = 0
    divided_by: int = 1


TRENDS = (
    Trend("documents", _("Documents in"), Look.BARS, {"documents_in": _("Added"), "documents_failed": _("Of them failed")}),
    Trend("pages", _("Pages"), Look.BARS, {"pages_read": _("Read"), "pages_recognised": _("Recognised (OCR)")}),
    Trend("searches", _("Searches"), Look.BARS, {"searches": _("All"), "searches_empty": _("Without result")}),
    Trend("answers", _("Answers"), Look.BARS, {"answers": _("All"), "answers_refused": _("Refused"), "answers_unsupported": _("Marked")}),
    Trend(
        "tasks", _("Tasks ended"), Look.STACKED,
        {"tasks_ended:succeeded": _("Done"), "tasks_ended:failed": _("Failed"), "tasks_ended:cancelled": _("Cancelled")},
    ),
    Trend(
        "waiting", _("Waiting of tasks"), Look.LINES,
        {"task_waiting_median": _("Median"), "task_waiting_p95": _("95th percentile")}, "s", 1,
    ),
    Trend("requests", _("Requests"), Look.BARS, {"requests": _("All"), "client_errors": _("Refused"), "server_errors": _("Failed")}),
    Trend("storage", _("Stored"), Look.LINES, {"storage_bytes": _("At the end of the day")}, "MB", 1, MEGABYTE),
)  # fmt: skip


def charts(case: UUID | None, until: datetime.date, address: Callable[[datetime.date], str]) -> list[Chart]:
    """Of the days to `until`, those in which anything is to be seen; each value leads to the report of its day."""
    shown = [until - datetime.timedelta(days=back) for back in reversed(range(DAYS))]
    rows = DailyReport.objects.filter(case=case, day__range=(shown[0], shown[-1])).values_list("day", "figures")
    made = [_chart(trend, shown, dict(rows), address) for trend in TRENDS]
    return [chart for chart in made if not chart.is_empty]


def _chart(
    trend: Trend, shown: Sequence[datetime.date], reports: Mapping[datetime.date, Values], address: Callable[[datetime.date], str]
) -> Chart:
    def value(day: datetime.date, key: str) -> float | None:
        """A part that is not told was 0."""
        figures = reports.get(day)
        if figures is None or figures.get(key.partition(":")[0]) is None:
            return None
        return (figures.get(key) or 0) / trend.divided_by

    urls = [address(day) if day in reports else "" for day in shown]
    series = [Series(str(name), [value(day, key) for day in shown], urls) for key, name in trend.lines.items()]
    labels = [date_format(day, "M j") for day in shown]
    return Chart(trend.key, str(trend.title), trend.look, labels, series, trend.unit, trend.decimals, _now("The last 14 days, UTC."))
