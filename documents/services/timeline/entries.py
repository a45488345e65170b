"""The events of a case as somebody who may see it reads them, each with where it is said."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from cases.models import Case, Event
from documents.models import EventSource

SORTS = ("date", "-date")


class Place(NamedTuple):
    """Where a document says it: the sentence [start, end) and the date in it, code points of the page's text (page from 1). Of a filing
    all but the document is None. `lost`: the document has a newer reading in which the sentence was not found."""

    document: UUID
    title: str
    url: str
    page: int | None
    start: int | None
    end: int | None
    date_start: int | None
    date_end: int | None
    quote: str
    written: str
    lost: bool


class Origin(NamedTuple):
    """What an event of a higher app rests on, as a recording."""

    title: str
    url: str


@dataclass(frozen=True)
class Entry:
    """One line of the timeline. `event` has date, precision, text, kind and state; `places` are all sources that the reader may see."""

    event: Event
    places: list[Place] = field(default_factory=list)
    origin: Origin | None = None

    @property
    def place(self) -> Place | None:
        """The first source, for who shows one."""
        return self.places[0] if self.places else None


@dataclass(frozen=True)
class Filters:
    """What is asked for. Without `states` all but the hidden ones; `start` and `end` are days, both included; `done` is of deadlines."""

    kinds: Collection[str] = ()
    states: Collection[str] = ()
    start: datetime.date | None = None
    end: datetime.date | None = None
    document: UUID | None = None
    words: str = ""
    sort: str = "date"
    done: bool | None = None


Origins = Callable[[Any, Collection[UUID]], dict[UUID, Origin]]
_origins: dict[str, Origins] = {}


def register_origins(kind: str, origins: Origins) -> None:
    """`origins(user, event ids)` names what the events of this kind rest on, of those that the user may see."""
    _origins[kind] = origins


def events_for(user: Any, case: Case, filters: Filters | None = None) -> list[Entry]:
    """The events of the case that the user may see, in order of their dates. Raises Http404 for who may not see the case."""
    return entries_of(user, list(matching(user, case, filters or Filters())))


def matching(user: Any, case: Case, filters: Filters) -> QuerySet[Event]:
    """The same as rows, without their sources. Raises Http404."""
    if case.role_of(user) is None:
        raise Http404
    events = Event.objects.visible_to(user).filter(case=case).select_related("decided_by", "created_by")
    events = events.filter(state__in=filters.states) if filters.states else events.exclude(state=Event.State.HIDDEN)
    if filters.kinds:
        events = events.filter(kind__in=filters.kinds)
    if filters.start:
        events = events.filter(Q(date__gte=filters.start) | Q(end_date__gte=filters.start))
    if filters.end:
        events = events.filter(date__lte=filters.end)
    if filters.done is not None:
        events = events.filter(kind=Event.Kind.DEADLINE, done=filters.done)
    if filters.document:
        events = events.filter(Exists(EventSource.objects.filter(event=OuterRef("pk"), document=filters.document)))
    for word in filters.words.split():
        events = events.filter(text__icontains=word)
    return events.order_by("-date", "-time", "-id") if filters.sort == "-date" else events.order_by("date", "time", "id")


def entries_of(user: Any, events: Sequence[Event]) -> list[Entry]:
    """These events with their sources, in the same order and a constant number of queries."""
    places = _places(user, [event.pk for event in events])
    origins: dict[UUID, Origin] = {}
    for kind, named in _origins.items():
        ids = [event.pk for event in events if event.kind == kind]
        origins.update(named(user, ids) if ids else {})
    return [Entry(event, places.get(event.pk, []), origins.get(event.pk)) for event in events]


def _places(user: Any, ids: Iterable[UUID]) -> dict[UUID, list[Place]]:
    found: dict[UUID, list[Place]] = defaultdict(list)
    sources = EventSource.objects.visible_to(user).filter(event__in=list(ids)).select_related("document")
    for source in sources.order_by("document__date", "document_id", "page", "start", "pk"):
        found[source.event_id].append(
            Place(
                source.document_id, source.document.title, source.get_absolute_url(), source.page, source.start, source.end,
                source.date_start, source.date_end, source.quote, source.written, source.lost,
            )
        )  # fmt: skip
    return found
