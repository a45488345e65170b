"""Which court a parenthesis names: eyecite's own answer without its walk over every court for every citation.

eyecite normalises all 3,000 court names anew for each citation, which is three quarters of its time.
"""

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
