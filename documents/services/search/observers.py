"""Who is told of searches that people and programs made: higher apps register, as for counting them. The words stay here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from documents.services.search.request import SearchRequest, SearchResponse


@dataclass(frozen=True)
class Searched:
    """A search that was answered: by whom, in which case (None: all of his), how many passages it found, and which documents it
    showed."""

    user: Any
    case: UUID | None
    results: int
    shown: Sequence[UUID]
    page: int = 1


def of_answer(request: SearchRequest, answer: SearchResponse) -> Searched:
    shown = [hit.document for hit in answer.results] + [named.document for named in answer.named]
    return Searched(request.user, request.case, answer.count, list(dict.fromkeys(shown)), answer.page)


Observer = Callable[[Searched], None]
_observers: list[Observer] = []


def observe(observer: Observer) -> None:
    """In `AppConfig.ready`. An observer must not touch the database: it is called before the answer leaves."""
    if observer not in _observers:
        _observers.append(observer)


def tell(searched: Searched) -> None:
    for observer in _observers:
        observer(searched)
