"""The figures: what each is called, its unit, its definition, and its value for a stretch of time.

Reports, dashboards, exports and docs/ANALYTICS.md take them from here, so that one name means one thing everywhere. A stretch begins
at `since` and ends before `until`, both with a time zone; a report's day is a UTC day.

What rests on days (searches, deadlines) is counted for the UTC days that begin within the stretch.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

GROUPS: dict[str, str | Promise] = {
    "documents": _("Documents"),
    "recordings": _("Recordings"),
    "searches": _("Searches"),
    "answers": _("Questions and answers"),
    "matters": _("Deadlines and people"),
    "tasks": _("Tasks"),
    "requests": _("Requests"),
    "storage": _("Storage"),
}
"""In the order in which they are shown."""
VERSION = 1
"""Of the definitions: raised when one of them changes its meaning."""


class Unit(StrEnum):
    COUNT = "count"
    SECONDS = "seconds"
    HOURS = "hours"
    MILLISECONDS = "milliseconds"
    BYTES = "bytes"
    PERCENT = "percent"
    MONEY = "money"


@dataclass(frozen=True)
class Stretch:
    """What time, and of which case (None: the installation). `each_case`: of the installation, and of every case in the same queries."""

    since: datetime.datetime
    until: datetime.datetime
    case: UUID | None = None
    each_case: bool = False

    @property
    def first(self) -> datetime.date:
        """The first of the UTC days that begin within it."""
        return _first_day_from(self.since)

    @property
    def after(self) -> datetime.date:
        """The day after the last of them."""
        return _first_day_from(self.until)


def _first_day_from(moment: datetime.datetime) -> datetime.date:
    moment = moment.astimezone(datetime.UTC)
    return moment.date() if moment.time() == datetime.time() else moment.date() + datetime.timedelta(days=1)


def day_of(day: datetime.date, case: UUID | None = None, *, each_case: bool = False) -> Stretch:
    """A whole UTC day."""
    since = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
    return Stretch(since, since + datetime.timedelta(days=1), case, each_case)


Values = Mapping[str, float | int | None]
"""Figures by key; None: nothing to say (a median of nothing)."""
LinkTo = Callable[[Stretch, str], str]
"""`link(stretch, part)`: the address of the page that lists what is counted, "" where there is none; `part` is "" for the whole."""


@dataclass(frozen=True)
class Figure:
    """`per`: a figure that is told in parts ("documents_in" by kind) has {key}:{part} in the values beside it, those that are not 0; parts
    are words of `per`, which `part_label` writes for people. `staff_only`: told of the installation only. `empty`: its value where nothing
    happened. `standing`: tells how things are at the end of the stretch, not what happened in it. `kept_days`: after how many days the
    rows go of which it is counted, None: never."""

    key: str
    label: str | Promise
    unit: Unit
    definition: str | Promise
    group: str
    per: str = ""
    staff_only: bool = False
    link: LinkTo | None = None
    part_label: Callable[[str], str] = str
    empty: float | int | None = 0
    standing: bool = False
    kept_days: Callable[[], int] | None = None
    more_is_worse: bool = False


Source = Callable[[Stretch], Mapping[UUID | None, Values]]
"""Values under the stretch's case (None: the installation) and, where it asks for each case, under each in which there are any."""
_figures: dict[str, Figure] = {}
_sources: list[Source] = []


def define(figures: Sequence[Figure], source: Source) -> None:
    """`source(stretch)` computes all of these at once, in a constant number of queries; what it leaves out is `empty`."""
    for figure in figures:
        _figures[figure.key] = figure
    if source not in _sources:
        _sources.append(source)


def defined() -> list[Figure]:
    """In the order of their groups, and in these of their definition."""
    order = list(GROUPS)
    return sorted(_figures.values(), key=lambda figure: order.index(figure.group))


def figure(key: str) -> Figure:
    """The figure of a key or of a part of it; raises KeyError."""
    return _figures[key.partition(":")[0]]


def values_of(stretch: Stretch) -> dict[str, float | int | None]:
    """All figures of a stretch; those that are `staff_only` are left out of a case's."""
    return _all(replace(stretch, each_case=False))[stretch.case]


def values_of_cases(stretch: Stretch) -> dict[UUID | None, dict[str, float | int | None]]:
    """The installation's under None, and those of every case that has any."""
    return _all(replace(stretch, case=None, each_case=True))


def nothing(case: UUID | None) -> dict[str, float | int | None]:
    """The values of a stretch in which nothing happened."""
    return {one.key: one.empty for one in defined() if case is None or not one.staff_only}


def _all(stretch: Stretch) -> dict[UUID | None, dict[str, float | int | None]]:
    found: dict[UUID | None, dict[str, float | int | None]] = {stretch.case: nothing(stretch.case)}
    for source in _sources:
        for case, values in source(stretch).items():
            mine = found.setdefault(case, nothing(case))
            mine.update({key: value for key, value in values.items() if case is None or not figure(key).staff_only})
    return found
