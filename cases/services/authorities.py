"""Authorities of the library by their canonical keys, and the keys by which their citations are known.

One key may belong to several rulings (two short orders on one page) and to several versions of a section; who asks gets all.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from courts_db import courts
from django.db.models import F, Q

from cases.models import Ruling, Statute
from cases.services import citations, dockets
from cases.services.citations.keys import key as made_key
from cases.services.citations.keys import slug

_PLAIN = re.compile(r"(?P<volume>\d{1,4}) (?P<reporter>[A-Z][\w.'’&() ]*?\D|[A-Z]\.?\w*\d?d?) (?P<page>\d{1,7})")


def authorities_for(keys: Iterable[str], as_of: datetime.date | None = None) -> dict[str, list[Ruling | Statute]]:
    """The rulings and sections of each key; keys that the library does not have are left out. Two queries, however many keys.

    Of a section's versions the newest comes first; with `as_of` the one that stood on that day (the newest whose date is not later), or
    none. Which of several rulings is meant is for who asks: name and year of the mention tell them apart.
    """
    wanted = sorted({key for key in keys if key})
    found: dict[str, list[Ruling | Statute]] = {}
    if not wanted:
        return found
    asked = set(wanted)
    for ruling in Ruling.objects.filter(keys__overlap=wanted).order_by("date", "id"):
        for key in asked.intersection(ruling.keys):
            found.setdefault(key, []).append(ruling)
    for statute in _versions(wanted, as_of):
        versions = found.setdefault(statute.key, [])
        if as_of is None or not versions:
            versions.append(statute)
    return found


def _versions(keys: Sequence[str], as_of: datetime.date | None) -> Iterable[Statute]:
    stood = Q() if as_of is None else Q(as_of__lte=as_of)
    return Statute.objects.filter(stood, key__in=keys).order_by("key", F("as_of").desc(nulls_last=True), "occurrence")


def keys_of_ruling(citations_written: Iterable[str], court_id: str, docket_number: str) -> list[str]:
    """Those of its citations, and of its docket numbers in its court, by which slip opinions are cited: docket:ca1:9-2284."""
    numbers = dockets.dockets_in(f"No. {docket_number}") if court_id and docket_number else ()
    return list(dict.fromkeys([*keys_of_citations(citations_written), *(made_key("docket", court_id, one.key) for one in numbers)]))


def keys_of_citations(written: Iterable[str]) -> list[str]:
    """The canonical keys of citations, parallel ones too, each once. Fast for the plain ones (410 U.S. 113), which are nearly all."""
    return list(dict.fromkeys(key for cite in written for key in _keys_of(cite)))


@lru_cache(maxsize=65_536)
def _keys_of(cite: str) -> tuple[str, ...]:
    plain = _PLAIN.fullmatch(" ".join(cite.split()))
    if plain and (edition := _edition(plain["reporter"])):
        return (made_key(edition, plain["volume"], plain["page"]),)
    return tuple(citations.keys_in(cite))


@lru_cache(maxsize=4096)
def _edition(reporter: str) -> str:
    """The slug by which keys call a reporter, as the grammars say of its first page; "" where they find none, or several."""
    found = citations.keys_in(f"1 {reporter} 1")
    return found[0].removesuffix(":1:1") if len(found) == 1 and found[0].endswith(":1:1") else ""


def statute_key(code: str, title: str, section: str, citation: str = "") -> str:
    """The canonical key of a section, as mentions of it have: usc:42:2000e-2. Of codes that no grammar knows: code, title, section."""
    section = section.replace("\u2013", "-").replace("\u2011", "-")
    if code in ("usc", "cfr"):
        return made_key(code, title, section)
    found = citations.keys_in(citation) if citation else []
    return found[0] if len(found) == 1 else made_key(slug(code), title, section)


# What reports call the Supreme Court, whose Bluebook abbreviation is none.
_SUPREME = frozenset(["u.s.", "us", "united states supreme court", "supreme court of the united states"])


@lru_cache(maxsize=1)
def _court_names() -> dict[str, str]:
    return {court["id"]: court["name"] for court in courts}


@lru_cache(maxsize=1)
def _court_ids() -> dict[str, str]:
    """The court of each name and each abbreviation that only one has, in lower case."""
    known: dict[str, set[str]] = {}
    for court in courts:
        for name in {court["name"], court["citation_string"]} - {""}:
            known.setdefault(name.lower().rstrip("."), set()).add(court["id"])
    return {name: next(iter(ids)) for name, ids in known.items() if len(ids) == 1}


def court_name(court_id: str) -> str:
    """The name of a court of courts-db, "" for an unknown id."""
    return _court_names().get(court_id, "")


@lru_cache(maxsize=4096)
def court_named(court_id: str, name: str) -> tuple[str, str]:
    """(id, name for people) of a court of which one or both are known, the name perhaps as Bluebook shortens it ("Md.", "1st Cir.")."""
    name = name if name.endswith("Cir.") else name.strip().rstrip(".") if len(name) > 12 else name.strip()
    if court_id in _court_names():
        return court_id, name or _court_names()[court_id]
    found = "scotus" if name.lower() in _SUPREME else _court_ids().get(name.lower().rstrip("."), "")
    return found or court_id, _court_names()[found] if found and len(name) <= 12 else name
