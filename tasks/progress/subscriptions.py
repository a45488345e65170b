"""What sockets and streams share: snapshots first, then events, each topic's numbers only ever growing."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from channels.db import database_sync_to_async
from django.contrib.auth import get_user_model

from tasks.models import TERMINAL
from tasks.progress import events, topics
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


def _still_visible(watched: Mapping[Any, Collection[str]]) -> dict[Any, set[str] | None]:
    """For each user those of the topics that he may still see; None where he may not even sign in any more."""
    users = get_user_model()._default_manager.filter(pk__in=[user.pk for user in watched], is_active=True)
    active = set(users.values_list("pk", flat=True))
    return {user: topics.visible(user, wanted) if user.pk in active else None for user, wanted in watched.items()}


# Not the one thread that all synchronous code shares: thousands of sockets that reconnect at once would wait for each other.
read_states = database_sync_to_async(_read, thread_sensitive=False)
visible_topics = database_sync_to_async(topics.visible, thread_sensitive=False)
still_visible = database_sync_to_async(_still_visible, thread_sensitive=False)
