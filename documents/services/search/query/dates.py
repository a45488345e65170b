"""Dates as people type them after `from:` and `to:`: a day, a month or a year, in digits or with the month's name."""

from __future__ import annotations

import datetime
import re
from calendar import monthrange

from documents.services.classification.dates import MONTHS

_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_ORDINAL = r"(?:st|nd|rd|th|er|º|\.)?"
WRITTEN = re.compile(
    rf"(?:(?P<m1>{_MONTH})[ -]+(?:(?P<d1>\d{{1,2}}){_ORDINAL}(?:,[ ]*|[ -]+))?|"
    rf"(?:(?P<d2>\d{{1,2}}){_ORDINAL}(?:[ ]+of|[ ]+de)?[ -]+)?(?P<m2>{_MONTH})(?:,|[ ]+de|[ ]+of)?[ -]+)(?P<y>\d{{4}})(?![\w-])",
    re.IGNORECASE,
)
"""March 2024, March 1st, 2024, 1 March 2024, 1-Mar-2024, 1. März 2024."""
IN_DIGITS = re.compile(r"[\d./-]*\d[\d./-]*")
_DIGITS = tuple(
    re.compile(form)
    for form in (
        r"(?P<y>\d{4})(?:[-/.](?P<m>\d{1,2})(?:[-/.](?P<d>\d{1,2}))?)?",
        r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)",
        r"(?P<m>\d{1,2})[/-](?P<d>\d{1,2})[/-](?P<y>\d{4}|\d\d)",
        r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4}|\d\d)",
        r"(?P<m>\d{1,2})/(?P<y>\d{4})",
    )
)
PIVOT = 70
"""Years of two digits from here on are of the last century."""


def is_meant(text: str) -> bool:
    """Is it a date, or an attempt at one, and no person's name?"""
    return bool(IN_DIGITS.fullmatch(text) or WRITTEN.fullmatch(text))


def days_of(text: str) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of it. 03/01/2024 is in March; 25/12/2024, which has no such month, and 25.12.2024 are in December.

    Raises ValueError for what is no date.
    """
    if written := WRITTEN.fullmatch(text):
        month = MONTHS[(written["m1"] or written["m2"]).rstrip(".").lower()]
        return _days(int(written["y"]), month, int(written["d1"] or written["d2"] or 0))
    found = next((match for form in _DIGITS if (match := form.fullmatch(text))), None)
    if found is None:
        raise ValueError(text)
    parts = {"m": None, "d": None} | found.groupdict()
    year, month, day = (int(parts[part] or 0) for part in "ymd")
    if len(found["y"]) == 2:
        year += 2000 if year < PIVOT else 1900
    if month > 12 >= day and "/" in text and not text.startswith(found["y"]):
        month, day = day, month
    if (month == 0 and parts["m"]) or (day == 0 and parts["d"]):
        raise ValueError(text)
    return _days(year, month, day)


def _days(year: int, month: int, day: int) -> tuple[datetime.date, datetime.date]:
    """Zero is a month or a day that was not said."""
    first = datetime.date(year, month or 1, day or 1)
    return first, first if day else datetime.date(year, month or 12, monthrange(year, month or 12)[1])
