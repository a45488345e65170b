"""Docket numbers: which case a number means, with or without office, kind, leading zeros and judges' initials.

Federal courts write 1:20-cv-00044-ABC-DEF (office, year, kind, number, judges); people leave parts of it out. Appellate courts write
21-1234, which is told from a range of pages by what stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_KINDS = "cv|civ|cr|crim|mc|misc|md|mdl|mj|bk|ap|adv|po|sw|gj|op|dj|cm|tc|vv|ml|rj|wf|at|sp|fp|pct|mag"
_SAME = {"civ": "cv", "crim": "cr", "misc": "mc", "mdl": "md", "adv": "ap", "mag": "mj"}
_FULL = re.compile(
    rf"(?<![\w:-])(?:(?P<office>\d{{1,2}}):)?(?P<year>(?:19|20)?\d\d)"
    rf"(?:[-–‑]?(?P<kind>{_KINDS})[-–‑]?| (?P<spaced>cv|civ|cr|crim|mc|misc|md|mdl)\.?[ -])(?P<number>\d{{1,6}})"
    r"(?P<judges>(?:-[A-Z]{2,4}(?![a-z\d])){0,4})(?![\w])",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?P<year>\d\d)[-–‑](?P<number>\d{1,5})(?![\w–-])")
_BEFORE_BARE = re.compile(
    r"(?:\b(?:Nos?|Numbers?|Case|Cases|Docket|Dkt|Appeal|Civ|Civil|Action|Crim|Criminal|Misc)\b\.?[\s:]*(?:(?:Nos?|Numbers?)\.?\s*)?)$",
    re.IGNORECASE,
)
_NEXT_BARE = re.compile(r"[,;&\s]+(?:and\s+|&\s*)?\Z")
_ALONE = re.compile(r"\s*(?P<year>\d\d)[-–‑](?P<number>\d{2,5})\s*")


@dataclass(frozen=True)
class Docket:
    """Where a docket number stands, [start, end) in code points, and its parts: "" for those that were not written."""

    start: int
    end: int
    office: str
    year: str
    kind: str
    number: str

    @property
    def key(self) -> str:
        """As it is written in full, without what does not matter: 1:20-cv-44."""
        return (f"{self.office}:" if self.office else "") + "-".join(filter(None, (self.year, self.kind, self.number)))


def dockets_in(text: str, *, alone: bool = False) -> Iterator[Docket]:
    """The docket numbers of a text in order. With `alone` (a query) 21-1234 by itself counts as one."""
    if alone and (whole := _ALONE.fullmatch(text)):
        yield _made(whole, whole.start("year"), whole.end("number"))
        return
    found = [_made(match, match.start(), match.end()) for match in _FULL.finditer(text)]
    taken = {place for docket in found for place in range(docket.start, docket.end)}
    last = -1
    for match in _BARE.finditer(text):
        if match.start() in taken or (match.start() and (text[match.start() - 1].isalnum() or text[match.start() - 1] in ":-–$.")):
            continue
        before = text[max(0, match.start() - 24) : match.start()]
        follows = last >= 0 and _NEXT_BARE.fullmatch(text, last, match.start()) is not None
        if follows or _BEFORE_BARE.search(before):
            found.append(_made(match, match.start(), match.end()))
            last = match.end()
    yield from sorted(found, key=lambda docket: docket.start)


def _made(match: re.Match[str], start: int, end: int) -> Docket:
    parts = match.groupdict()
    kind = (parts.get("kind") or parts.get("spaced") or "").lower()
    office = (parts.get("office") or "").lstrip("0")
    return Docket(start, end, office, parts["year"][-2:], _SAME.get(kind, kind), parts["number"].lstrip("0") or "0")


def written_forms(docket: Docket) -> list[str]:
    """What a docket number in a text can be found by: itself, and what is left of it where parts are left out."""
    number = f"{docket.year}-{docket.number}"
    forms = [f"docket:{docket.key}", f"docket-any:{number}"]
    return [*forms, f"docket-any:{docket.year}-{docket.kind}-{docket.number}"] if docket.kind else forms


def looked_for(docket: Docket) -> list[str]:
    """What a docket number in a query looks for: all that may be the same case, where one says less than the other."""
    number = f"{docket.year}-{docket.number}"
    if not docket.kind:
        return [f"docket-any:{number}"]
    kind = f"{docket.year}-{docket.kind}-{docket.number}"
    if not docket.office:
        return [f"docket-any:{kind}", f"docket:{number}"]
    return [f"docket:{docket.key}", f"docket:{kind}", f"docket:{number}"]


def pattern(docket: Docket) -> str:
    """A regular expression, of Python and PostgreSQL alike and without regard to capitals, of what `looked_for` finds: all that may be
    the same case."""
    kinds = [docket.kind, *(other for other, kind in _SAME.items() if kind == docket.kind)] if docket.kind else [_KINDS]
    office = f"0*{docket.office}" if docket.office else r"\d{1,2}"
    return rf"(?<![\w:-])(?:{office}:)?(?:19|20)?{docket.year}[-–‑ .]*(?:{'|'.join(kinds)})?[-–‑ .]*0*{docket.number}(?!\d)"
