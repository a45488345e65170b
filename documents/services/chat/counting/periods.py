"""Dates of a counting question: "after March", "between 1 May and 30 June 2025", "last week", "in the last 30 days"."""

from __future__ import annotations

import datetime
import re
from calendar import monthrange
from dataclasses import dataclass

from documents.services.classification.dates import MONTHS

Day = datetime.date
_ENGLISH = sorted((name for name in MONTHS if name.isascii()), key=len, reverse=True)
_M = "(?:" + "|".join(_ENGLISH) + r")\b\.?"
_Y = r"(?:1[89]|20)\d\d(?![\d/-])"
_D = r"(?:[0-3]?\d)(?:st|nd|rd|th)?(?!\d)"
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10, "twelve": 12}
_N = rf"(?:\d{{1,3}}|{'|'.join(_NUMBERS)})"
DATE = (
    rf"(?:\d{{4}}-\d\d-\d\d|\d{{1,2}}/\d{{1,2}}/\d{{4}}|(?:the\s+)?{_D}\s+(?:of\s+)?{_M}(?:,?\s+{_Y})?"
    rf"|{_M}\s+{_D}(?:,?\s+{_Y})?|{_M}(?:,?\s+(?:of\s+)?{_Y})?"
    rf"|(?:the\s+year\s+)?{_Y}|today|yesterday|(?:the\s+)?(?:last|past|previous|this"
    rf"|current)\s+(?:{_N}\s+(?:days?|weeks?|months?|years?)|week|month|year))"
)
_PARSED = re.compile(
    rf"(?P<iso>\d{{4}}-\d\d-\d\d)|(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})/(?P<c>\d{{4}})"
    rf"|(?:the\s+)?(?P<d1>[0-3]?\d)(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m1>{_M})(?:,?\s+(?P<y1>{_Y}))?"
    rf"|(?P<m2>{_M})\s+(?P<d2>[0-3]?\d)(?:st|nd|rd|th)?(?!\d)(?:,?\s+(?P<y2>{_Y}))?"
    rf"|(?P<m3>{_M})(?:,?\s+(?:of\s+)?(?P<y3>{_Y}))?|(?:the\s+year\s+)?(?P<y>{_Y})"
    rf"|(?P<near>today|yesterday)|(?:the\s+)?(?P<which>last|past|previous|this"
    rf"|current)\s+(?:(?P<n>{_N})\s+)?(?P<unit>days?|weeks?|months?|years?)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Span:
    """A day, a month or a year as it was said; `year` 0 where none was."""

    year: int = 0
    month: int = 0
    day: int = 0
    fixed: tuple[Day, Day] | None = None

    def within(self, year: int) -> tuple[Day, Day] | None:
        """Its first and last day, in this year where it has none; None for a day that there is not."""
        if self.fixed is not None:
            return self.fixed
        year = self.year or year
        month, last = self.month or 12, self.month or 1
        try:
            return Day(year, last, self.day or 1), Day(year, month, self.day or monthrange(year, month)[1])
        except ValueError:
            return None


@dataclass(frozen=True)
class Period:
    """From `first` to `last`, both inclusive, either open."""

    first: Day | None = None
    last: Day | None = None


def span_of(text: str, today: Day) -> Span | None:
    """None for what is no date, or one that may be two (3/4/2025)."""
    match = _PARSED.fullmatch(text.strip())
    if match is None:
        return None
    if match["iso"]:
        try:
            day = Day.fromisoformat(match["iso"])
        except ValueError:
            return None
        return Span(fixed=(day, day))
    if match["a"]:
        return _numeric(int(match["a"]), int(match["b"]), int(match["c"]))
    if match["near"]:
        day = today - datetime.timedelta(days=match["near"].lower() == "yesterday")
        return Span(fixed=(day, day))
    if match["which"]:
        return _relative(match["which"].lower(), match["n"], match["unit"].lower().rstrip("s"), today)
    month = next((match[name] for name in ("m1", "m2", "m3") if match[name]), "")
    year = next((match[name] for name in ("y1", "y2", "y3", "y") if match[name]), "")
    day_of_month = match["d1"] or match["d2"] or ""
    return Span(int(year or 0), MONTHS[month.lower().rstrip(".")] if month else 0, int(day_of_month or 0))


def _numeric(first: int, second: int, year: int) -> Span | None:
    if first <= 12 and second <= 12 and first != second:
        return None
    month, day = (first, second) if first <= 12 else (second, first)
    return Span(year, month, day) if month <= 12 else None


def _relative(which: str, number: str | None, unit: str, today: Day) -> Span | None:
    if number is not None:
        count = _NUMBERS.get(number.lower()) or int(number)
        if which in ("this", "current", "previous") or count == 0:
            return None
        first = _months_before(today, count * {"month": 1, "year": 12}[unit]) if unit in ("month", "year") else None
        return Span(fixed=(first or today - datetime.timedelta(days=count * (7 if unit == "week" else 1)), today))
    back = which not in ("this", "current")
    if unit == "week":
        monday = today - datetime.timedelta(days=today.weekday() + 7 * back)
        return Span(fixed=(monday, monday + datetime.timedelta(days=6)))
    if unit == "month":
        first = _months_before(today.replace(day=1), int(back))
        return Span(first.year, first.month)
    return Span(today.year - back) if unit == "year" else None


def _months_before(day: Day, months: int) -> Day:
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    return Day(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def period_of(how: str, first: Span, second: Span | None, anchor: Day) -> Period | None:
    """`how` is after, since, before, until, in or between; a month without a year is the last one up to the anchor. None where it is no
    time."""
    if how == "between":
        if second is None:
            return None
        ends = second.within(second.year or _year(second, anchor))
        if ends is None:
            return None
        begins = first.within(first.year or ends[1].year)
        if begins is not None and not first.year and begins[0] > ends[1]:
            begins = first.within(ends[1].year - 1)
        return Period(begins[0], ends[1]) if begins is not None and begins[0] <= ends[1] else None
    days = first.within(first.year or _year(first, anchor))
    if days is None:
        return None
    one = datetime.timedelta(days=1)
    return {
        "after": Period(first=days[1] + one),
        "since": Period(first=days[0]),
        "before": Period(last=days[0] - one),
        "until": Period(last=days[1]),
        "in": Period(*days),
    }[how]


def _year(span: Span, anchor: Day) -> int:
    month, day = span.month or 1, span.day or 1
    return anchor.year if (month, day if span.day else 1) <= (anchor.month, anchor.day) else anchor.year - 1
