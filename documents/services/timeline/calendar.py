"""A case's timeline as iCalendar (RFC 5545): all-day entries, with a stable UID each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar
from icalendar import Event as CalendarEntry

from cases.models import Case, DatePrecision, Event
from documents.services.timeline.entries import Entry

LONGEST = 200


def calendar(case: Case, entries: Sequence[Entry], address: str = "") -> bytes:
    """Of entries that the reader may see. A month or a year that is all that is known is an entry of all its days; an entry with a time is
    at that time wherever the reader is. What nobody has confirmed is tentative. `address` is the site's, as https://host."""
    made = Calendar()
    made.add("prodid", "-//LexIntel//Timeline//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", case.title)
    for entry in entries:
        made.add_component(_entry(case, entry, address))
    return bytes(made.to_ical())


def _entry(case: Case, entry: Entry, address: str) -> CalendarEntry:
    event, made = entry.event, CalendarEntry()
    made.add("uid", f"{event.pk}@lexintel")
    made.add("dtstamp", event.updated)
    made.add("summary", _summary(event))
    for name, moment in _span(event).items():
        made.add(name, moment)
    made.add("status", "CONFIRMED" if event.state == Event.State.CONFIRMED else "TENTATIVE")
    made.add(
        "transp",
        "OPAQUE"
        if event.kind in (Event.Kind.DEADLINE, Event.Kind.HEARING) and event.date_precision == DatePrecision.DAY
        else "TRANSPARENT",
    )
    made.add("categories", [str(event.get_kind_display())])
    made.add("description", "\n".join(_description(case, entry)))
    if address:
        made.add("url", f"{address}{reverse('documents:case-timeline', args=[case.pk])}")
    return made


def _summary(event: Event) -> str:
    text = event.text if len(event.text) <= LONGEST else event.text[: LONGEST - 1].rstrip() + "…"
    if event.kind == Event.Kind.DEADLINE:
        return (_("Done: %(text)s") if event.done else _("Deadline: %(text)s")) % {"text": text}
    return f"{text} ({event.dated})" if event.date_precision != DatePrecision.DAY else text


def _span(event: Event) -> dict[str, Any]:
    """DTSTART and, for days, DTEND, which is the day after the last."""
    if event.time is not None and event.end_date is None:
        return {"dtstart": datetime.combine(event.date, event.time)}
    return {"dtstart": event.date, "dtend": last_day(event) + timedelta(days=1)}


def last_day(event: Event) -> date:
    """The last day that the event may be of."""
    if event.date_precision == DatePrecision.YEAR:
        return date(event.date.year, 12, 31)
    if event.date_precision == DatePrecision.MONTH:
        following = (event.date.replace(day=28) + timedelta(days=4)).replace(day=1)
        return following - timedelta(days=1)
    return event.end_date or event.date


def _description(case: Case, entry: Entry) -> list[str]:
    lines = [case.title, *([case.docket_number] if case.docket_number else [])]
    if entry.event.doubtful:
        lines.append(_("The date is doubtful."))
    lines += [
        _("%(title)s, page %(page)s") % {"title": place.title, "page": place.page} if place.page else place.title
        for place in entry.places[:10]
    ]
    return [*lines, *([entry.origin.title] if entry.origin else [])]
