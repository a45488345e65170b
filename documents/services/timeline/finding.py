"""What a document says that happened becomes events of its case, in the transaction that publishes the reading.

Done twice it changes nothing. Sentences of one case and date that tell of the same are one event with several sources. What people decided
stays: a source is known again by its quotation, an event by its date and sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from cases.models import Case, Event
from documents.models import Citation, Document, EventSource, TextVersion
from documents.services.annotations.anchoring import Anchor, Place, Text, context_of, letters_of
from documents.services.timeline.happened import Happening, happenings, tell_the_same

LANGUAGES = ("", "en")
DECISIONS = ("case", "short", "supra")
When = tuple[date, str, date | None]


NOT_TOLD = frozenset([Document.Kind.STATUTE, Document.Kind.GENERATED])
"""Texts of law, and papers that were made here, which repeat what other documents say."""


def look(document: Document, pages: Sequence[tuple[int, str]], mentions: Iterable[Citation]) -> list[Happening]:
    """What the pages of this document say that happened; nothing of the library's texts, and of languages that are not understood."""
    if document.case_id is None or document.language not in LANGUAGES or document.kind in NOT_TOLD:
        return []
    cited = list(mentions)
    places = {(one.page, one.start, one.end) for one in cited}
    others = {(one.page, one.start, one.end) for one in cited if one.kind in DECISIONS and one.role != Citation.Role.RECORD}
    return happenings(pages, places, others)


def keep(document: Document, version: TextVersion, pages: Sequence[tuple[int, str]], found: Sequence[Happening]) -> int:
    """Make the document's sources what was found in this reading; gives how many events are new. The caller holds the document."""
    sources = EventSource.objects.filter(document=document).exclude(page=None)
    if document.case_id is None or not (found or sources.exists()):
        return 0
    hold(document.case_id)
    known = list(sources.select_related("event").order_by("pk"))
    left = _follow(known, version, dict(pages), list(found))
    return _enter(document.case_id, document, version, dict(pages), left)


def hold(case_id: UUID) -> None:
    """Until the transaction ends nobody else joins events of the case. Documents are locked before their case, events after it."""
    Case.objects.select_for_update(no_key=True).filter(pk=case_id).values_list("pk", flat=True).first()


def _follow(known: list[EventSource], version: TextVersion, pages: dict[int, str], found: list[Happening]) -> list[Happening]:
    """Put sources where the reading has them; gives what none of them is. One that it has no more goes, unless people decided on it."""
    moved, gone, text = [], [], Text(pages) if known else None
    for source in known:
        one = next((one for one in found if _is(source, one)), None)
        if one is not None:
            found.remove(one)
            put(source, version, pages, one)
            moved.append(source)
        elif not source.event.is_decided:
            gone.append(source)
        elif text is not None and (place := text.place_of(Anchor(source.quote, source.before, source.after, source.page or 1))):
            found = [one for one in found if not _stands_at(one, place, source, pages)]
            source.text_version, source.page, source.start, source.end = version, place.page, place.start, place.end
            at = pages[place.page].find(source.written, place.start, place.end)
            source.date_start, source.date_end = (at, at + len(source.written)) if at >= 0 else (None, None)
            moved.append(source)
    EventSource.objects.bulk_update(
        moved, ["text_version", "page", "start", "end", "date_start", "date_end", "quote", "before", "after", "written"], batch_size=500
    )
    drop(gone)
    return found


def _stands_at(one: Happening, place: Place, source: EventSource, pages: dict[int, str]) -> bool:
    """Whether it is what the source, which was found at this place, says: with the same date."""
    written = pages[one.page][one.date_start : one.date_end]
    overlaps = one.page == place.page and one.start < place.end and place.start < one.end
    return overlaps and letters_of(written) == letters_of(source.written)


def move(document: Document, heir: Document) -> None:
    """Another document of the same bytes takes this one's place, and its events; where they stand its own reading will say."""
    EventSource.objects.filter(document=document).update(document=heir)


def _is(source: EventSource, one: Happening) -> bool:
    return when_found(source.event) == when_of(one) and letters_of(source.quote) == letters_of(one.quote)


def put(source: EventSource, version: TextVersion, pages: dict[int, str], one: Happening) -> None:
    """Not saved."""
    page = pages[one.page]
    source.text_version, source.page, source.start, source.end = version, one.page, one.start, one.end
    source.date_start, source.date_end, source.quote, source.written = (
        one.date_start,
        one.date_end,
        one.quote,
        page[one.date_start : one.date_end][:120],
    )
    source.before, source.after = context_of(page, one.start, one.end)


def drop(sources: Sequence[EventSource]) -> None:
    """Take sources away; an event that loses its last one goes with it, another tells what a source that stays says."""
    events = {source.event_id for source in sources}
    EventSource.objects.filter(pk__in=[source.pk for source in sources]).delete()
    settle(events)


def settle(events: Iterable[Any]) -> None:
    """After sources of these events have gone: the events without any go too."""
    touched = Event.objects.filter(pk__in=list(events), kind__in=[Event.Kind.FOUND, Event.Kind.FILING])
    touched.filter(sources=None).delete()
    for event in touched.prefetch_related("sources"):
        quotes = [" ".join(source.quote.split()) for source in event.sources.all() if source.quote]
        told = text_found(event)
        if quotes and not any(letters_of(quote) in letters_of(told) for quote in quotes):
            retell(event, quotes[0])


def retell(event: Event, text: str) -> None:
    """The sentence that was shown is gone; another that says the same takes its place. What a person wrote stays."""
    if event.said is not None:
        event.said = {**event.said, "text": text}
    else:
        event.text = text
    event.save(update_fields=["said", "text", "updated"])


def _enter(case_id: UUID, document: Document, version: TextVersion, pages: dict[int, str], found: Sequence[Happening]) -> int:
    """New sources, of events that are there where one tells the same, else of new ones."""
    days = {one.dated.date for one in found}
    there = list(Event.objects.filter(case=case_id, kind=Event.Kind.FOUND, date__in=days)) if days else []
    there += [event for event in _corrected(case_id) if event not in there] if days else []
    made, sources = [], []
    for one in found:
        event = next((event for event in there if when_found(event) == when_of(one) and tell_the_same(text_found(event), one.text)), None)
        if event is None:
            event = Event(
                case_id=case_id, kind=Event.Kind.FOUND, date=one.dated.date, date_precision=one.dated.precision,
                end_date=one.dated.end_date, doubtful=one.dated.doubtful, text=one.text,
            )  # fmt: skip
            made.append(event)
            there.append(event)
        source = EventSource(event=event, document=document)
        put(source, version, pages, one)
        sources.append(source)
    Event.objects.bulk_create(made, batch_size=500)
    EventSource.objects.bulk_create(sources, batch_size=500)
    return len(made)


def _corrected(case_id: Any) -> Iterable[Event]:
    return Event.objects.filter(case=case_id, kind=Event.Kind.FOUND).exclude(said=None)


def when_of(one: Happening) -> When:
    return one.dated.date, one.dated.precision, one.dated.end_date


def when_found(event: Event) -> When:
    """The date as it was found, whatever a person made of it."""
    if event.said is None:
        return event.date, event.date_precision, event.end_date
    last = event.said.get("end_date")
    return date.fromisoformat(event.said["date"]), event.said["date_precision"], date.fromisoformat(last) if last else None


def text_found(event: Event) -> str:
    return event.text if event.said is None else str(event.said["text"])
