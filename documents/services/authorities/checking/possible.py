"""What can't be, whatever the library has: a reporter before its first volume or after its last, a 55th title, a page before the first."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from functools import cache

from courts_db import courts
from django.utils.translation import gettext as _
from eyecite.tokenizers import EDITIONS_LOOKUP

from cases.services.citations import Mention
from cases.services.citations.keys import slug

# Where reporters-db's dates are not those of the volumes (first and last year).
_YEARS: dict[str, tuple[int, int | None]] = {
    "us": (1754, None), "sct": (1882, None), "led": (1754, 1956), "led2d": (1956, None), "f": (1880, 1925), "f2d": (1924, 1993),
    "f3d": (1993, 2021), "f4th": (2021, None), "fsupp": (1932, 1998), "fsupp2d": (1998, 2014), "fsupp3d": (2014, None),
    "fappx": (2001, 2021), "frd": (1938, None), "br": (1979, None), "ohiost2d": (1964, 1982), "ohiost3d": (1982, None),
}  # fmt: skip
# Series that are over, or go on under another name, with their last volume.
_LAST_VOLUMES = {
    "f": 300, "f2d": 999, "f3d": 999, "fsupp": 999, "fsupp2d": 999, "led": 100, "a": 200, "a2d": 999, "ne": 200, "ne2d": 999, "nw": 300,
    "nw2d": 999, "p": 300, "p2d": 999, "se": 200, "so": 200, "so2d": 999, "sw": 300, "sw2d": 999,
}  # fmt: skip
_MARGIN = 1
"""Years: volumes hold decisions of the year before, and dates of editions are those of their first volumes."""
TITLES = {"usc": 54, "cfr": 50}
_AMENDMENTS, _ARTICLES = 27, 7
_SUPREME = frozenset(["us", "sct", "led", "led2d"])
_DISTRICTS = frozenset(["fsupp", "fsupp2d", "fsupp3d"])
_REGIONS = {
    "a": ("Connecticut", "Delaware", "District of Columbia", "Maine", "Maryland", "New Hampshire", "New Jersey", "Pennsylvania",
          "Rhode Island", "Vermont"),
    "ne": ("Illinois", "Indiana", "Massachusetts", "New York", "Ohio"),
    "nw": ("Iowa", "Michigan", "Minnesota", "Nebraska", "North Dakota", "South Dakota", "Wisconsin"),
    "p": ("Alaska", "Arizona", "California", "Colorado", "Hawaii", "Idaho", "Kansas", "Montana", "Nevada", "New Mexico", "Oklahoma",
          "Oregon", "Utah", "Washington", "Wyoming"),
    "se": ("Georgia", "North Carolina", "South Carolina", "Virginia", "West Virginia"),
    "so": ("Alabama", "Florida", "Louisiana", "Mississippi"),
    "sw": ("Arkansas", "Kentucky", "Missouri", "Tennessee", "Texas"),
}  # fmt: skip
"""The States of the regional reporters; the first series of some have territorial courts too, which courts-db knows under their State."""
_APPEALS = frozenset(["f3d", "f4th", "fappx"])
FRONT_MATTER = 30
"""At most so many pages of syllabus, headnotes and counsel stand before a printed opinion."""
_NUMBER = re.compile(r"\d+")


@cache
def years_of(reporter: str) -> tuple[int | None, int | None]:
    """First and last year of a reporter's series, by its slug. Of a reporter's first series reporters-db often has the year when it got its
    present name, and of its last series none: a first year counts where a series went before, a last one where a series followed."""
    if reporter in _YEARS:
        return _YEARS[reporter]
    found = {
        (edition.short_name, edition.start, edition.end, edition.reporter.name): edition
        for name, editions in EDITIONS_LOOKUP.items()
        for edition in editions
        if slug(edition.short_name) == reporter
    }
    if len(found) != 1:
        return None, None
    edition = next(iter(found.values()))
    if edition.reporter.cite_type not in ("federal", "state", "state_regional"):
        return None, None
    family = [
        other for editions in EDITIONS_LOOKUP.values() for other in editions
        if other.reporter == edition.reporter and other.short_name != edition.short_name
    ]  # fmt: skip
    start = edition.start.year if edition.start else None
    end = edition.end.year if edition.end else None
    first = start if start and any(other.start and other.start.year < start for other in family) else None
    last = end if end and any(other.start and other.start.year >= end - 3 for other in family) else None
    return first, last


def impossible(mention: Mention, key: str) -> list[str]:
    """Sentences that say why a citation can't be as it is written; none where it can."""
    parts = key.split(":")
    if mention.kind in ("statute", "regulation", "constitution"):
        return _of_law(parts)
    if mention.kind != "case" or len(parts) < 3:
        return []
    return [*_of_volume(parts[0], parts[1]), *_of_year(mention, parts[0]), *_of_court(mention, parts[0])]


def _of_law(parts: list[str]) -> list[str]:
    if parts[0] in TITLES and len(parts) > 1 and parts[1].isdigit() and not 1 <= int(parts[1]) <= TITLES[parts[0]]:
        return [title_sentence(parts[0], int(parts[1]))]
    if parts[:2] == ["const", "amend"] and len(parts) > 2 and parts[2].isdigit() and not 1 <= int(parts[2]) <= _AMENDMENTS:
        return [_("The Constitution has %(last)d amendments; there is no %(number)s.") % {"last": _AMENDMENTS, "number": parts[2]}]
    if parts[:2] == ["const", "art"] and len(parts) > 2 and parts[2].isdigit() and not 1 <= int(parts[2]) <= _ARTICLES:
        return [_("The Constitution has %(last)d articles; there is no %(number)s.") % {"last": _ARTICLES, "number": parts[2]}]
    return []


def title_sentence(code: str, title: int) -> str:
    names = {"usc": _("United States Code"), "cfr": _("Code of Federal Regulations")}
    return _("The %(code)s has titles 1 to %(last)d; there is no title %(title)d.") % {
        "code": names[code], "last": TITLES[code], "title": title,
    }  # fmt: skip


def _of_volume(reporter: str, volume: str) -> list[str]:
    last = _LAST_VOLUMES.get(reporter)
    if last and volume.isdigit() and not 1 <= int(volume) <= last:
        return [_("This reporter's series has volumes 1 to %(last)d; there is no volume %(number)s.") % {"last": last, "number": volume}]
    return []


def _of_year(mention: Mention, reporter: str) -> list[str]:
    year = mention.year
    if year is None:
        return []
    if year > datetime.date.today().year + 1:
        return [_("%(year)d is yet to come.") % {"year": year}]
    first, last = years_of(reporter)
    if first and year < first - _MARGIN:
        return [_("No volume of this reporter is of %(year)d: its series begins in %(first)d.") % {"year": year, "first": first}]
    if last and year > last + _MARGIN:
        return [_("No volume of this reporter is of %(year)d: its series ends in %(last)d.") % {"year": year, "last": last}]
    return []


@cache
def state_of(court: str) -> str | None:
    """The State of a State's court, "" of a federal one; None where courts-db does not say."""
    found = next((one for one in courts if one["id"] == court), None)
    if found is None or found.get("system") not in ("state", "federal"):
        return None
    place = str(found.get("location") or "").replace("Washington D.C.", "District of Columbia")
    return "" if found["system"] == "federal" else place or None


def _of_court(mention: Mention, reporter: str) -> list[str]:
    court = mention.court
    if not court:
        return []
    if reporter in _SUPREME and court != "scotus":
        return [_("This reporter prints decisions of the Supreme Court of the United States, of no other court.")]
    if reporter in _DISTRICTS and (court == "scotus" or court in ("cadc", "cafc") or (court.startswith("ca") and court[2:].isdigit())):
        return [_("This reporter prints no decisions of the Supreme Court of the United States and of the federal courts of appeals.")]
    states = _REGIONS.get(reporter.removesuffix("2d").removesuffix("3d"))
    if states is not None and (state := state_of(court)) is not None and state not in states:
        return [_("This reporter prints decisions of courts of %(states)s, of no others.") % {"states": ", ".join(states)}]
    if reporter in _APPEALS and not (court.startswith("ca") and court[2:].isdigit()) and court not in ("cadc", "cafc"):
        return [_("This reporter prints decisions of the federal courts of appeals, of no other court.")]
    return []


def first_page(key: str) -> int | None:
    page = key.rpartition(":")[2]
    return (
        int(page) if page.isdigit() and key.count(":") == 2 and not key.startswith(("wl:", "uslexis:", "usc:", "cfr:", "const:")) else None
    )


def pages_of(pin: str) -> tuple[int, int] | None:
    """First and last page of a pin: 152-53 is 152 to 153; None where it names no page (¶ 3, *4)."""
    if not pin or pin[:1] in "\u00b6*\u00a7(" or "\u00b6" in pin:
        return None
    found = re.match(r"(?:at )?(\d+)(?:[-\u2013](\d+))?", pin)
    if not found:
        return None
    start = int(found[1])
    if found[2] is None:
        return start, start
    end = int(found[1][: max(0, len(found[1]) - len(found[2]))] + found[2])
    return start, max(start, end)


def pages_are_of(key: str, keys: Sequence[str], lowest: int) -> bool:
    """Whether marks of pages that begin with `lowest` are those of a key's reporter: they begin with its first page, or, where headnotes
    and the like were left out, so near behind it as behind no other key of that decision."""
    first = first_page(key)
    if first is None:
        return False
    begins = [other for other in keys if (page := first_page(other)) is not None and page - 1 <= lowest <= page + FRONT_MATTER]
    return first - 1 <= lowest <= first + 3 or begins == [key]
