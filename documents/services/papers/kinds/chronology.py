"""The chronology of a case: its events by date, each with the sentence that tells it and where that stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, DatePrecision, Event
from documents.models import Paper
from documents.services.papers.blocks import Run, note, para, run, table
from documents.services.papers.kinds.base import Draft, Kind, Making
from documents.services.timeline.entries import Entry, Place, events_for

_FORMS = {DatePrecision.YEAR: "Y", DatePrecision.MONTH: "F Y", DatePrecision.DAY: "F j, Y"}


def understood(case: Case, user: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    return {"confirmed_only": given.get("confirmed_only") in (True, "true", "on", "1")}


def built(making: Making) -> Draft:
    entries = _entries(making)
    draft = Draft(_("Chronology"), "")
    if not entries:
        draft.blocks.append(para(_("This case has no events yet that could be listed.")))
        return draft
    columns = (_("Date"), _("What happened"), _("Source"), _("State"))
    draft.blocks.append(table(columns, (2.2, 6, 2.8, 2), [_row(making, entry, places) for entry, places in entries]))
    if any(not _confirmed(entry) for entry, _places in entries):
        honest = _("What is not confirmed was found by a machine in the words that are quoted; no person has said that it is so.")
        draft.blocks.append(note(honest))
    return draft


def _entries(making: Making) -> list[tuple[Entry, list[Place]]]:
    """What happened, by date; no deadlines, and nothing that only papers made here tell."""
    found = [entry for entry in events_for(making.user, making.case) if entry.event.kind != Event.Kind.DEADLINE]
    if making.inputs.get("confirmed_only"):
        found = [entry for entry in found if _confirmed(entry)]
    said_by = {place.document for entry in found for place in entry.places}
    made_here = set(Paper.objects.filter(document__in=said_by).values_list("document", flat=True))
    kept = [(entry, [place for place in entry.places if place.document not in made_here]) for entry in found]
    return [(entry, places) for entry, places in kept if places or not entry.places]


def _confirmed(entry: Entry) -> bool:
    return entry.event.state == Event.State.CONFIRMED


def _row(making: Making, entry: Entry, places: Sequence[Place]) -> list[list[Run]]:
    sources = _sources(making, entry, places)
    state = _("confirmed") if _confirmed(entry) else _("not confirmed")
    if entry.event.doubtful:
        state = _("%(state)s; date doubtful") % {"state": state}
    return [[run(_date(entry.event))], [run(entry.event.text)], sources, [run(state)]]


def _sources(making: Making, entry: Entry, places: Sequence[Place]) -> list[Run]:
    sources: list[Run] = []
    for place in places:
        sources += [run("; ")] if sources else []
        where = f"{place.title}, {_('p.')} {place.page}" if place.page else place.title
        sources.append(run(where, href=making.link(place.url)))
    if entry.origin is not None:
        sources.append(run(entry.origin.title, href=making.link(entry.origin.url)))
    return sources or [run(str(entry.event.get_kind_display()))]


def _date(event: Event) -> str:
    """As far as it is known; with its last day and its time, where it has them."""
    written = date_format(event.date, _FORMS[DatePrecision(event.date_precision)])
    if event.end_date is not None and event.end_date != event.date:
        written = f"{written} – {date_format(event.end_date, 'F j, Y')}"
    return f"{written}, {event.time:%H:%M}" if event.time is not None else written


KIND = Kind(
    "chronology",
    "calendar",
    gettext_lazy(
        "The events of this case by date, each with the sentence that tells it, where it stands, and whether a person confirmed it."
    ),
    understood,
    built,
)
