"""Events when documents go: to another case, or for good."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from cases.models import Case, Event
from documents.models import Document, EventSource
from documents.services.timeline.finding import hold, settle, text_found, when_found
from documents.services.timeline.happened import tell_the_same
from tasks.ids import uuid7

_DECIDED = ["date", "date_precision", "end_date", "time", "doubtful", "text", "said", "state", "decided", "decided_by"]
_CONFIRMED = ["state", "decided", "decided_by"]
"""Where nothing was corrected: the words of another document stay where they are."""


def carry(source: Case, target: Case, documents: Sequence[Document]) -> None:
    """In the transaction in which these documents, whose rows are written, move. What they said happened goes with them, with what people
    decided on it; what other documents of the source say too stays there as well. What people entered themselves is the case's."""
    for case in sorted((source, target), key=lambda case: case.pk):
        hold(case.pk)
    heirs = {document.pk: document.duplicate_of_id or document.pk for document in documents}
    moving = list(EventSource.objects.filter(document__in=heirs, event__case=source).select_related("event").order_by("pk"))
    events = {one.event_id: one.event for one in moving}
    staying = set(EventSource.objects.filter(event__in=events).exclude(document__in=heirs).values_list("event_id", flat=True))
    there = list(Event.objects.filter(case=target, kind=Event.Kind.FOUND))
    arrived = set()
    for key, event in list(events.items()):
        of_this = [one for one in moving if one.event_id == key]
        landed = _landed(event, target, there, stays=key in staying)
        arrived.add(landed.pk)
        for one in of_this:
            _put(one, landed, heirs)
    settle({*events, *arrived})  # the sentence that is shown may be one of a document that stays


def _landed(event: Event, target: Case, there: list[Event], *, stays: bool) -> Event:
    """The event in the target: one that tells the same, else this one, or a copy of it where it stays in the source, too."""
    same = next((one for one in there if _alike(one, event)), None)
    if same is not None:
        if event.is_decided and not same.is_decided:
            for name in _DECIDED if event.said is not None else _CONFIRMED:
                setattr(same, name, getattr(event, name))
            same.save()
        return same
    if stays:
        event = Event.objects.get(pk=event.pk)
        event.pk, event._state.adding = uuid7(), True
    event.case = target
    event.save()
    there.append(event)
    return event


def _alike(one: Event, other: Event) -> bool:
    same_day = one.kind == other.kind and when_found(one) == when_found(other)
    return same_day and tell_the_same(text_found(one), text_found(other))


def _put(source: EventSource, event: Event, heirs: dict[UUID, UUID]) -> None:
    """What became a duplicate in its new case has no events of its own: they are the original's, which says the same."""
    heir = heirs[source.document_id]
    others = EventSource.objects.filter(document=heir, page=source.page, start=source.start, event__kind=event.kind)
    if heir != source.document_id and others.exists():
        source.delete()
        return
    source.event, source.document_id = event, heir
    source.save(update_fields=["event", "document"])


def forget(document: Document) -> None:
    """The document goes for good, and with it what only it said; before its row is deleted, in the same transaction."""
    if document.case_id is None:
        return
    hold(document.case_id)
    sources = EventSource.objects.filter(document=document)
    events = list(sources.values_list("event_id", flat=True))
    sources.delete()
    settle(events)
