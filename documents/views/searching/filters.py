"""What the search page shows of its filters: the places to choose from, the chips that take a filter away, the panel of facets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case
from documents.models import Document
from documents.services.search import Facet
from documents.services.search.narrowing import courts
from documents.services.search.request import FIELDS, Filter

SHOWN = 10
_NARROWING = ("library", "hearings", "kind", "from", "to", *FIELDS)
FIELD_LABELS = {
    "kind": gettext_lazy("Kind"), "case": gettext_lazy("Case"), "court": gettext_lazy("Court"), "judge": gettext_lazy("Judge"),
    "author": gettext_lazy("Author"), "sender": gettext_lazy("From"), "recipient": gettext_lazy("To"), "tag": gettext_lazy("Tag"),
    "docket": gettext_lazy("Docket number"), "year": gettext_lazy("Year"), "document": gettext_lazy("In"),
}  # fmt: skip
SORT_LABELS = {"relevance": gettext_lazy("Relevance"), "newest": gettext_lazy("Newest first"), "oldest": gettext_lazy("Oldest first")}


@dataclass(frozen=True)
class Chip:
    """A filter that is on; its address is the same search without it."""

    field: str
    label: str
    url: str


@dataclass(frozen=True)
class Choice:
    """A value of a facet; its address adds it to the search, or takes it away where it is `selected`. Without one it can't be chosen."""

    label: str
    count: int
    url: str
    selected: bool = False


@dataclass(frozen=True)
class Group:
    """One facet: what is shown at once, and what is folded."""

    label: str
    choices: list[Choice]
    more: list[Choice]


def places(case: Case | None, query: QueryDict) -> list[tuple[str, str]]:
    """(value of ?place=, label), the present one first and without a value: it is what the rest of the address says."""
    labels = {"case": _("This case"), "hearings": _("Hearings of this case")} if case else {}
    labels |= {"all": _("All my cases and the library"), "library": _("The library")}
    labels |= {} if case else {"hearings": _("Hearings")}
    present = place_of(case, query)
    return [("", labels.pop(present)), *labels.items()]


def place_of(case: Case | None, query: QueryDict) -> str:
    if query.get("hearings") and not (query.get("library") and case is None):
        return "hearings"
    if case is not None:
        return "case"
    return "library" if query.get("library") else "all"


def address_of_place(case: Case | None, query: QueryDict) -> str | None:
    """Where the same search is asked in the place that was chosen in the form; None where none was."""
    place = query.get("place")
    if place is None:
        return None
    asked = _without(query, "place", "case", *(["library", "hearings"] if place else []))
    if place in ("library", "hearings"):
        asked[place] = "1"
    inside = case is not None and place not in ("all", "library")
    address = reverse("documents:case-search", args=[case.pk]) if case is not None and inside else reverse("documents:search")
    return f"{address}?{asked.urlencode()}"


def chips(filters: tuple[Filter, ...], query: QueryDict, user: Any) -> Iterator[Chip]:
    """Of the fields that may be repeated, one for each value. A document that one may not see has no title."""
    ids = [value for one in filters if one.field == "document" for value in one.values if _is_uuid(value)]
    titles = dict(_titles(ids, user)) if ids else {}
    for one in filters:
        for value in one.values:
            yield Chip(one.field, _chip_label(one.field, value, titles), _removed(query, one.field, value))


def panel(facets: Mapping[str, list[Facet]], kind: str, filters: tuple[Filter, ...], query: QueryDict, case: Case | None) -> list[Group]:
    """The facets that have something to choose; the case's own page does not offer cases."""
    chosen = {one.field: {value.casefold() for value in one.values} for one in filters} | {"kind": {kind} - {""}}
    groups = []
    for field, values in facets.items():
        if not values or (field == "case" and case is not None):
            continue
        choices = [_choice(field, value, query, chosen.get(field, set())) for value in values]
        choices.sort(key=lambda choice: not choice.selected)
        groups.append(Group(str(FIELD_LABELS[field]), choices[:SHOWN], choices[SHOWN:]))
    return groups


def is_narrowing(query: QueryDict) -> bool:
    return any(query.get(name) for name in _NARROWING)


def without_filters(query: QueryDict) -> str:
    """The same words in the same place and order, and nothing that narrows them; the case's own page stays there."""
    return f"?{_without(query, *_NARROWING).urlencode()}"


def _choice(field: str, facet: Facet, query: QueryDict, chosen: set[str]) -> Choice:
    selected = facet.value.casefold() in chosen
    if field == "case":
        return Choice(facet.label, facet.count, _in_case(facet.value, query), bool(query.get("library")) and not facet.value)
    if selected:
        return Choice(facet.label, facet.count, _removed(query, field, facet.value), selected=True)
    if field == "kind":
        asked = _without(query, "kind")
        asked["kind"] = facet.value
    else:
        asked = _without(query)
        asked.appendlist(field, facet.value)
    return Choice(facet.label, facet.count, f"?{asked.urlencode()}")


def _in_case(value: str, query: QueryDict) -> str:
    """The same search in this case; in the library, or no longer only there, where there is no case."""
    if value:
        return f"{reverse('documents:case-search', args=[value])}?{_without(query, 'library').urlencode()}"
    asked = _without(query, "library")
    if not query.get("library"):
        asked["library"] = "1"
    return f"?{asked.urlencode()}"


def _removed(query: QueryDict, field: str, value: str) -> str:
    asked = _without(query)
    others = [other for other in asked.getlist(field) if other.strip() and other.strip().casefold() != value.casefold()]
    asked.setlist(field, others)
    return f"?{asked.urlencode()}"


def _without(query: QueryDict, *names: str) -> QueryDict:
    asked = query.copy()
    for name in ("page", *names):
        asked.pop(name, None)
    return asked


def _chip_label(field: str, value: str, titles: Mapping[str, str]) -> str:
    if field == "document":
        return _("in “%(title)s”") % {"title": titles[value]} if value in titles else _("in a document that is not there")
    shown = courts.label_of(value.lower(), value) if field == "court" else value
    return f"{FIELD_LABELS[field]}: {shown}"


def _titles(ids: list[str], user: Any) -> Iterator[tuple[str, str]]:
    found = dict(Document.objects.visible_to(user).filter(pk__in=ids).values_list("pk", "title"))
    for asked in ids:
        if title := found.get(UUID(asked)):
            yield asked, title


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True
