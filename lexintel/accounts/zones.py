"""Times in the reader's zone: the one of the account, else the one that the browser names in a cookie. The API always speaks UTC."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from datetime import UTC, tzinfo
from functools import cache
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest
from django.utils import timezone

COOKIE = "timezone"
"""Set by static/js/times.js."""
API = "/api/"


@cache
def zones() -> tuple[str, ...]:
    """Names for people to choose from: Europe/Berlin, and UTC; not the historical and technical ones."""
    return ("UTC", *sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))))


def zone_named(name: str) -> tzinfo | None:
    """The zone, or None where there is none of that name. A cookie may say anything."""
    return zoneinfo.ZoneInfo(name) if name in zones() else None


def zone_of(request: HttpRequest) -> tzinfo:
    """The zone in which the answer to a request tells times."""
    if request.path.startswith(API):
        return UTC
    user = request.user
    own = zone_named(user.time_zone) if user.is_authenticated else None
    return own or zone_named(request.COOKIES.get(COOKIE, "")) or UTC


class ZoneMiddleware:
    """Makes `zone_of` the current time zone while a request is answered."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self):
            return self._async(request)
        with timezone.override(zone_of(request)):
            return self.get_response(request)

    async def _async(self, request: HttpRequest) -> Any:
        with timezone.override(await sync_to_async(zone_of)(request)):
            return await self.get_response(request)
