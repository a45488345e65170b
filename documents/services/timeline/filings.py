"""Filings, orders and judgments are events of their case by their own date. They follow what is held true of the document."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cases.models import DatePrecision, Event
from documents.models import Document, EventSource

Kind = Document.Kind
_FILED, _ENTERED = gettext_noop("Filed: %(title)s"), gettext_noop("Entered: %(title)s")
_SERVED, _ISSUED = gettext_noop("Served: %(title)s"), gettext_noop("Issued: %(title)s")
_PAPERS = (
    Kind.FILING, Kind.COMPLAINT, Kind.ANSWER, Kind.MOTION, Kind.BRIEF, Kind.PETITION, Kind.NOTICE, Kind.STIPULATION, Kind.DECLARATION,
)  # fmt: skip
WORDS = {
    **dict.fromkeys(_PAPERS, _FILED), Kind.ORDER: _ENTERED, Kind.JUDGMENT: _ENTERED, Kind.DISCOVERY: _SERVED, Kind.SUBPOENA: _ISSUED,
    Kind.SUMMONS: _ISSUED,
}  # fmt: skip

CHANGED = ["date", "date_precision", "text", "state", "decided", "decided_by", "updated"]


def follow(documents: Iterable[Document]) -> None:
    """Make the filing of each document what its kind, date and title say, in the caller's transaction. One that people decided on stays
    when the document says nothing any more; what they corrected stays as they wrote it."""
    documents = [document for document in documents if document.case_id is not None and document.duplicate_of_id is None]
    sources = EventSource.objects.filter(document__in=[document.pk for document in documents], event__kind=Event.Kind.FILING, page=None)
    known = {source.document_id: source.event for source in sources.select_related("event")}
    made, changed, gone = [], [], []
    for document in documents:
        case_id, event, said = document.case_id, known.get(document.pk), _said(document)
        if said is None or case_id is None:
            gone += [event.pk] if event is not None and not event.is_decided else []
        elif event is None:
            made.append((document, Event(case_id=case_id, kind=Event.Kind.FILING, date=said[0], text=said[1])))
        elif _changed(event, *said):
            changed.append(event)
    Event.objects.filter(pk__in=gone).delete()
    Event.objects.bulk_update(changed, CHANGED, batch_size=500)
    Event.objects.bulk_create([event for _document, event in made], batch_size=500)
    EventSource.objects.bulk_create([EventSource(event=event, document=document) for document, event in made], batch_size=500)


def _said(document: Document) -> tuple[date, str] | None:
    """When it was filed, and that; None where it is no filing, or nobody knows when."""
    words = WORDS.get(Kind(document.kind))
    return None if words is None or document.date is None else (document.date, _(words) % {"title": document.title})


def _changed(event: Event, day: date, text: str) -> bool:
    """Set what the document says now, and whether that is something else. What was confirmed for another day is proposed again."""
    if event.said is not None or (event.date, event.text) == (day, text):
        return False
    if event.date != day and event.state == Event.State.CONFIRMED:
        event.state, event.decided, event.decided_by = Event.State.PROPOSED, None, None
    event.date, event.date_precision, event.text, event.updated = day, DatePrecision.DAY, text, timezone.now()
    return True
