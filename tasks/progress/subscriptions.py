"""What sockets and streams share: snapshots first, then events, each topic's numbers only ever growing."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from channels.db import database_sync_to_async
from django.contrib.auth import get_user_model
from django.http import HttpRequest

from tasks.models import TERMINAL
from tasks.progress import events, topics
from tasks.progress.access import valid_credentials
from tasks.progress.topics import SCOPE_KIND

Event = dict[str, Any]


class Order:
    """Lets each event through once: an event not newer than what was sent of its topic is dropped."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def is_news(self, event: Event) -> bool:
        if event["seq"] <= self._last.get(event["topic"], 0):
            return False
        self._last[event["topic"]] = event["seq"]
        return True


def is_terminal(event: Event) -> bool:
    return event["status"] in TERMINAL


def _read(wanted: Iterable[str]) -> list[Event]:
    wanted = list(wanted)
    return events.snapshots(wanted, _scopes(wanted))


def _scopes(wanted: Iterable[str]) -> list[uuid.UUID]:
    parsed = [topics.parse(topic) for topic in wanted]
    return [key for kind, key in filter(None, parsed) if kind == SCOPE_KIND]


class Reader(NamedTuple):
    """Who follows: a user, and the session or token with which he came."""

    user: Any
    credential: str = ""


def reader_of(request: HttpRequest) -> Reader:
    """Who asks, where `request.user` is known already."""
    return Reader(request.user, getattr(request, "credential", ""))


def _still_visible(watched: Mapping[Reader, Collection[str]]) -> dict[Reader, set[str] | None]:
    """For each reader those of the topics that he may still see; None where he is not signed in any more."""
    standing = standing_of(watched)
    return {reader: topics.visible(reader.user, wanted) if reader in standing else None for reader, wanted in watched.items()}


def standing_of(readers: Collection[Reader]) -> set[Reader]:
    """Those whose account is open and whose session or token has not ended."""
    users = get_user_model()._default_manager.filter(pk__in={reader.user.pk for reader in readers}, is_active=True)
    active = set(users.values_list("pk", flat=True))
    valid = valid_credentials({reader.credential for reader in readers})
    return {reader for reader in readers if reader.user.pk in active and reader.credential in valid}


# Not the one thread that all synchronous code shares: thousands of sockets that reconnect at once would wait for each other.
read_states = database_sync_to_async(_read, thread_sensitive=False)
visible_topics = database_sync_to_async(topics.visible, thread_sensitive=False)
standing = database_sync_to_async(standing_of, thread_sensitive=False)
still_visible = database_sync_to_async(_still_visible, thread_sensitive=False)
