"""Which court a parenthesis names, by its name in citations; all 3,000 are normalised once."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache, lru_cache

from courts_db import courts

_NOT_WORD = re.compile(r"[^\w]")


@cache
def _index() -> tuple[dict[str, str], list[tuple[str, int, str]]]:
    """First court of each normalised name, and all as (name, position, id) in the order of names."""
    exact: dict[str, str] = {}
    names = []
    for position, court in enumerate(courts):
        name = _NOT_WORD.sub("", court["citation_string"]).lower()
        exact.setdefault(name, str(court["id"]))
        names.append((name, position, court["id"]))
    return exact, sorted(names)


@lru_cache(maxsize=4096)
def court_by_paren(paren: str) -> str | None:
    """The id of the court of that name, else of the last court whose name begins like that, else None."""
    wanted = _NOT_WORD.sub("", paren).lower()
    if not wanted:
        return None
    exact, names = _index()
    if wanted in exact:
        return exact[wanted]
    begins = []
    for name, position, court in names[bisect_left(names, (wanted,)) :]:
        if not name.startswith(wanted):
            break
        begins.append((position, court))
    return max(begins)[1] if begins else None


# "D. Mass. Jan. 5, " and "Tex. App.—Dallas": the day and the town are not of the court's name.
_DAY = re.compile(r",? ?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]*\.? ?(?:\d{1,2},?|\d{0,2}-\d{0,2})?,? ?$")
_BEHIND = re.compile(r"(?: ?[—-]{1,2} ?[A-Z][\w. \[\]]*|,? (?:en banc|per curiam|unpublished|table|mem\.)),? ?$")
_ORDINAL = re.compile(r"(?<!\d)([23])(?:d|nd|rd)(?!\w)")
_MEANT = {"dc": "dc", "us": "scotus"}
"""Names that courts-db gives to several courts, or to none: the one that citations mean."""
_NUMBERED = re.compile(r"(?:C\.? ?A\.? ?|CA)(\d{1,2})")
_OF_REPORTERS = {"us": "scotus", "sct": "scotus", "led": "scotus", "led2d": "scotus", "uslexis": "scotus"}


@lru_cache(maxsize=4096)
def court_of(inside: str, edition: str) -> str:
    """The id of the court that a citation names in its parenthesis (without the year), or by a reporter that prints one court only; ""
    where it names none that is known."""
    whole = _DAY.sub("", inside).strip(" ,")
    for named in filter(None, dict.fromkeys((whole, _BEHIND.sub("", whole).strip(" ,")))):
        if numbered := _NUMBERED.fullmatch(named):
            return f"ca{int(numbered[1])}"
        for written in (named, _ORDINAL.sub(r"\1d", named), _ORDINAL.sub(r"\1nd", named), _ORDINAL.sub(r"\1rd", named)):
            name = _NOT_WORD.sub("", written).lower()
            if court := _MEANT.get(name) or _index()[0].get(name):
                return court
    return _OF_REPORTERS.get(edition, "")
