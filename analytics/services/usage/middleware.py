"""Each answered request is noted: what was asked by its pattern, how it was answered, how long that took, and by whom it was asked.

Not noted: files of the site itself, the addresses by which machines watch it, and what was never answered because who asked had gone. Of
a stream (text/event-stream) the milliseconds are those until it began.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from analytics.services.usage import recorder
from analytics.services.usage.routes import case_of, pattern_of
from analytics.services.usage.writing import Answered

WATCHED = frozenset({"healthz", "readyz", "metrics"})
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
OTHER = "OTHER"


class UsageMiddleware:
    """Stands outside of all that answers, and asks neither the database nor the session for anything."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        if not settings.USAGE_RECORDING:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        began = time.perf_counter()
        if self._is_async:
            return self._async(request, began)
        response = self.get_response(request)
        note(request, response, began)
        return response

    async def _async(self, request: HttpRequest, began: float) -> Any:
        response = await self.get_response(request)
        note(request, response, began)
        return response


def note(request: HttpRequest, response: HttpResponseBase, began: float) -> None:
    match = request.resolver_match
    if match is not None and match.route in WATCHED:
        return
    user = _user_of(request)
    method = request.method if request.method in METHODS else OTHER
    recorder.add(
        Answered(
            time=timezone.now(),
            method=method or OTHER,
            route=pattern_of(match.route) if match is not None else "",
            status=response.status_code,
            ms=1000 * (time.perf_counter() - began),
            size=0 if method == "HEAD" else _size_of(response),
            user=user,
            token=getattr(request, "token_id", None),
            case=case_of(match, response.status_code) if match is not None and user is not None else None,
        )
    )


def _user_of(request: HttpRequest) -> UUID | None:
    """Who asked, where somebody looked that up while the request was answered: a user that nobody needed is not fetched for this."""
    known = request.__dict__
    user = known.get("user")
    if isinstance(user, SimpleLazyObject):
        user = known.get("_cached_user") or known.get("_acached_user")
    return user.pk if user is not None and user.is_authenticated else None


def _size_of(response: HttpResponseBase) -> int:
    if response.streaming:
        length = response.headers.get("Content-Length", "")
        return int(length) if length.isdecimal() else 0
    return len(getattr(response, "content", b""))
