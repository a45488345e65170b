"""The line that a court's filing system prints on every page, as "Case 4:08-cv-02214-SBA Document 27 Filed 02/03/09 Page 1 of 2"."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

_DOCKET = r"(?P<docket>(?:\d{1,2}:)?\d{2,4}-[A-Za-z]{2,5}-\d{2,6}(?:-[A-Za-z0-9]{1,6})*|\d{2,4}-\d{1,6}(?:cv|cr|ag|bk|pr|op)?)"
_STAMP = re.compile(
    rf"^\W*(?:USCA\S*\s+|Appellate\s+)?(?:Case|Appeal)\b\s*(?:No\.?)?\s*[:#]?\s*{_DOCKET}\b[\s,:;]*(?P<rest>.*)$", re.IGNORECASE
)
_DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})\b")
_ENTRY = re.compile(r"\b(?:Document|Doc|DktEntry|Dkt)\b\s*[:#]?\s*#?(\d[\d-]*)", re.IGNORECASE)
_FURNITURE = re.compile(r"\b(?:Document|Doc|DktEntry|Dkt|Entry ID|ID|Page|Pg|Filed|PageID)\b", re.IGNORECASE)


class Stamp(NamedTuple):
    """A filing stamp: docket number as printed, filing date, number of the docket entry ("" where it has none)."""

    docket: str
    filed: date | None
    entry: str


def stamp_in(line: str) -> Stamp | None:
    """The stamp that a line is, or None. A sentence about a case is none: a stamp names an entry, a page or a date of filing."""
    found = _STAMP.match(line) if len(line) < 250 else None
    if found is None:
        return None
    rest = found["rest"]
    filed, entry = _date_in(rest), _ENTRY.search(rest)
    if not _FURNITURE.search(rest) or (filed is None and entry is None):
        return None
    return Stamp(found["docket"], filed, entry[1] if entry else "")


def latest(stamps: list[Stamp]) -> Stamp | None:
    """The stamp of the filing itself: exhibits keep the stamps of their first filing, and the newest is on top."""
    return max(stamps, key=lambda stamp: stamp.filed or date.min, default=None)


def _date_in(text: str) -> date | None:
    for month, day, year in _DATE.findall(text):
        try:
            return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
        except ValueError:
            continue
    return None
