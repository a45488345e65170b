"""Decisions whose place in print the library does not know, or that have none yet: court, year and the names of both parties tell them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import connection

from cases.models import Ruling
from cases.services.citations import Mention
from documents.services.authorities.checking.judging import Library, with_court
from documents.services.authorities.checking.names import parties, same_case
from documents.services.authorities.telling import Asked, rulings_named


def look_up(mentions: Sequence[Mention], text: str, library: Library) -> list[Mention]:
    """Make `library` know the rulings that are meant. A citation whose page is left blank (581 U.S. ___) gets the key by which the library
    knows its ruling, and so does "Id." behind it; all others are given back as they are. Two queries, however many mentions."""
    asked = {place: one for place, mention in enumerate(mentions) if (one := _asked(mention, text, library)) is not None}
    if not asked:
        return list(mentions)
    with connection.cursor() as cursor:
        found = rulings_named(cursor, list(asked.values()), _same_name)
    only = {place: named[0] for place, named in zip(asked, found, strict=True) if len(named) == 1}
    rulings = Ruling.objects.in_bulk({named.id for named in only.values()})
    told = list(mentions)
    for place, named in only.items():
        mention, ruling = mentions[place], rulings.get(named.id)
        if ruling is None:
            continue  # deleted meanwhile
        if named.keys_in(mention.key):
            library.elsewhere[mention.key] = ruling
        elif key := mention.key or next(iter(ruling.keys), ""):
            library.lead(key, ruling)
            told[place] = replace(mention, key=key, cluster=mention.cluster or key)
    for place in range(1, len(told)):
        before = told[place - 1]
        if told[place].kind == "id" and not told[place].key and before.key in library.named:
            told[place] = replace(told[place], key=before.key, confidence=before.confidence)
    return told


def _asked(mention: Mention, text: str, library: Library) -> Asked | None:
    if mention.kind != "case" or mention.role != "authority" or mention.year is None or len(parties(mention.name)) != 2:
        return None
    if mention.key and (library.rulings(mention.key) or library.rulings(mention.cluster)):
        return None
    court = with_court(mention, text).court
    return Asked(mention.key, mention.name, court, mention.year) if court else None


def _same_name(given: str, name: str) -> bool:
    ours, theirs = parties(given), parties(name)
    return len(theirs) == 2 and not {*ours[0], *ours[1]}.isdisjoint([*theirs[0], *theirs[1]]) and same_case(given, [name])
