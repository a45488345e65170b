"""The timeline as a picture: dates to scale, with numbers that are those of the table's rows. The same events make the same picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format

from cases.models import Event

WIDTH, HEIGHT, MARGIN, AXIS = 1000, 118, 34, 66
APART = 30
"""Marks that would be nearer than this are one."""
LEVELS = 2
MOST_TICKS = 14
_STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120, 240, 600)
"""Months between two ticks, the smallest that gives no more than MOST_TICKS."""


@dataclass(frozen=True)
class Row:
    """A line of the table: its number, and the address of its row."""

    number: int
    event: Event
    url: str


@dataclass(frozen=True)
class Mark:
    """One event, or several that are near to each other, at x; `rows` are theirs."""

    x: float
    y: float
    width: float
    rows: tuple[Row, ...]

    @property
    def label(self) -> str:
        first, last = self.rows[0].number, self.rows[-1].number
        low, high = min(first, last), max(first, last)
        return str(low) if low == high else f"{low}–{high}"

    @property
    def left(self) -> float:
        return round(self.x - self.width / 2, 1)

    @property
    def url(self) -> str:
        return self.rows[0].url

    @property
    def kind(self) -> str:
        """A deadline in it is what matters; else the kind of all, or "several"."""
        kinds = {str(row.event.kind) for row in self.rows}
        return "deadline" if "deadline" in kinds else kinds.pop() if len(kinds) == 1 else "several"

    @property
    def confirmed(self) -> bool:
        return all(row.event.state == Event.State.CONFIRMED for row in self.rows)

    @property
    def first(self) -> Row:
        return min(self.rows, key=lambda row: row.event.date)

    @property
    def last(self) -> Row:
        return max(self.rows, key=lambda row: row.event.date)


@dataclass(frozen=True)
class Picture:
    marks: list[Mark]
    ticks: list[tuple[float, str]]
    today: float | None
    width: int = WIDTH
    height: int = HEIGHT
    axis: int = AXIS


def picture(rows: Sequence[Row], today: date) -> Picture | None:
    """None where there is nothing to show."""
    if not rows:
        return None
    ordered = sorted(rows, key=lambda row: (row.event.date, row.number))
    first, last = ordered[0].event.date, max(row.event.end_date or row.event.date for row in ordered)
    scale = Scale(first, last)
    return Picture(list(_marks(ordered, scale)), list(_ticks(scale)), scale.x(today) if scale.first <= today <= scale.last else None)


class Scale:
    """Days to x. A span of less than a month is drawn as one."""

    def __init__(self, first: date, last: date) -> None:
        self.first = first.replace(day=1)
        self.last = max(last, self.first + timedelta(days=31))

    def x(self, day: date) -> float:
        share = (day - self.first).days / (self.last - self.first).days
        return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)


def _marks(rows: Sequence[Row], scale: Scale) -> Iterator[Mark]:
    groups: list[list[Row]] = []
    for row in rows:
        if groups and scale.x(row.event.date) - scale.x(groups[-1][0].event.date) < APART:
            groups[-1].append(row)
        else:
            groups.append([row])
    for place, group in enumerate(groups):
        middle = round((scale.x(group[0].event.date) + scale.x(group[-1].event.date)) / 2, 1)
        made = Mark(middle, 22 if place % LEVELS else 44, 0, tuple(sorted(group, key=lambda row: row.number)))
        yield Mark(made.x, made.y, 12 + 8 * len(made.label), made.rows)


def _ticks(scale: Scale) -> Iterator[tuple[float, str]]:
    months = (scale.last.year - scale.first.year) * 12 + scale.last.month - scale.first.month + 1
    step = next((step for step in _STEPS if months / step <= MOST_TICKS), _STEPS[-1])
    at = scale.first.year * 12 + scale.first.month - 1
    at += -at % step if step > 1 else 0
    while (day := date(at // 12, at % 12 + 1, 1)) <= scale.last:
        yield scale.x(day), date_format(day, "Y" if step >= 12 else "M Y")
        at += step
