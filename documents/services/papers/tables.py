"""A table of authorities: what a text cites, each authority once, under the headings and in the order of The Bluebook and of practice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Ruling
from cases.services import bluebook
from cases.services.citations.keys import in_full
from documents.services.papers.texts import Said, Text

HEADINGS: dict[str, str | Promise] = {
    "case": _("Cases"),
    "constitution": _("Constitutional provisions"),
    "statute": _("Statutes"),
    "rule": _("Rules"),
    "regulation": _("Regulations"),
    "other": _("Other authorities"),
}
"""In the order in which papers have them."""
PASSIM_FROM = 6
"""So many pages and more are "passim"."""
POINTERS = frozenset({"id", "supra", "short"})
_COURT_AND_DATE = re.compile(r"[^();]{0,120}?\((?P<inside>[^()]{0,60}?\b\d{4})\)")
_AROUND = 220
_END_OF_NAME = re.compile(r", (?=\d|Nos?\. )")


@dataclass
class Entry:
    """One authority: `name` (in italics, of a case), the rest of its citation, and the pages that mention it, as [(number, label)]."""

    kind: str
    name: str
    rest: str
    keys: set[str]
    pages: list[tuple[int, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return f"{self.name}{self.rest}"

    @property
    def labels(self) -> list[str]:
        return list(dict.fromkeys(label for _number, label in self.pages))

    @property
    def passim(self) -> bool:
        return len(self.labels) >= PASSIM_FROM


@dataclass(frozen=True)
class Table:
    """`groups` as [(heading, entries)], empty ones left out; `unclear` are references whose authority the text does not tell."""

    groups: list[tuple[str | Promise, list[Entry]]]
    unclear: list[Said]

    @property
    def entries(self) -> list[Entry]:
        return [entry for _heading, entries in self.groups for entry in entries]


def table_of(text: Text, mentions: Iterable[Said]) -> Table:
    gathered, unclear = _gathered(mentions)
    by_kind: dict[str, list[Entry]] = {kind: [] for kind in HEADINGS}
    for group in gathered:
        entry = _entry(text, group)
        pages = sorted({one.page for one in group})
        entry.pages = [(page, text.label(page)) for page in pages]
        by_kind[entry.kind].append(entry)
    for kind, entries in by_kind.items():
        entries.sort(key=lambda entry: (bluebook.sort_key(kind, entry.text), entry.text))
    return Table([(HEADINGS[kind], entries) for kind, entries in by_kind.items() if entries], unclear)


def _gathered(mentions: Iterable[Said]) -> tuple[list[list[Said]], list[Said]]:
    """The mentions by authority, in the order of the first of each: by the decision that they lead to, else by the first of parallel
    citations; and references that lead nowhere."""
    mentions = list(mentions)
    cluster = {one.key: one.cluster for one in mentions if one.key and one.kind not in POINTERS}
    leads = {_cluster(one, cluster): one.ruling.pk for one in mentions if one.ruling is not None}
    groups: dict[Any, list[Said]] = defaultdict(list)
    unclear = []
    for one in mentions:
        if not one.key and one.kind in POINTERS:
            unclear.append(one)
            continue
        own = _cluster(one, cluster)
        groups[leads.get(own, own) if own else _one_line(one.text)].append(one)
    return list(groups.values()), unclear


def _cluster(one: Said, cluster: dict[str, str]) -> str:
    return cluster.get(one.key, one.cluster or one.key)


def _entry(text: Text, group: Sequence[Said]) -> Entry:
    full = [one for one in group if one.kind not in POINTERS] or list(group)
    first = full[0]
    kind = first.kind if first.kind in HEADINGS else _kind_of(first)
    keys = {key for one in group for key in (one.key, one.cluster) if key}
    if kind == "case":
        name, rest = _case(text, full, group)
        return Entry(kind, name, rest, keys)
    return Entry(kind, "", _other(kind, full), keys)


def _kind_of(one: Said) -> str:
    """Of a reference whose authority is never cited in full."""
    if one.ruling is not None or (one.kind in POINTERS and not one.key.startswith(("usc:", "cfr:", "fr", "const:"))):
        return "case"
    return {"usc": "statute", "cfr": "regulation", "const": "constitution"}.get(one.key.partition(":")[0], "other")


def _case(text: Text, full: Sequence[Said], group: Sequence[Said]) -> tuple[str, str]:
    """(name, the rest): as the library knows the decision, with all reporters that the text itself names; else as the text has it."""
    cites = list(dict.fromkeys(_one_line(one.text) for one in full))
    ruling = next((one.ruling for one in group if one.ruling is not None), None)
    if ruling is not None and len(cites) == 1:
        written = bluebook.ruling_citation(ruling)
        name = written[: found.start()] if (found := _END_OF_NAME.search(written)) else ""
        return name, written.removeprefix(name)
    name = bluebook.short_name(ruling.name) if ruling is not None else next((one.name for one in full if one.name), "")
    inside = next((words for one in full if (words := _parenthesis(text, one))), "") or _court_and_year(full, ruling)
    rest = ", ".join(cites) + (f" ({inside})" if inside else "")
    return name, f", {rest}" if name else rest


def _parenthesis(text: Text, one: Said) -> str:
    """Court and date as the text itself has them behind the citation, "1st Cir. 2008"; "" where they are not told there."""
    place = next((number for number, sheet in enumerate(text.sheets) if sheet.number == one.page), None)
    if place is None or not one.year:
        return ""
    after = text.sheets[place].text[one.end : one.end + _AROUND]
    if len(after) < _AROUND and place + 1 < len(text.sheets):
        after += " " + text.sheets[place + 1].text[: _AROUND - len(after)]
    found = _COURT_AND_DATE.match(" ".join(after.split()))
    return found["inside"] if found and found["inside"].endswith(str(one.year)) else ""


def _court_and_year(full: Sequence[Said], ruling: Ruling | None) -> str:
    year = next((one.year for one in full if one.year), None) or (ruling.date.year if ruling is not None and ruling.date else None)
    court = next((one.court for one in full if one.court), "") or (ruling.court_id if ruling is not None else "")
    return " ".join(part for part in (bluebook.court_abbreviation(court) if court else "", str(year or "")) if part)


def _other(kind: str, full: Sequence[Said]) -> str:
    first = full[0]
    if said := in_full(first.key):
        return said
    written = _one_line(max((one.text for one in full), key=len) if kind == "rule" else first.text)
    if kind == "constitution" and len({one.pin for one in full}) > 1 and first.pin:
        written = written.removesuffix(first.pin).rstrip(" ,")
    if kind == "other":
        written = f"{first.name}, {written}" if first.name else written
        written += f" ({first.year})" if first.year and str(first.year) not in written else ""
    return written


def _one_line(text: str) -> str:
    return " ".join(text.split())
