"""Progress as server-sent events, for programs and pages that want one topic."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from tasks.progress.hub import Hub, Subscription
from tasks.progress.subscriptions import Order, Reader, is_terminal, read_states, reader_of, visible_topics

KEEP_ALIVE = b": still here\n\n"
QUIET = 15.0
"""Seconds after which a stream that has nothing to tell says that it is still there."""


def progress_stream(request: HttpRequest, topic: str) -> StreamingHttpResponse:
    """The state of a topic and then its events, one `data:` line each, until the terminal one.

    The caller has checked that the user may see the topic; while the stream lives it is checked again.
    """
    response = StreamingHttpResponse(_stream(reader_of(request), topic), content_type="text/event-stream")
    response["Cache-Control"] = "no-cache"
    response["X-Accel-Buffering"] = "no"
    return response


async def _stream(reader: Reader, topic: str) -> AsyncIterator[bytes]:
    subscription = await Hub.current().open(reader, [topic])
    order = Order()
    try:
        yield KEEP_ALIVE
        async for event in _events(subscription, topic):
            if event is None:
                yield KEEP_ALIVE
            elif order.is_news(event):
                yield b"data: " + json.dumps(event, separators=(",", ":")).encode() + b"\n\n"
                if event["topic"] == topic and is_terminal(event):
                    return
    finally:
        subscription.close()


async def _events(subscription: Subscription, topic: str) -> AsyncIterator[dict[str, Any] | None]:
    """The state, then events as they come, states where some may be missing, None where it is quiet; ends when the user may not see."""
    for state in await read_states([topic]):
        yield state
    while True:
        try:
            event = await asyncio.wait_for(subscription.get(), QUIET)
        except TimeoutError:
            yield None
            continue
        if subscription.over or subscription.lost:
            return
        for state in [event] if event is not None else await read_states([topic]):
            yield state


async def task_progress(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """/api/tasks/{id}/progress/: the stream of one task."""
    user = await request.auser()
    if not user.is_authenticated:
        return JsonResponse({"detail": _("Please sign in.")}, status=401)
    topic = f"task:{pk}"
    if topic not in await visible_topics(user, [topic]):
        return JsonResponse({"detail": _("There is nothing here that you may see.")}, status=404)
    request.user = user
    return progress_stream(request, topic)
