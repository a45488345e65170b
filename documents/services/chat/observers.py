"""Who is told of answers that a page showed to somebody: higher apps register, as for counting them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Read:
    """Answers that are there, in their order on the page, and who saw them."""

    user: Any
    messages: Sequence[UUID]


Observer = Callable[[Read], None]
_observers: list[Observer] = []


def observe(observer: Observer) -> None:
    """In `AppConfig.ready`. An observer must not touch the database: it is called before the page leaves."""
    if observer not in _observers:
        _observers.append(observer)


def tell(read: Read) -> None:
    for observer in _observers:
        observer(read)
