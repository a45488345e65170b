"""The list of a case's exhibits: number, title, date, Bates range, pages; from titles, file names, tags and what was read of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.template.defaultfilters import date as dated
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case
from documents.models import Document
from documents.services.papers.blocks import note, para, run, table
from documents.services.papers.kinds.base import Draft, Kind, Making, documents_of

_NUMBERED = re.compile(
    r"^\W*(?:plaintiff'?s?|defendant'?s?|joint)?\s*\b(?:exhibit|exh?)\b[.:]?\s*(?:no\.?\s*)?"
    r"(?P<number>[A-Z]{0,3}-?\d{1,4}[A-Z]?|[A-Z]{1,2})\b[\s\-–—:.,]*",
    re.IGNORECASE,
)
_NATURAL = re.compile(r"\d+|\D+")


@dataclass(frozen=True)
class Exhibit:
    document: Document
    number: str
    title: str
    begin: str
    end: str

    def order(self) -> tuple[Any, ...]:
        """A to Z, AA, then PX-3, then by number; those without one last."""
        group = 0 if self.number.isalpha() else 2 if self.number[:1].isdigit() else 1
        parts = tuple((0, int(part), "") if part.isdigit() else (1, 0, part.lower()) for part in _NATURAL.findall(self.number))
        return (not self.number, group, 0 if group else len(self.number), parts, self.title)


def exhibits_of(case: Case, user: Any) -> list[Exhibit]:
    """Exhibits are documents of that kind, and those whose title, file name or tag calls them so; a copy counts as its original."""
    documents = documents_of(case, user).filter(duplicate_of=None).prefetch_related("tags").order_by("created", "pk")
    named = Q(kind=Document.Kind.EXHIBIT) | Q(title__iregex=r"\m(exhibit|ex|exh)\M") | Q(name__iregex=r"\m(exhibit|ex|exh)\M")
    tagged = Q(tags__name__iregex=r"^\s*(exhibit|exhibits|ex|exh)\M")
    asked = list(documents.filter(named | tagged).distinct())
    ranges = _bates(documents)
    found = [exhibit for one in asked if not one.metadata.get("derived_from") and (exhibit := _exhibit(one, ranges)) is not None]
    return sorted(found, key=Exhibit.order)


def _exhibit(document: Document, ranges: dict[str, tuple[str, str]]) -> Exhibit | None:
    begin, end = ranges.get(str(document.pk)) or _range(document)
    for words in (document.title, document.name, *(tag.name for tag in document.tags.all())):
        if found := _NUMBERED.match(words):
            title = document.title[found.end() :] if words == document.title else document.title
            return Exhibit(document, found["number"].upper(), title.strip(" -–—:.") or document.title, begin, end)
    tags = {tag.name.strip().lower() for tag in document.tags.all()}
    if document.kind == Document.Kind.EXHIBIT or tags & {"exhibit", "exhibits"}:
        return Exhibit(document, "", document.title, begin, end)
    return None


def _range(document: Document) -> tuple[str, str]:
    return str(document.metadata.get("bates_begin", "")), str(document.metadata.get("bates_end", ""))


def _bates(documents: Any) -> dict[str, tuple[str, str]]:
    """{original: its newest stamped copy's range}."""
    stamped = documents.filter(metadata__has_keys=["derived_from", "bates_begin"])
    return {str(one.metadata["derived_from"]): _range(one) for one in stamped}


def understood(case: Case, user: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    return {}


def built(making: Making) -> Draft:
    exhibits = exhibits_of(making.case, making.user)
    draft = Draft(_("Exhibit list"), "")
    if not exhibits:
        draft.blocks.append(para(_("No document of this case is called an exhibit, by its kind, its title or a tag.")))
        return draft
    columns = (_("No."), _("Exhibit"), _("Date"), _("Bates range"), _("Pages"))
    draft.blocks.append(table(columns, (1.2, 6, 2.2, 2.8, 1.3), [_row(making, one) for one in exhibits]))
    if any(not one.number for one in exhibits):
        draft.blocks.append(note(_("Exhibits without a number are last; a number is taken from a document's title, file name or tag.")))
    return draft


def _row(making: Making, one: Exhibit) -> list[list[Any]]:
    bates = f"{one.begin} – {one.end}" if one.end and one.end != one.begin else one.begin
    date = dated(one.document.date, "M j, Y") if one.document.date else "–"
    pages = str(one.document.page_count or "–")
    return [
        [run(one.number or "–")],
        [run(one.title, href=making.page_link(one.document.pk))],
        [run(date)],
        [run(bates or "–")],
        [run(pages)],
    ]


KIND = Kind(
    "exhibit_list",
    "list",
    gettext_lazy("The exhibits of this case: number, title, date, Bates range and pages, each with its link."),
    understood,
    built,
)
