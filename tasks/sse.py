"""Progress as server-sent events, for programs and pages that want one topic."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from tasks.hub import Hub, Subscription
from tasks.watching import Order, is_terminal, read_states, visible_topics

KEEP_ALIVE = b": still here\n\n"


def progress_stream(request: HttpRequest, topic: str) -> StreamingHttpResponse:
    """The state of a topic and then its events, one `data:` line each, until the terminal one.

    The caller has checked that the user may see the topic; while the stream lives it is checked again.
    """
    response = StreamingHttpResponse(_stream(request.user, topic), content_type="text/event-stream")
    response["Cache-Control"] = "no-cache"
    response["X-Accel-Buffering"] = "no"
    return response


async def _stream(user: Any, topic: str) -> AsyncIterator[bytes]:
    subscription = await Hub.current().open([topic])
    order = Order()
    try:
        yield KEEP_ALIVE
        async for event in _events(subscription, user, topic):
            if event is None:
                yield KEEP_ALIVE
            elif order.is_news(event):
                yield b"data: " + json.dumps(event, separators=(",", ":")).encode() + b"\n\n"
                if event["topic"] == topic and is_terminal(event):
                    return
    finally:
        subscription.close()


async def _events(subscription: Subscription, user: Any, topic: str) -> AsyncIterator[dict[str, Any] | None]:
    """The state, then events as they come, states where some may be missing, None where it is quiet; ends when the user may not see."""
    checked = asyncio.get_running_loop().time()
    for state in await read_states([topic]):
        yield state
    while True:
        try:
            event = await asyncio.wait_for(subscription.get(), settings.TASK_RECHECK_SECONDS / 2)
        except TimeoutError:
            yield None
        else:
            for state in [event] if event is not None else await read_states([topic]):
                yield state
        now = asyncio.get_running_loop().time()
        if now - checked > settings.TASK_RECHECK_SECONDS:
            checked = now
            if not await visible_topics(user, [topic]):
                return


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
