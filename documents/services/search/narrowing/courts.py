"""One court in many spellings: its id, "D. Mass.", "District Court, D. Massachusetts", and how captions have it.

courts-db gives names and abbreviations; captions are spelled by documents.services.classification.courts, whose spellings of the federal
courts follow from those names.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any

from courts_db import courts

from cases.services.authorities import court_name
from documents.services.search.narrowing.values import words_of

_SIDES = {"N": "Northern ", "S": "Southern ", "E": "Eastern ", "W": "Western ", "M": "Middle ", "C": "Central ", "": ""}
_DISTRICT = re.compile(r"(?:United States )?(?P<kind>District|Bankruptcy) Court, (?:(?P<side>[NSEWMC])\.)?D\. (?P<state>.+)")
_FEDERAL = re.compile(r"(?:Court of Appeals for the|District Court|Bankruptcy Court|Tax Court)\b")
_ORDINALS = (("2d ", "2nd "), ("3d ", "3rd "))
_SUPREME = ("us", "United States Supreme Court", "U.S. Supreme Court")
_DC = re.compile(r"\bD\. ?C\. Circuit")


def letters(name: str) -> str:
    """What of a name is compared: SDNY and S.D.N.Y. are one."""
    return "".join(words_of(name))


@lru_cache(maxsize=4096)
def ids_of(name: str) -> tuple[str, ...]:
    """The courts that are called so; more than one where courts-db gives several the same name."""
    return _known()[0].get(letters(name), ())


def keys_of(ids: Iterable[str]) -> list[str]:
    """The `letters` of every name of these courts."""
    return sorted({key for court in ids for key in _known()[1].get(court, ())})


def label_of(court_id: str, name: str) -> str:
    return court_name(court_id) or name or court_id


@cache
def _known() -> tuple[dict[str, tuple[str, ...]], dict[str, set[str]]]:
    """({letters of a name: courts}, {court: letters of its names}). Names in use win over misspellings, courts-db's examples."""
    by_key: defaultdict[str, list[str]] = defaultdict(list)
    for names in (_names, _examples):
        known = set(by_key)
        for court in courts:
            for key in {letters(name) for name in names(court)} - {""} - known:
                by_key[key].append(court["id"])
    by_court: defaultdict[str, set[str]] = defaultdict(set)
    for key, ids in by_key.items():
        for court_id in ids:
            by_court[court_id].add(key)
    return {key: tuple(ids) for key, ids in by_key.items()}, dict(by_court)


def _names(court: dict[str, Any]) -> Iterator[str]:
    yield court["id"]
    yield from filter(None, (court["name"], court["citation_string"], court.get("name_abbreviation")))
    yield from (court["citation_string"].replace(*ordinal) for ordinal in _ORDINALS)
    yield from _SUPREME if court["id"] == "scotus" else ()
    yield from _captions(court["name"])


def _examples(court: dict[str, Any]) -> Iterator[str]:
    yield from court.get("examples", ())


def _captions(name: str) -> Iterator[str]:
    """United States District Court for the Northern District of Texas, of "District Court, N.D. Texas"."""
    if found := _DISTRICT.fullmatch(name):
        side = _SIDES[found["side"] or ""]
        yield f"United States {found['kind']} Court for the {side}District of {found['state']}"
        if found["kind"] == "District":
            yield f"{side}District of {found['state']}"
    elif _FEDERAL.match(name):
        written = _DC.sub("District of Columbia Circuit", name).replace("Court, ", "Court for the ")
        yield f"United States {written}"
