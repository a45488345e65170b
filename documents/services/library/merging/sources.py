"""What the library knows of each source of a ruling, and how what a further source says is added to what the first has said.

The facts and the text of the first source stay; a further one fills what is open, and where both say something else, the report tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import DatePrecision, Ruling, RulingSource
from cases.services.authorities import keys_of_citations, keys_of_ruling
from documents.services.library.outcome import Outcome

Name = tuple[str, str]
"""A source, and the ruling's id there."""
_FILLED = ("full_name", "docket_number", "judges", "status")
_TOLD = {"docket_number": "docket number", "judges": "judges", "status": "status"}
_FINENESS = [DatePrecision.YEAR, DatePrecision.MONTH, DatePrecision.DAY]
_WORD = re.compile(r"\w+")


@dataclass
class Known:
    """Rulings by the names that sources give them, one object for each ruling; `further` are the rows of those that came later."""

    rulings: dict[Name, Ruling]
    further: dict[Name, RulingSource]


def known(names: Iterable[Name]) -> Known:
    """The rulings of these names, under lock."""
    by_source: dict[str, list[str]] = {}
    for source, source_id in names:
        by_source.setdefault(source, []).append(source_id)
    first, further = {}, {}
    for source, ids in by_source.items():
        for ruling in Ruling.objects.select_for_update().filter(source=source, source_id__in=ids).order_by("pk"):
            first[source, ruling.source_id] = ruling
        for row in RulingSource.objects.filter(source=source, source_id__in=ids).order_by("pk"):
            further[source, row.source_id] = row
    objects = {ruling.pk: ruling for ruling in first.values()}
    missing = {row.ruling_id for row in further.values()} - objects.keys()
    if missing:
        objects |= {ruling.pk: ruling for ruling in Ruling.objects.select_for_update().filter(pk__in=missing).order_by("pk")}
    return Known(first | {name: objects[row.ruling_id] for name, row in further.items()}, further)


def fill(ruling: Ruling, facts: Mapping[str, Any], source: str, where: str, outcome: Outcome) -> bool:
    """Add what a further source says to what is open; whether anything was. What contradicts is told in the report."""
    before = (ruling.court_id, ruling.date, ruling.date_precision, list(ruling.citations), list(ruling.inferred))
    filled = [name for name in _FILLED if facts[name] and not getattr(ruling, name)]
    for name in _TOLD.keys() - filled:
        if facts[name] and _contradicts(str(getattr(ruling, name)), str(facts[name])):
            said = {"fact": _(_TOLD[name]), "kept": getattr(ruling, name), "source": source, "said": facts[name]}
            outcome.remark(where, _("%(fact)s: “%(kept)s” is kept; %(source)s says “%(said)s”.") % said, ruling.name)
    for name in filled:
        setattr(ruling, name, facts[name])
    if facts["court_id"] and not ruling.court_id:
        ruling.court_id, ruling.court = facts["court_id"], facts["court"]
    if facts["date"] and (ruling.date is None or _fineness(facts["date_precision"]) > _fineness(ruling.date_precision)):
        ruling.date, ruling.date_precision = facts["date"], facts["date_precision"]
    add_citations(ruling, facts["citations"], facts["inferred"])
    changed = bool(filled) or before != (ruling.court_id, ruling.date, ruling.date_precision, ruling.citations, ruling.inferred)
    if changed:
        ruling.updated = timezone.now()
    return changed


def add_citations(ruling: Ruling, citations: Iterable[str], inferred: Iterable[str] = ()) -> None:
    """Those that the ruling does not have yet, however they are written. What one source states is no longer only inferred by another."""
    guessed = set(inferred)
    here = set(ruling.keys)
    for cite in citations:
        keys = keys_of_citations([cite])
        if cite not in ruling.citations and not (keys and here.issuperset(keys)):
            ruling.citations = [*ruling.citations, cite]
            ruling.inferred = [*ruling.inferred, cite] if cite in guessed else ruling.inferred
            here.update(keys)
        elif cite not in guessed and cite in ruling.inferred:
            ruling.inferred = [one for one in ruling.inferred if one != cite]
    ruling.keys = keys_of_ruling(ruling.citations, ruling.court_id, ruling.docket_number)


def with_further_citations(rulings: Iterable[Ruling]) -> None:
    """Rulings whose own source has just said its citations keep those of their further sources."""
    by_id = {ruling.pk: ruling for ruling in rulings}
    if by_id:
        for row in RulingSource.objects.filter(ruling__in=by_id).order_by("pk"):
            add_citations(by_id[row.ruling_id], row.citations)


def facts_of(ruling: Ruling) -> dict[str, Any]:
    """As `RulingRecord.facts` gives them."""
    return {
        name: getattr(ruling, name) for name in (*_FILLED, "court", "court_id", "date", "date_precision", "citations", "inferred")
    }  # fmt: skip


def _fineness(precision: str) -> int:
    return _FINENESS.index(DatePrecision(precision))


def _contradicts(ours: str, theirs: str) -> bool:
    """Whether neither says all that the other does."""
    here, there = ({word.casefold() for word in _WORD.findall(said)} for said in (ours, theirs))
    return bool(here and there) and not (here <= there or there <= here)
