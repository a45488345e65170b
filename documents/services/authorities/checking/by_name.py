"""Decisions that the library has without the number that is cited: told by court, year and the names of both parties together.

Where the ruling has no place in that reporter (a slip opinion, "581 U.S. ___"), it is taken to be the one, doubtful until a person
confirms it. Where it stands at another place of the same reporter, that is said: the number may be mistyped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import connection

from cases.models import Ruling
from cases.services.citations import Mention
from documents.services.authorities import telling
from documents.services.authorities.checking.judging import Library, own_key, with_court
from documents.services.authorities.checking.names import parties, same_case
from documents.services.authorities.checking.texts import captions_of


@dataclass
class _Asked:
    place: int
    mention: Mention
    key: str


def look_up(mentions: Sequence[Mention], text: str, library: Library) -> list[Mention]:
    """Make `library` know what names tell of a text's citations. A citation whose place in print is left blank gets the key by which the
    library knows its ruling, and so does "Id." behind it; all others are given back as they are. Two queries, however many mentions."""
    asked = _unknown(mentions, text, library)
    named = _named(asked)
    told: defaultdict[str, set[Ruling]] = defaultdict(set)
    changed = list(mentions)
    for one, rulings in zip(asked, named, strict=True):
        reporter = one.key.partition(":")[0]
        fitting = [ruling for ruling in rulings if not one.key or not _places(ruling, reporter)]
        if len(fitting) == 1:
            key = one.key or next(iter(fitting[0].keys), "")
            told[key].add(fitting[0])
            changed[one.place] = replace(one.mention, key=key, cluster=one.mention.cluster or key)
        elif len(rulings) == 1:
            library.tell_elsewhere(one.mention, rulings[0], _places(rulings[0], reporter))
    for key, rulings_told in told.items():
        if key and len(rulings_told) == 1:
            library.tell(key, *rulings_told)
    for place in range(1, len(changed)):
        if changed[place].kind == "id" and not changed[place].key and library.told(changed[place - 1].key):
            changed[place] = replace(changed[place], key=changed[place - 1].key, confidence=changed[place - 1].confidence)
    return changed


def _unknown(mentions: Sequence[Mention], text: str, library: Library) -> list[_Asked]:
    found = []
    for place, mention in enumerate(mentions):
        if mention.role == "authority" and mention.kind == "case" and mention.year is not None and len(parties(mention.name)) == 2:
            mention, key = with_court(mention, text), own_key(mention)
            if mention.court and not (key and library.rulings(key)):
                found.append(_Asked(place, mention, key))
    return found


def _named(asked: Sequence[_Asked]) -> list[list[Ruling]]:
    """For each, the rulings of its court and year with its name; none where its court has so many that a name tells too little."""
    if not asked:
        return []
    with connection.cursor() as cursor:
        there = telling.of_courts(cursor, {(one.mention.court, one.mention.year) for one in asked})
    likely: list[list[UUID]] = []
    for one in asked:
        words = {word for side in parties(one.mention.name) for word in side}
        of_court = there[one.mention.court, one.mention.year]
        of_court = of_court if len(of_court) <= telling.MOST_OF_A_COURT else []
        likely.append([pk for pk, name, _keys in of_court if any(words.intersection(side) for side in parties(name))])
    rulings = Ruling.objects.in_bulk({pk for pks in likely for pk in pks})
    return [
        [rulings[pk] for pk in pks if pk in rulings and same_case(one.mention.name, captions_of(rulings[pk]))]
        for one, pks in zip(asked, likely, strict=True)
    ]


def _places(ruling: Ruling, reporter: str) -> list[str]:
    """The citations of a ruling in a reporter, as written."""
    return [cite for cite, key in zip(ruling.citations, ruling.keys, strict=False) if key.partition(":")[0] == reporter]
