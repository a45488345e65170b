"""Who did it to whom: by the order of names around a verb, and by who stands before it or behind "by"."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from documents.services.chat.gate.ground import Ground
from documents.services.chat.gate.naming import COMMON
from documents.services.chat.gate.text.reading import Clause, Reading
from documents.services.chat.gate.text.roots import GENERIC, STOP, root

_ROLES = frozenset(
    root(word)
    for word in [
        "plaintiff",
        "defendant",
        "tenant",
        "landlord",
        "buyer",
        "seller",
        "employer",
        "employee",
        "licensor",
        "licensee",
        "lender",
        "borrower",
        "supplier",
        "customer",
        "contractor",
        "owner",
        "principal",
        "agent",
        "trustee",
        "petitioner",
        "respondent",
        "appellant",
        "appellee",
        "purchaser",
        "lessor",
        "lessee",
        "insurer",
        "insured",
        "carrier",
        "board",
        "court",
        "judge",
        "expert",
        "guarantor",
        "bank",
        "creditor",
        "debtor",
        "company",
        "manufacturer",
        "dealer",
        "shipper",
        "consignee",
        "driver",
        "patient",
        "doctor",
        "hospital",
        "city",
        "union",
    ]
)


def exchanged(said: Reading, ground: Ground) -> bool:
    for clause in said.clauses:
        if _done_by_another(clause, ground):
            return True
        for one, verb, two in _acts(clause):
            orders = [_order(other, one, verb, two) for _reading, other in ground.clauses]
            told = {order for order in orders if order is not None}
            if told == {False}:
                return True
        for one, two in _ways(clause):
            ways = [way for _reading, other in ground.clauses for way in _ways(other)]
            if (two, one) in ways and (one, two) not in ways:
                return True
    return False


def _persons(clause: Clause) -> list[tuple[int, str]]:
    """(place among the words, root) of names and of words for parties, each run of capitals by its last word."""
    found: list[tuple[int, str]] = []
    for place, word in enumerate(clause.words):
        stem = root(word)
        named = (
            word[0].isupper()
            and word.casefold() not in STOP
            and stem not in GENERIC
            and len(word) > 1
            and word.casefold() not in COMMON
            and not (word.isupper() and len(word) < 4)
        )
        if stem in _ROLES or named:
            if named and clause.joined[place] and stem not in _ROLES and found and found[-1][0] == place - 1 and found[-1][1] not in _ROLES:
                found.pop()
            found.append((place, stem))
    return found


def _subjects(clause: Clause) -> list[tuple[str, str]]:
    """(verb, who does it) with "" where it does not say who, or not by a name."""
    people = _persons(clause)
    low = [word.casefold().replace("’", "'") for word in clause.words]
    found = []
    for place, verb in clause.verbs.items():
        passive = any(word in _BE for word in low[max(0, place - 3) : place]) and low[place].endswith(("ed", "en", "d", "t", "n"))
        if passive:
            by = next((at for at in range(place + 1, min(place + 8, len(low))) if low[at] == "by"), None)
            found.append((verb, "" if by is None else next((stem for at, stem in people if by < at <= by + 4), "")))
            continue
        before = [(at, stem) for at, stem in people if at < place]
        at, stem = before[-1] if before else (-1, "")
        free = at >= 0 and not low[at].endswith("'s") and _of_whom(low, at) not in _OF
        found.append((verb, stem if free and not _PRONOUNS & {*low[at + 1 : place]} else ""))
        if verb == root("receive") and "from" in low[place:]:
            sender = low.index("from", place)
            found.append((root("send"), next((stem for one, stem in people if sender < one <= sender + 3), "")))
    return [*found, *((root("receive"), whom) for verb, whom in _recipients(clause) if verb == root("pay"))]


def _recipients(clause: Clause) -> list[tuple[str, str]]:
    """(verb, to whom) of a party or a name behind "to"."""
    people = _persons(clause)
    low = [word.casefold() for word in clause.words]
    found = []
    for place, verb in clause.verbs.items():
        later = [at for at in range(place + 1, min(place + 9, len(low))) if low[at] == "to" and at not in clause.verbs]
        whom = next((stem for at, stem in people if later and later[0] < at <= later[0] + 4), "")
        if whom and not any(later[0] < at < later[0] + 3 for at in clause.verbs):
            found.append((verb, whom))
    return found


def _of_whom(low: list[str], at: int) -> str:
    """The word before a name and its article."""
    while at > 0 and low[at - 1] in ("the", "a", "an", "mr", "ms", "mrs", "dr", "its", "his", "her", "their"):
        at -= 1
    return low[at - 1] if at > 0 else ""


_BE = frozenset("is are was were be been being".split())  # noqa: SIM905
_OF = frozenset("of by from to with for at in on against between under and or".split())  # noqa: SIM905
_PRONOUNS = frozenset("he she it they who which that we i you".split())  # noqa: SIM905


_WORK = root("work")  # "returned to work"


def _done_by_another(clause: Clause, ground: Ground) -> bool:
    """Whether the sources say of each of a verb's doings who did it, and it is never whom this clause names."""
    told = [one for _reading, other in ground.clauses for one in _subjects(other)]
    titles = ground.titles.roots
    own = _subjects(clause)
    for verb, who in own:
        doers = {one for other, one in told if other == verb}
        if verb != _WORK and who and doers and "" not in doers and who not in doers and who not in titles:
            return True
    given = [one for _reading, other in ground.clauses for one in _recipients(other)]
    for verb, whom in _recipients(clause):
        others = {one for other, one in given if other == verb}
        if others and whom not in others:
            return True
    return False


def _acts(clause: Clause) -> Iterator[tuple[str, str, str]]:
    """(who, verb, whom), the passive turned round."""
    people = _persons(clause)
    for (place, one), (later, two) in itertools.pairwise(people):
        between = clause.words[place + 1 : later]
        low = [word.casefold() for word in between]
        if one == two or not between or _OTHERWISE & {*low} or "and" in low or "or" in low or "with" in low:
            continue
        verbs = [root(word) for word in between if word[0].islower() and word.casefold() not in STOP and root(word) not in _ROLES]
        passive = bool(low) and "by" in low and any(word in low for word in ("was", "were", "been", "being", "is", "are", "be"))
        for verb in verbs:
            yield (two, verb, one) if passive else (one, verb, two)


_OTHERWISE = frozenset("that whether who which when while where because if unless".split())  # noqa: SIM905


def _order(other: Clause, one: str, verb: str, two: str) -> bool | None:
    """Whether a clause of the source says it of the two in this order; None where it does not say it of both."""
    acts = list(_acts(other))
    if (one, verb, two) in acts:
        return True
    if (two, verb, one) in acts:
        return False
    return None


def _ways(clause: Clause) -> list[tuple[str, str]]:
    """(from, to) of "from A to B"."""
    people = dict(_persons(clause))
    low = [word.casefold() for word in clause.words]
    froms = [_next_person(people, place) for place, word in enumerate(low) if word == "from"]
    tos = [_next_person(people, place) for place, word in enumerate(low) if word == "to"]
    return [(one, two) for one in froms for two in tos if one and two and one != two]


def _next_person(people: dict[int, str], place: int) -> str:
    return next((people[at] for at in range(place + 1, place + 4) if at in people), "")
