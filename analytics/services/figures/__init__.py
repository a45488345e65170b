"""The figures: what each is called, its unit, its definition, and its value for a stretch of time.

Reports, dashboards, exports and docs/ANALYTICS.md take them from here, so that one name means one thing everywhere. A stretch begins
at `since` and ends before `until`, both with a time zone; a report's day is a UTC day.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.utils.functional import Promise


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
    """What time, and of which case (None: the installation)."""

    since: datetime.datetime
    until: datetime.datetime
    case: UUID | None = None


Values = Mapping[str, float | int | None]
"""Figures by key; None: nothing to say (a median of nothing)."""
LinkTo = Callable[[Stretch], str]


@dataclass(frozen=True)
class Figure:
    """`per`: a figure that is told in parts ("documents_in" by kind) has {key}:{part} in the values beside it; parts are words of `per`.
    `staff_only`: told of the installation only. `link` gives the address of the page that lists what it counts, where there is one."""

    key: str
    label: str | Promise
    unit: Unit
    definition: str | Promise
    group: str
    per: str = ""
    staff_only: bool = False
    link: LinkTo | None = None


Source = Callable[[Stretch], Values]
_figures: dict[str, Figure] = {}
_sources: list[Source] = []


def define(figures: Sequence[Figure], source: Source) -> None:
    """`source(stretch)` computes all of these at once, in a constant number of queries."""
    for figure in figures:
        _figures[figure.key] = figure
    if source not in _sources:
        _sources.append(source)


def defined() -> list[Figure]:
    """In the order of their definition."""
    return list(_figures.values())


def figure(key: str) -> Figure:
    """The figure of a key or of a part of it; raises KeyError."""
    return _figures[key.partition(":")[0]]


def values_of(stretch: Stretch) -> dict[str, float | int | None]:
    """All figures of a stretch; those that are `staff_only` are left out of a case's."""
    found: dict[str, float | int | None] = {}
    for source in _sources:
        found.update(source(stretch))
    return {key: value for key, value in found.items() if stretch.case is None or not figure(key).staff_only}
