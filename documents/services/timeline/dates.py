"""Dates as English legal writing has them, with how much of a date they tell. Impossible ones (30 February) are none.

dates_in("on or about March 3-5, 2021")[0] == Dated(12, 27, date(2021, 3, 3), "day", date(2021, 3, 5), True)
"""

from __future__ import annotations

import datetime
import re
from calendar import monthrange
from datetime import date
from typing import NamedTuple

from documents.services.classification.dates import ORDINALS

EARLIEST = 1800
DAY, MONTH, YEAR = "day", "month", "year"

_NAMES = (
    ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",), ("june", "jun"), ("july", "jul"),
    ("august", "aug"), ("september", "sept", "sep"), ("october", "oct"), ("november", "nov"), ("december", "dec"),
)  # fmt: skip
_MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names}
_M = r"(?:" + "|".join(sorted((name.capitalize() for name in _MONTHS), key=len, reverse=True)) + r")\b\.?"
_MU = r"(?:" + "|".join(sorted((names[0].upper() for names in _NAMES), key=len, reverse=True)) + r")\b"
_MONTH = rf"(?:{_M}|{_MU})"
_Y = r"(?:1[89]|20)\d\d(?!\d|[-–/]\d)"
_D = r"(?:0?[1-9]|[12]\d|3\d)(?!\d)"
_TH = r"(?:st|nd|rd|th|(?<=[23])d)?"
_TO = r"(?:\s*[-–—]\s*|\s+(?:to|through|until|till|and)\s+)"
_WORDS = "|".join(sorted(ORDINALS, key=len, reverse=True))
_GAP = r"\s{1,3}"
_EDGE = r"(?:(?<![\w/.§$-])|(?<=\b[Mm]id-))"

_FORMS = re.compile(
    rf"{_EDGE}(?:"
    # March 3, 2021 to April 5, 2021; March 30 to April 2, 2021; March 3-5, 2021
    rf"(?P<am>{_MONTH}){_GAP}(?P<ad>{_D}){_TH}(?:,?{_GAP}(?P<ay>{_Y}),?)?{_TO}(?P<bm>{_MONTH}){_GAP}(?P<bd>{_D}){_TH},?{_GAP}(?P<by>{_Y})"
    rf"|(?P<cm>{_MONTH}){_GAP}(?P<cd>{_D}){_TH}{_TO}(?P<ce>{_D}){_TH},?{_GAP}(?P<cy>{_Y})"
    # March 3, 2021; 3-5 March 2021; 3 March 2021; the 3rd day of March, 2021
    rf"|(?P<dm>{_MONTH}){_GAP}(?P<dd>{_D}){_TH},?{_GAP}(?P<dy>{_Y})"
    rf"|(?P<ed>{_D}){_TO}(?P<ee>{_D})\s(?P<em>{_MONTH}),?{_GAP}(?P<ey>{_Y})"
    rf"|(?P<fd>{_D}){_TH}(?:{_GAP}day)?(?:{_GAP}of)?{_GAP}(?P<fm>{_MONTH}),?{_GAP}(?P<fy>{_Y})"
    rf"|(?P<gw>{_WORDS}){_GAP}day{_GAP}of{_GAP}(?P<gm>{_MONTH}),?{_GAP}(?:in{_GAP}the{_GAP}year{_GAP})?(?P<gy>{_Y})"
    # 2021-03-14; 3/14/2021; 3/14/21; 14.03.2021
    rf"|(?P<hy>(?:1[89]|20)\d\d)-(?P<hm>[01]\d)-(?P<hd>[0-3]\d)"
    rf"|(?P<ia>[0-3]?\d)(?P<sep>[/.])(?P<ib>[0-3]?\d)(?P=sep)(?P<iy>(?:1[89]|20)\d\d|\d\d)"
    # March 2021; March of 2021
    rf"|(?P<jm>{_MONTH})(?:,|{_GAP}of)?{_GAP}(?P<jy>{_Y})"
    rf")(?![\w/]|[-.]\d)"
)
_SINGLE = (("dy", "dm", "dd"), ("fy", "fm", "fd"), ("gy", "gm", "gw"), ("hy", "hm", "hd"))
_ABOUT = re.compile(
    r"\b(?:on\s+or\s+about|on\s+or\s+around|in\s+or\s+about|in\s+or\s+around|about|around|approximately|circa|early|mid|late)[-\s]+(?:the\s+)?$",
    re.I,
)
_YEAR_ALONE = re.compile(rf"(?<![\w])In\s(?P<year>{_Y})(?=,)")


class Dated(NamedTuple):
    """[start, end) in the text, and what the date there says. `doubtful`: it is about this, or day and month could be exchanged."""

    start: int
    end: int
    date: datetime.date
    precision: str
    end_date: datetime.date | None
    doubtful: bool


def dates_in(text: str) -> list[Dated]:
    """The dates of a text in order. 3/4/2021 is the 4th of March, unless the same text has dates like 23/3/2021 and none like 3/23/2021;
    without such a witness it is doubtful."""
    day_first, sure = _order_of(text)
    found = [made for match in _FORMS.finditer(text) for made in _read(match, day_first, sure) if made is not None]
    taken = [(one.start, one.end) for one in found]
    for match in _YEAR_ALONE.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            found.append(Dated(match.start("year"), match.end("year"), date(int(match["year"]), 1, 1), YEAR, None, False))
    return sorted(_with_about(text, one) for one in found)


def _with_about(text: str, one: Dated) -> Dated:
    about = _ABOUT.search(text, max(0, one.start - 40), one.start)
    return one._replace(doubtful=True) if about is not None else one


def _order_of(text: str) -> tuple[bool, bool]:
    """Whether numbers with slashes are day first here, and whether the text itself shows it."""
    firsts = seconds = False
    for match in _FORMS.finditer(text):
        if match["sep"] == "/":
            firsts |= int(match["ia"]) > 12
            seconds |= int(match["ib"]) > 12
    return firsts and not seconds, firsts != seconds


def _read(match: re.Match[str], day_first: bool, sure: bool) -> list[Dated | None]:
    if match["am"]:
        last = _day(match["by"], match["bm"], match["bd"])
        first = _day(match["ay"] or match["by"], match["am"], match["ad"])
        if first is not None and last is not None and first > last and not match["ay"]:
            first = _day(str(last.year - 1), match["am"], match["ad"])  # December 30 to January 2, 2021
        return _two(match, "am", "bm", first, last)
    if match["cm"]:
        return _two(match, "cm", "ce", _day(match["cy"], match["cm"], match["cd"]), _day(match["cy"], match["cm"], match["ce"]))
    if match["em"]:
        return _two(match, "ed", "ee", _day(match["ey"], match["em"], match["ed"]), _day(match["ey"], match["em"], match["ee"]))
    if match["sep"]:
        return [_numeric(match, day_first, sure)]
    if match["jm"]:
        return [_one(*match.span(), _day(match["jy"], match["jm"], "1"), MONTH)]
    year, month, day = next(match.group(*names) for names in _SINGLE if match[names[0]])
    return [_one(*match.span(), _day(year, month, day if day.isdigit() else str(ORDINALS[day])))]


def _one(start: int, end: int, day: date | None, precision: str = DAY) -> Dated | None:
    return Dated(start, end, day, precision, None, False) if day is not None else None


def _two(match: re.Match[str], first_group: str, last_group: str, first: date | None, last: date | None) -> list[Dated | None]:
    """From the one day to the other; or two days, where "and" stands between them."""
    if first is None or last is None or first >= last:
        return []
    middle = match.start(last_group)
    joined = re.search(r"\band\s+$", match.string[match.start(first_group) : middle])
    between = re.search(r"\b[Bb]etween\s+$", match.string[max(0, match.start() - 12) : match.start()])
    if joined and not between and (last - first).days > 1:
        return [
            _one(match.start(), len(match.string[: match.start(first_group) + joined.start()].rstrip()), first),
            _one(middle, match.end(), last),
        ]
    return [Dated(*match.span(), first, DAY, last, False)]


def _numeric(match: re.Match[str], day_first: bool, sure: bool) -> Dated | None:
    first, second, year = int(match["ia"]), int(match["ib"]), match["iy"]
    if match["sep"] == "." and len(year) == 2:
        return None  # 1.2.21 is a section, not a day
    if len(year) == 2:
        year = str(2000 + int(year) if int(year) < 70 else 1900 + int(year))
    months_first = match["sep"] == "/" and not day_first
    month, day = (first, second) if months_first else (second, first)
    if month > 12 >= day and match["sep"] == "/":
        month, day = day, month
    made = _day(year, str(month), str(day))
    exchangeable = match["sep"] == "/" and first <= 12 and second <= 12 and first != second and not sure
    return Dated(*match.span(), made, DAY, None, exchangeable) if made is not None else None


def _day(year: str, month: str, day: str) -> date | None:
    """None for a day that there is not."""
    number = int(month) if month.isdigit() else _MONTHS[month.rstrip(".").lower()]
    if not 1 <= number <= 12 or int(year) < EARLIEST:
        return None
    return date(int(year), number, int(day)) if 1 <= int(day) <= monthrange(int(year), number)[1] else None
