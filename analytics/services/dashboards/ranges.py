"""The days that a dashboard shows, and how they are put together: single days, weeks from Monday, or months."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

PRESETS = (7, 30, 90, 365)
USUAL = 30
MOST_DAYS = 3660
MOST_SINGLE_DAYS, MOST_DAYS_IN_WEEKS = 92, 732
DAY = datetime.timedelta(days=1)


class RangeError(ValueError):
    """Days that cannot be shown; the message is for people."""


@dataclass(frozen=True)
class Bucket:
    """Days that are one point of a chart, both included. `label` stands below it, `name` says it whole."""

    first: datetime.date
    last: datetime.date
    label: str
    name: str


@dataclass(frozen=True)
class Range:
    """Whole days of the reader's time zone, both included. `preset`: so many days until today; 0 where days were named."""

    first: datetime.date
    last: datetime.date
    preset: int = 0

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Range:
        """Of an address: `range` as one of PRESETS, or `from` and `to` as days. Raises RangeError."""
        today = timezone.localdate()
        first, last = _day(asked.get("from", ""), _("from")), _day(asked.get("to", ""), _("to"))
        if first is None and last is None:
            return cls.latest(_preset(asked.get("range", "")))
        last = last or today
        first = first or last - (USUAL - 1) * DAY
        if first > last:
            raise RangeError(_("The first day is after the last one."))
        if first > today:
            raise RangeError(_("These days have not come yet."))
        last = min(last, today)
        if (last - first).days >= MOST_DAYS:
            raise RangeError(_("At most %(days)d days can be shown at once.") % {"days": MOST_DAYS})
        return cls(first, last)

    @classmethod
    def latest(cls, days: int = USUAL) -> Range:
        today = timezone.localdate()
        return cls(today - (days - 1) * DAY, today, days)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def by(self) -> str:
        """What a bucket is: day, week or month."""
        return "day" if self.days <= MOST_SINGLE_DAYS else "week" if self.days <= MOST_DAYS_IN_WEEKS else "month"

    @property
    def heading(self) -> str:
        return {"day": _("Day"), "week": _("Week from"), "month": _("Month")}[self.by]

    @property
    def since(self) -> datetime.datetime:
        return beginning(self.first)

    @property
    def until(self) -> datetime.datetime:
        """Where the day after the last one begins."""
        return beginning(self.last + DAY)

    @cached_property
    def buckets(self) -> list[Bucket]:
        buckets, day = [], self.first
        while day <= self.last:
            last = min(self.last, self._end(day))
            buckets.append(self._bucket(day, last))
            day = last + DAY
        return buckets

    def _end(self, day: datetime.date) -> datetime.date:
        if self.by == "day":
            return day
        if self.by == "week":
            return day + (6 - day.weekday()) * DAY
        return (day.replace(day=1) + 32 * DAY).replace(day=1) - DAY

    def _bucket(self, first: datetime.date, last: datetime.date) -> Bucket:
        if self.by == "month":
            name = date_format(first, "F Y")
            return Bucket(first, last, date_format(first, "M Y"), name)
        name = date_format(first, "F j, Y") if first == last else f"{date_format(first, 'F j, Y')} – {date_format(last, 'F j, Y')}"
        return Bucket(first, last, date_format(first, "M j"), name)

    def summed(self, values: Iterable[tuple[datetime.date, float | int | None]]) -> list[float]:
        """What belongs to each bucket, of (day, value)."""
        sums = [0.0] * len(self.buckets)
        for day, value in values:
            if self.first <= day <= self.last:
                sums[self.place(day)] += value or 0
        return sums

    def place(self, day: datetime.date) -> int:
        """Number of the bucket of a day that is in the range."""
        return self._places[day]

    @cached_property
    def _places(self) -> dict[datetime.date, int]:
        return {
            bucket.first + number * DAY: place
            for place, bucket in enumerate(self.buckets)
            for number in range((bucket.last - bucket.first).days + 1)
        }


def beginning(day: datetime.date) -> datetime.datetime:
    """Of a day in the reader's time zone. (At a change of clocks it may be 1:00.)"""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def _preset(word: str) -> int:
    if not word:
        return USUAL
    if word not in map(str, PRESETS):
        raise RangeError(_("The range is one of %(presets)s days.") % {"presets": ", ".join(map(str, PRESETS))})
    return int(word)


def _day(word: str, name: str) -> datetime.date | None:
    if not word:
        return None
    try:
        day = datetime.date.fromisoformat(word)
    except ValueError:
        day = datetime.date.min
    if not 1900 <= day.year <= 9000:
        raise RangeError(_("“%(name)s” must be a day, as 2026-03-31.") % {"name": name})
    return day
