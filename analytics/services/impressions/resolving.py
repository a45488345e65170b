"""To which case an impression belongs, asked of what it is about; what is gone belongs nowhere."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple

from django.db.models import QuerySet

from analytics.models.impressions import Kind
from analytics.services.impressions.events import EVERYTHING, OPENED_RECORDING
from audio.models import AudioSession
from cases.models import Case, Ruling
from documents.models import Document, Message

AT_ONCE = 5000


class Place(NamedTuple):
    """As what it is counted, and in which case (None: the public library, or a search over everything)."""

    kind: str
    target: uuid.UUID
    case: uuid.UUID | None


Targets = Collection[uuid.UUID]
Found = Iterator[tuple[uuid.UUID, Place]]


def places_of(kind: str, targets: Targets) -> dict[uuid.UUID, Place]:
    """By target; those that are not there any more have none."""
    places: dict[uuid.UUID, Place] = {}
    listed = sorted(targets)
    for first in range(0, len(listed), AT_ONCE):
        places.update(_FINDERS[kind](kind, listed[first : first + AT_ONCE]))
    return places


def _documents(kind: str, targets: Targets) -> Found:
    """A text of the library that is a ruling's is opened as the ruling."""
    for pk, case, ruling in _rows(Document.objects, targets, "pk", "case", "ruling"):
        if kind == Kind.DOCUMENT and case is None and ruling is not None:
            yield pk, Place(Kind.RULING, ruling, None)
        else:
            yield pk, Place(kind, pk, case)


def _rulings(kind: str, targets: Targets) -> Found:
    for (pk,) in _rows(Ruling.objects, targets, "pk"):
        yield pk, Place(kind, pk, None)


def _recordings(kind: str, targets: Targets) -> Found:
    for pk, case, document in _rows(AudioSession.objects, targets, "pk", "case", "document"):
        if kind == Kind.RECORDING:
            yield pk, Place(kind, pk, case)
        elif document is not None:
            yield pk, Place(Kind.OPENED_HIT, document, case)


def _answers(kind: str, targets: Targets) -> Found:
    for pk, case in _rows(Message.objects, targets, "pk", "conversation__case"):
        yield pk, Place(kind, pk, case)


def _searches(kind: str, targets: Targets) -> Found:
    if EVERYTHING in targets:
        yield EVERYTHING, Place(kind, EVERYTHING, None)
    for (pk,) in _rows(Case.objects, targets, "pk"):
        yield pk, Place(kind, pk, pk)


def _rows(manager: Any, targets: Targets, *fields: str) -> QuerySet[Any]:
    found: QuerySet[Any] = manager.filter(pk__in=targets).order_by().values_list(*fields)
    return found


_FINDERS: dict[str, Callable[[str, Targets], Found]] = {
    Kind.DOCUMENT: _documents,
    Kind.HIT: _documents,
    Kind.OPENED_HIT: _documents,
    Kind.RULING: _rulings,
    Kind.RECORDING: _recordings,
    OPENED_RECORDING: _recordings,
    Kind.ANSWER: _answers,
    Kind.SEARCH: _searches,
    Kind.EMPTY_SEARCH: _searches,
}
KNOWN = frozenset(_FINDERS)
