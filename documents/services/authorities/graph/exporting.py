"""Rulings and sections for programs that keep references: CSL-JSON and RIS.

CSL 1.0.2: a ruling is a `legal_case` (authority: the court, container-title: the reporter, volume, page: the first, number: the docket), a
section `legislation`. RIS: `CASE` as EndNote and Zotero read it (TI name, A2 reporter, VL volume, SP first page, PB court, DA date decided,
SV docket number), `STAT` (TI heading, T2 code, VL title, SE section). Values are one line each: what breaks lines in them becomes a space.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cases.models import DatePrecision, Ruling, Statute
from documents.services.authorities.graph.edges import cited_authorities, citing

MOST = 2_000
"""Authorities in one file."""
MEDIA_TYPES = {"csl": "application/vnd.citationstyles.csl+json", "ris": "application/x-research-info-systems"}
ENDINGS = {"csl": "json", "ris": "ris"}
_PRINTED = re.compile(r"(?P<volume>\d{1,4}) (?P<reporter>\S.*?) (?P<page>\d{1,7})")


@dataclass(frozen=True)
class Reference:
    """An authority as both formats need it; dates as (year, month, day) as far as they are known."""

    id: str
    title: str
    is_case: bool = True
    court: str = ""
    container: str = ""
    volume: str = ""
    page: str = ""
    section: str = ""
    number: str = ""
    dated: tuple[int, ...] = ()
    url: str = ""
    notes: list[str] = field(default_factory=list)


def of_ruling(ruling: Ruling, base: str = "") -> Reference:
    """`base` is the address before the ruling's own, as https://lexintel.example."""
    first, *others = [_line(cite) for cite in ruling.citations] or [""]
    notes = [f"Parallel citations: {'; '.join(others)}"] if others else []
    if first and not _printed(first):
        notes.insert(0, f"Citation: {first}")
    return Reference(
        id=str(ruling.pk), title=_line(ruling.name), court=_line(ruling.court), number=_line(ruling.docket_number),
        **_printed(first),
        dated=_known(ruling.date, ruling.date_precision), url=ruling.source_url or base + ruling.get_absolute_url(), notes=notes,
    )  # fmt: skip


def _printed(cite: str) -> dict[str, Any]:
    """Volume, reporter and first page of a citation that has them, as 410 U.S. 113."""
    found = _PRINTED.fullmatch(cite)
    return {"container": found["reporter"], "volume": found["volume"], "page": found["page"]} if found else {}


def of_statute(statute: Statute, base: str = "") -> Reference:
    note = [f"As of {statute.dated}"] if statute.dated else ["The date of this text is not known"]
    code = {"usc": "U.S.C.", "cfr": "C.F.R."}.get(statute.code, statute.code)
    return Reference(
        id=str(statute.pk), title=_line(statute.heading) or _line(str(statute)), is_case=False, container=code, volume=_line(statute.title),
        section=_line(statute.section), dated=_known(statute.as_of, statute.as_of_precision),
        url=statute.source_url or base + statute.get_absolute_url(), notes=[f"Citation: {_line(str(statute))}", *note],
    )  # fmt: skip


def of_missing(row: dict[str, Any]) -> Reference:
    """What is cited and not in the library, as far as the citation says what it is."""
    written = _line(row["written"] or "")
    return Reference(
        id=row["authority"], title=_line(row["label"]), is_case=row["is_case"],
        **_printed(written),
        dated=(row["year"],) if row["year"] else (), notes=[f"Citation: {written or row['authority']}", "Not in this library"],
    )  # fmt: skip


def cited_by(user: Any, ruling: Ruling, base: str = "") -> list[Reference]:
    """The rulings of the library that cite it; documents of cases are not exported."""
    texts = citing(user, ruling).filter(text_version__document__case=None).order_by()
    ids = texts.exclude(text_version__document__ruling=None).values("text_version__document__ruling")
    return [of_ruling(other, base) for other in Ruling.objects.filter(pk__in=ids).order_by("name", "id")[:MOST]]


def cites(user: Any, ruling: Ruling, base: str = "") -> list[Reference]:
    """What it cites, in the order of its weight."""
    rows = list(cited_authorities(user, ruling)[:MOST])
    rulings = Ruling.objects.in_bulk([row["ruling"] for row in rows if row["ruling"]])
    statutes = Statute.objects.in_bulk([row["statute"] for row in rows if row["statute"]])
    return [_reference(row, rulings, statutes, base) for row in rows]


def _reference(row: dict[str, Any], rulings: dict[Any, Ruling], statutes: dict[Any, Statute], base: str) -> Reference:
    if row["ruling"] in rulings:
        return of_ruling(rulings[row["ruling"]], base)
    if row["statute"] in statutes:
        return of_statute(statutes[row["statute"]], base)
    return of_missing(row)


def as_csl(references: Iterable[Reference]) -> str:
    """A JSON list."""
    return json.dumps([_csl(one) for one in references], ensure_ascii=False, indent=1)


def _csl(one: Reference) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": one.id,
        "type": "legal_case" if one.is_case else "legislation",
        "title": one.title,
        "authority": one.court,
        "container-title": one.container,
        "volume": one.volume,
        "page": one.page,
        "section": one.section,
        "number": one.number,
        "issued": {"date-parts": [list(one.dated)]} if one.dated else None,
        "URL": one.url,
        "note": ". ".join(one.notes),
    }
    return {name: value for name, value in fields.items() if value}


def as_ris(references: Iterable[Reference]) -> str:
    """Records with CRLF, as the format has it."""
    return "".join(f"{tag}  - {value}\r\n" for one in references for tag, value in _ris(one))


def _ris(one: Reference) -> Iterator[tuple[str, str]]:
    fields = [
        ("TI", one.title),
        ("A2" if one.is_case else "T2", one.container),
        ("VL", one.volume),
        ("SP", one.page),
        ("SE", one.section),
        ("PB", one.court),
        ("PY", f"{one.dated[0]:04d}" if one.dated else ""),
        ("DA", "/".join([f"{part:0{4 if not place else 2}d}" for place, part in enumerate(one.dated)]) if one.dated else ""),
        ("SV", one.number),
        ("UR", one.url),
        *(("N1", note) for note in one.notes),
    ]
    yield "TY", "CASE" if one.is_case else "STAT"
    yield "ID", _line(one.id)
    yield from ((tag, value) for tag, value in fields if value)
    yield "ER", ""


def _known(when: date | None, precision: str) -> tuple[int, ...]:
    if when is None:
        return ()
    return (when.year, when.month, when.day)[: {DatePrecision.YEAR: 1, DatePrecision.MONTH: 2}.get(DatePrecision(precision), 3)]


def _line(text: str) -> str:
    """On one line: every break, tab and control character is a space."""
    return " ".join("".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in text).split())
