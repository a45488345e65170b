"""Dates and times of day by value, and as much of them as is told: "3 May 2024" is in May, and may be what "3 May" means."""

from __future__ import annotations

import datetime
import re
from typing import NamedTuple

from documents.services.timeline.dates import DAY, MONTH, dates_in

_NAMES = "january february march april may june july august september october november december".split()  # noqa: SIM905
_MONTHS = {form: number for number, name in enumerate(_NAMES, 1) for form in (name, name[:3], *(["sept"] if number == 9 else []))}
_M = r"(?:January|February|March|April|May|June|July|August|September|October|November|December|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)"
_DAY_NUMBER = r"(?:0?[1-9]|[12]\d|3[01])"
_PARTIAL = re.compile(
    rf"\b(?:the\s+)?(?P<d1>{_DAY_NUMBER})(?:st|nd|rd|th)?\s+(?:day\s+)?(?:of\s+)?(?P<m1>{_M})(?![\w])"
    rf"|\b(?P<m2>{_M})\s+(?:the\s+)?(?P<d2>{_DAY_NUMBER})(?:st|nd|rd|th)?\b(?![,.]?\d|%|\s+(?:percent|million|units?)\b)"
    rf"|\b(?P<m3>{_M})(?![\w])"
)
_YEAR = re.compile(
    r"(?<![\w$€£,.§/-])(?<!§\s)(?<!No\.\s)(?<!Section\s)(?<!section\s)(?P<year>(?:1[789]|20)\d\d)(?P<to>\s?[-–/]\s?(?:(?:1[789]|20)?\d\d))?(?![\w%,/-]*\d|%)"
)
_UNIT_AFTER = re.compile(
    r"\s?-?(?:days?|units?|tons?|pages?|miles?|km|kg|dollars?|euros?|hours?|shares?|feet|employees|times|percent|people|copies)\b", re.I
)
_WEEKDAY = re.compile(r"\b(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)s?\b")
WEEKDAYS = {name: number for number, name in enumerate("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())}  # noqa: SIM905
_HOUR = re.compile(
    r"(?<![\w:.$])(?P<h>[01]?\d|2[0-4])(?::(?P<m>[0-5]\d))?\s?(?P<half>[ap])\.?\s?m\b\.?|(?<![\w:.$])(?P<h24>[01]?\d|2[0-4]):(?P<m24>[0-5]\d)(?![\d:])"
    r"|(?<![\w:.$])(?P<clock>1[0-2]|[1-9]) o['\u2019]clock|\b(?P<word>noon|midnight)\b",
    re.I,
)
# Not a month: "may" as a verb at the head of a sentence, "March" and "August" as they are used otherwise can't be told.
_VERB_MAY = re.compile(r"May(?!\s*(?:\d|,|\.|of\b|and\b|to\b|through\b|until\b|$))")


class Day(NamedTuple):
    """[start, end) in the text; what is not told is None. `other`: the second reading of 3/5/24. `weekday`: 0 is Monday."""

    start: int
    end: int
    year: int | None
    month: int | None
    day: int | None
    other: tuple[int, int] | None = None
    weekday: int | None = None

    def within(self, wider: Day) -> bool:
        """Whether all that this tells is told by the other date."""
        readings = [(wider.month, wider.day), *([wider.other] if wider.other else [])]
        mine = [(self.month, self.day), *([self.other] if self.other else [])]
        if self.year is not None and self.year != wider.year:
            return False
        return any(
            (month is None or month == other_month) and (day is None or day == other_day)
            for month, day in mine
            for other_month, other_day in readings
        )

    @property
    def date(self) -> datetime.date | None:
        if self.year is None or self.month is None or self.day is None:
            return None
        try:
            return datetime.date(self.year, self.month, self.day)
        except ValueError:
            return None


class Hour(NamedTuple):
    start: int
    end: int
    minutes: int
    sure: bool
    """Whether it says before or after noon."""


def days_in(text: str) -> list[Day]:
    found: list[Day] = []
    for one in dates_in(text):
        day = one.date.day if one.precision == DAY else None
        month = one.date.month if one.precision in (DAY, MONTH) else None
        other = (day, month) if one.doubtful and "/" in text[one.start : one.end] and day and month and day <= 12 else None
        found.append(Day(one.start, one.end, one.date.year, month, day, other))
        if one.end_date is not None:
            found.append(Day(one.start, one.end, one.end_date.year, one.end_date.month, one.end_date.day))
    taken = [(one.start, one.end) for one in found]
    for match in _PARTIAL.finditer(text):
        name = match["m1"] or match["m2"] or match["m3"]
        if _overlaps(match.span(), taken) or (match["m3"] and name == "May" and _VERB_MAY.match(text, match.start("m3"))):
            continue
        if match["m3"] and not _is_month(text, match.start("m3"), name):
            continue
        number = match["d1"] or match["d2"]
        found.append(Day(*match.span(), None, _MONTHS[name.rstrip(".").casefold()], int(number) if number else None))
        taken.append(match.span())
    for match in _YEAR.finditer(text):
        if not _overlaps(match.span("year"), taken) and not _UNIT_AFTER.match(text, match.end("year")):
            found.append(Day(*match.span("year"), int(match["year"]), None, None))
    for match in _WEEKDAY.finditer(text):
        found.append(Day(*match.span(), None, None, None, weekday=WEEKDAYS[match[1]]))
    return sorted(found)


def _is_month(text: str, start: int, name: str) -> bool:
    """Whether a name that is a word or a person's, too, is a month here."""
    if name not in ("May", "March", "August", "April", "June"):
        return True
    before = re.search(r"([\w'\u2019]+)\W*$", text[max(0, start - 20) : start])
    return before is not None and before[1].casefold() in {
        "in", "of", "by", "since", "until", "till", "before", "after", "during", "early", "late", "mid", "from", "to", "through", "and", "last", "next", "this", "between", "for", "each", "every",
    }  # fmt: skip


def hours_in(text: str) -> list[Hour]:
    found = []
    for match in _HOUR.finditer(text):
        if match["word"]:
            found.append(Hour(*match.span(), 720 if match["word"].casefold() == "noon" else 0, True))
        elif match["half"]:
            hour = int(match["h"]) % 12 + (12 if match["half"].casefold() == "p" else 0) if int(match["h"]) <= 12 else int(match["h"])
            found.append(Hour(*match.span(), hour * 60 + int(match["m"] or 0), True))
        elif match["clock"]:
            found.append(Hour(*match.span(), int(match["clock"]) * 60, False))
        else:
            hour = int(match["h24"])
            found.append(Hour(*match.span(), hour * 60 + int(match["m24"]), hour > 12 or hour == 0 or match["h24"].startswith("0")))
    return found


def same_hour(one: Hour, other: Hour) -> bool:
    return (one.minutes == other.minutes and one.sure == other.sure) or (one.minutes == other.minutes and one.minutes < 720)


def _overlaps(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in taken)
