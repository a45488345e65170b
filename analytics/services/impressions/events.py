"""One impression, and many added up."""

from __future__ import annotations

import datetime
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from analytics.models.impressions import Kind

OPENED_RECORDING = "opened_recording"
"""Opened from the results of a search at its player; the hit is its transcript."""
EVERYTHING = uuid.UUID(int=0)
"""The target of a search over all cases."""
OPENED = (Kind.DOCUMENT, Kind.RULING, Kind.RECORDING, Kind.ANSWER)
"""What a person looks at, as opposed to what is shown or done beside it."""


Key = TypeVar("Key")


@dataclass(frozen=True)
class Event:
    """`kind` is a Kind or OPENED_RECORDING; `user` only where it is to be remembered for her. To which case it belongs is asked when it
    is added up, of what it is about: that may have moved meanwhile, or be gone."""

    kind: str
    target: uuid.UUID
    user: uuid.UUID | None
    at: datetime.datetime

    @property
    def day(self) -> datetime.date:
        return self.at.astimezone(datetime.UTC).date()


@dataclass
class Totals:
    views: Counter[tuple[str, uuid.UUID, datetime.date]] = field(default_factory=Counter)
    last: dict[tuple[str, uuid.UUID], datetime.datetime] = field(default_factory=dict)
    own: Counter[tuple[uuid.UUID, str, uuid.UUID]] = field(default_factory=Counter)
    own_last: dict[tuple[uuid.UUID, str, uuid.UUID], datetime.datetime] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[Event]) -> Totals:
        totals = cls()
        for event in events:
            totals.views[event.kind, event.target, event.day] += 1
            _later(totals.last, (event.kind, event.target), event.at)
            if event.user is not None:
                totals.own[event.user, event.kind, event.target] += 1
                _later(totals.own_last, (event.user, event.kind, event.target), event.at)
        return totals

    @property
    def count(self) -> int:
        return self.views.total()


def _later(times: dict[Key, datetime.datetime], key: Key, at: datetime.datetime) -> None:
    if key not in times or times[key] < at:
        times[key] = at
