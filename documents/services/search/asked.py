"""A search as words of an address: what the page, saved searches, alerts, histories and exports say of it in common."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from documents.models import Document
from documents.services.search.errors import SearchError
from documents.services.search.narrowing.values import LONGEST_VALUE
from documents.services.search.request import FIELDS, MODES, SORTS, Filter, SearchRequest

MOST_VALUES = 20
_WORDS = ("q", "mode", "kind", "from", "to", "library", "hearings", "sort")
WORDS = (*_WORDS, *FIELDS)


def of_address(asked: Mapping[str, Any], user: Any, case: uuid.UUID | None = None) -> SearchRequest:
    """Of an address's parameters, or of {word: value or values}. What is unknown asks for nothing.

    Raises SearchError for a date that is none.
    """
    said = {word: str(asked.get(word) or "").replace("\x00", " ").strip() for word in (*_WORDS, "page")}
    return SearchRequest(
        q=said["q"],
        user=user,
        case=case,
        kind=said["kind"] if said["kind"] in Document.Kind.values else None,
        date_from=_date(said["from"]),
        date_to=_date(said["to"]),
        mode=next((mode for mode in MODES if mode == said["mode"]), "hybrid"),
        page=int(said["page"]) if said["page"].isdecimal() and 0 < len(said["page"]) < 6 else 1,
        library=case is None and _yes(said["library"]),
        hearings=_yes(said["hearings"]),
        filters=filters_in(asked),
        sort=next((sort for sort in SORTS if sort == said["sort"]), "relevance"),
    )


def words_of(request: SearchRequest) -> dict[str, Any]:
    """What `of_address` made it of, as JSON, without its case, its page and what asks for nothing."""
    told: dict[str, Any] = {
        "q": request.q,
        "mode": request.mode if request.mode != "hybrid" else "",
        "kind": request.kind or "",
        "from": request.date_from.isoformat() if request.date_from else "",
        "to": request.date_to.isoformat() if request.date_to else "",
        "library": "1" if request.library else "",
        "hearings": "1" if request.hearings else "",
        "sort": request.sort if request.sort != "relevance" else "",
    }
    told |= {one.field: list(one.values) for one in request.filters if not one.excluded}
    return {word: value for word, value in told.items() if value}


def query_of(request: SearchRequest) -> str:
    """As the end of an address, "?q=drift&tag=Lab"."""
    return "?" + urlencode(words_of(request), doseq=True)


def filters_in(asked: Mapping[str, Any]) -> tuple[Filter, ...]:
    """One for each of FIELDS that an address names, with all its values."""
    return tuple(Filter(field, values) for field in FIELDS if (values := _values(asked, field)))


def _values(asked: Mapping[str, Any], field: str) -> tuple[str, ...]:
    given: Iterable[Any] = asked.getlist(field) if hasattr(asked, "getlist") else asked.get(field) or ()
    values = (str(value).replace("\x00", "").strip()[:LONGEST_VALUE] for value in ([given] if isinstance(given, str) else given))
    return tuple(dict.fromkeys(value for value in values if value))[:MOST_VALUES]


def _yes(value: str) -> bool:
    """A form sends a word or none, a program also what means no."""
    return value.lower() not in ("", "0", "false", "no")


def _date(value: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(value) if value else None
    except ValueError as error:
        raise SearchError(_("“%(value)s” is not a date; write it as 2025-02-27.") % {"value": value}, code="bad_date") from error
