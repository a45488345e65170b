"""The order in which hits are shown: by relevance as they come, or by the dates of their documents."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from documents.services.search.request import Sort
from documents.services.search.showing.passages import Permitted


def in_order(found: Sequence[Permitted], sort: Sort) -> list[Permitted]:
    """All hits, not those of one page. Those of one day stay in the order of their relevance; without a date they are last both ways."""
    if sort == "relevance":
        return list(found)
    direction = -1 if sort == "newest" else 1
    return sorted(found, key=lambda hit: _place(hit[1].date, direction))


def _place(date: datetime.date | None, direction: int) -> tuple[bool, int]:
    return date is None, direction * date.toordinal() if date else 0
