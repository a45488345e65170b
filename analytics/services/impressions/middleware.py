"""Counting what a request opened or showed, when it has been answered: by the name of its address, for pages and the API alike.

Counted is what was asked for by somebody and found (GET, 200): no prefetching, no part of a page that renews itself, no range of a file.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils import timezone

from analytics.models.impressions import Kind
from analytics.services.impressions import counting
from analytics.services.impressions.events import EVERYTHING, OPENED_RECORDING, Event
from documents.services.chat.observers import Read
from documents.services.search.observers import Searched

OPENING = {
    "documents:detail": Kind.DOCUMENT,
    "document-detail": Kind.DOCUMENT,
    "documents:ruling": Kind.RULING,
    "ruling-detail": Kind.RULING,
    "audio:detail": Kind.RECORDING,
    "audio-detail": Kind.RECORDING,
    "message": Kind.ANSWER,
}
"""Names of addresses whose `pk` is what is opened."""
SEARCHES = ("documents:search", "documents:case-search", "documents:search-like")
OPENED_FROM_SEARCH = {Kind.DOCUMENT: Kind.OPENED_HIT.value, Kind.RECORDING: OPENED_RECORDING}

_seen: ContextVar[list[Event] | None] = ContextVar("impressions_of_this_request", default=None)


def searched(search: Searched) -> None:
    """Of an answered search: itself, by its first page, and what it showed. Nothing outside of a request."""
    events = _seen.get()
    if events is None:
        return
    now = timezone.now()
    if search.page == 1:
        kind = Kind.SEARCH if search.results or search.shown else Kind.EMPTY_SEARCH
        events += [Event(one, search.case or EVERYTHING, None, now) for one in {Kind.SEARCH.value, kind.value}]
    events += [Event(Kind.HIT.value, document, None, now) for document in search.shown]


def read(answers: Read) -> None:
    """Answers that a page showed; the last of them is what she looked at."""
    events = _seen.get()
    if events is not None and answers.messages:
        now, last = timezone.now(), answers.messages[-1]
        events += [Event(Kind.ANSWER.value, pk, answers.user.pk if pk == last else None, now) for pk in answers.messages]


class ImpressionsMiddleware:
    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self):
            return self._async(request)
        seen, token = _begin()
        try:
            response = self.get_response(request)
        finally:
            _seen.reset(token)
        counting.count_all(_counted(request, response, seen))
        return response

    async def _async(self, request: HttpRequest) -> Any:
        seen, token = _begin()
        try:
            response = await self.get_response(request)
        finally:
            _seen.reset(token)
        if seen or _may_count(request, response):
            await sync_to_async(_count)(request, response, seen)
        return response


def _begin() -> tuple[list[Event], Any]:
    seen: list[Event] = []
    return seen, _seen.set(seen)


def _count(request: HttpRequest, response: Any, seen: list[Event]) -> None:
    counting.count_all(_counted(request, response, seen))


def _counted(request: HttpRequest, response: Any, seen: list[Event]) -> list[Event]:
    if not _is_asked_for(request) or response.status_code != 200:
        return []
    return [*seen, *_opened(request)] if _may_count(request, response) else seen


def _may_count(request: HttpRequest, response: Any) -> bool:
    match = request.resolver_match
    return match is not None and match.view_name in OPENING and response.status_code == 200 and _is_asked_for(request)


def _is_asked_for(request: HttpRequest) -> bool:
    """By a person or a program, not by a page that renews a part of itself, nor by a browser before anybody has."""
    headers = request.headers
    if request.method != "GET" or "X-Requested-With" in headers or "Range" in headers:
        return False
    if "prefetch" in headers.get("Sec-Purpose", headers.get("Purpose", "")):
        return False
    return "HX-Request" not in headers or "HX-Boosted" in headers


def _opened(request: HttpRequest) -> list[Event]:
    match = request.resolver_match
    user = getattr(request, "user", None)
    if match is None or user is None or not user.is_authenticated:
        return []
    kind, now = OPENING[match.view_name], timezone.now()
    target = uuid.UUID(str(match.kwargs["pk"]))
    events = [Event(kind.value, target, user.pk, now)]
    if kind in OPENED_FROM_SEARCH and _comes_from_search(request):
        events.append(Event(OPENED_FROM_SEARCH[kind], target, None, now))
    return events


def _comes_from_search(request: HttpRequest) -> bool:
    """The browser says from which of our pages a link was followed; search pages name documents among their results only."""
    try:
        before = urlsplit(request.headers.get("Referer", ""))
        return before.netloc == request.get_host() and resolve(before.path).view_name in SEARCHES
    except (ValueError, Resolver404):
        return False
