"""Whether two rulings that share a citation are one: names, courts and dates are compared as lawyers would."""

from __future__ import annotations

import datetime
import re
from enum import Enum
from functools import lru_cache

from cases.models import DatePrecision, Ruling, shown_date
from cases.services.bluebook import short_name

_VERSUS = re.compile(r"\s+(?:v|vs|versus)\.?\s+", re.IGNORECASE)
_ASIDE = re.compile(r"\([^)]*\)|\bet\.? al\b\.?|\bet ux\b\.?|,? no\. [\d-]+", re.IGNORECASE)
_BEFORE = re.compile(
    r"^(?:in (?:the )?(?:re|matter of)|ex parte|matter of|(?:application|petition|estate|interest) of)\b:?\s*", re.IGNORECASE
)
_UNITED_STATES = re.compile(r"\bunited states(?: of america)?\b|\bu\.? ?s\.?(?: of a(?:m(?:erica)?)?\.?)?(?=\W|$)", re.IGNORECASE)
_SOVEREIGN = re.compile(r"(?:the )?(people|state|commonwealth)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
# What a party is, which one caption says and another leaves out.
_IDLE = frozenset(
    ["the", "of", "a", "an", "and", "by", "for", "in", "on", "at", "etc", "inc", "co", "corp", "ltd", "llc", "lp", "llp", "na", "company",
     "corporation", "incorporated", "limited", "appellant", "appellee", "petitioner", "respondent", "plaintiff", "plaintiffs", "defendant",
     "defendants"]
)  # fmt: skip


class Likeness(Enum):
    SAME = "same"
    DOUBTFUL = "doubtful"
    """It may be the same: a person has to say."""
    OTHER = "other"


def compared(one: Ruling, other: Ruling, *, two_of_one: bool = False) -> Likeness:
    """Two rulings that share a citation key. What one does not say contradicts nothing, but court or date must agree for them to be the
    same. `two_of_one`: a source that gives two rulings is believed that they are two, whatever else agrees."""
    names = same_name(one.name, other.name)
    court = None if not (one.court_id and other.court_id) else one.court_id == other.court_id
    date = _same_date(one, other)
    if two_of_one:
        return Likeness.DOUBTFUL if names and court is not False and date is not False else Likeness.OTHER
    if names and court is not False and date is not False and (court or date):
        return Likeness.SAME
    return Likeness.DOUBTFUL if names or (date and court is not False) else Likeness.OTHER


def _same_date(one: Ruling, other: Ruling) -> bool | None:
    """As far as both are known; None where one is not."""
    if one.date is None or other.date is None:
        return None
    return _to_the(coarser(one, other), one.date) == _to_the(coarser(one, other), other.date)


def coarser(one: Ruling, other: Ruling) -> str:
    order = [DatePrecision.YEAR, DatePrecision.MONTH, DatePrecision.DAY]
    return min(one.date_precision, other.date_precision, key=lambda precision: order.index(DatePrecision(precision)))


def _to_the(precision: str, date: datetime.date) -> str:
    return shown_date(date, precision)


def same_name(one: str, other: str) -> bool:
    """Abbreviations, "In re", what a party is, and the order of the parties do not tell names apart; each party of the shorter caption
    must be in the longer one."""
    here, there = _parties(one), _parties(other)
    if not here or not there or len(here) != len(there):
        return False
    return any(all(a <= b or b <= a for a, b in zip(here, order, strict=True)) for order in (there, there[::-1]))


@lru_cache(maxsize=8192)
def _parties(name: str) -> tuple[frozenset[str], ...]:
    """The words of each side, abbreviated as the Bluebook does, without those that a caption may leave out."""
    sides = _VERSUS.split(_ASIDE.sub(" ", name), maxsplit=1)
    found = tuple(_party(side) for side in sides)
    return found if all(found) else ()


def _party(side: str) -> frozenset[str]:
    bare = _UNITED_STATES.sub("UnitedStates", _BEFORE.sub("", side.strip()))
    said = {word.casefold() for word in _WORD.findall(short_name(bare).replace("'", "").replace("\u2019", "").replace(".", ""))}
    if sovereign := _SOVEREIGN.match(bare):  # which the Bluebook leaves out, or which stands alone
        said.add(sovereign[1].casefold())
    return frozenset(said - _IDLE) or frozenset(said)
