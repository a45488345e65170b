"""A report as it is shown: its figures in groups, each with its value, what it was before, and where it leads."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.models import DailyReport
from analytics.services.figures import GROUPS, Figure, Stretch, Values, day_of, defined
from analytics.services.reports.wording import written

DAY = datetime.timedelta(days=1)
Number = float | int | None


@dataclass(frozen=True)
class Part:
    key: str
    label: str
    value: Number
    text: str
    url: str = ""


@dataclass(frozen=True)
class Change:
    """Against another day: "" where that is not known. `tone`: better, worse or ""."""

    text: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Shown:
    figure: Figure
    value: Number
    before: Number
    week_before: Number
    text: str
    url: str = ""
    parts: Sequence[Part] = field(default_factory=list)

    @property
    def against_before(self) -> Change:
        return change(self.figure, self.value, self.before)

    @property
    def against_week_before(self) -> Change:
        return change(self.figure, self.value, self.week_before)


@dataclass(frozen=True)
class Group:
    key: str
    label: str
    figures: list[Shown]


def change(figure: Figure, value: Number, other: Number) -> Change:
    if value is None or other is None:
        return Change()
    difference = value - other
    if not difference:
        return Change("±0")
    sign = "+" if difference > 0 else "−"
    tone = ("worse" if difference > 0 else "better") if figure.more_is_worse else ""
    return Change(f"{sign}{written(figure.unit, abs(difference))}", tone)


def compared(report: DailyReport) -> tuple[Values, Values]:
    """The figures of the day before and of the same weekday a week before; {} where there is no report."""
    asked = [report.day - DAY, report.day - 7 * DAY]
    found = dict(DailyReport.objects.filter(case=report.case_id, day__in=asked).values_list("day", "figures"))
    return found.get(asked[0], {}), found.get(asked[1], {})


def figures(report: DailyReport, *, linked: bool = True) -> list[Shown]:
    """All that the report has, in the order of their definition. A figure that was not defined yet when it was made is not in it."""
    before, week_before = compared(report)
    stretch = day_of(report.day, report.case_id)
    return [
        Shown(
            one, (value := report.figures[one.key]), before.get(one.key), week_before.get(one.key), written(one.unit, value),
            one.link(stretch, "") if linked and one.link and value else "", _parts(one, report.figures, stretch, linked),
        )
        for one in defined()
        if one.key in report.figures
    ]  # fmt: skip


def groups(report: DailyReport, *, linked: bool = True, quiet: bool = False) -> list[Group]:
    """`quiet` leaves out groups in which nothing happened."""
    shown = figures(report, linked=linked)
    made = [Group(key, str(label), [one for one in shown if one.figure.group == key]) for key, label in GROUPS.items()]
    return [group for group in made if group.figures and (not quiet or any(one.value for one in group.figures))]


def _parts(figure: Figure, values: Values, stretch: Stretch, linked: bool) -> list[Part]:
    """The largest first."""
    found = [(key.partition(":")[2], value) for key, value in values.items() if key.startswith(f"{figure.key}:")]
    found.sort(key=lambda part: (-(part[1] or 0), part[0]))
    return [
        Part(
            part, figure.part_label(part), value, written(figure.unit, value), figure.link(stretch, part) if linked and figure.link else ""
        )
        for part, value in found
    ]


def as_data(report: DailyReport) -> dict[str, Any]:
    """For programs: numbers in the units of their definitions, seconds, hours, milliseconds, bytes."""
    return {
        "date": report.day,
        "case": report.case_id,
        "made": report.made,
        "figures": [
            {
                "key": one.figure.key,
                "label": str(one.figure.label),
                "unit": one.figure.unit.value,
                "definition": str(one.figure.definition),
                "value": one.value,
                "before": one.before,
                "week_before": one.week_before,
                "parts": [{"key": part.key, "label": part.label, "value": part.value} for part in one.parts],
            }
            for one in figures(report, linked=False)
        ],
    }
