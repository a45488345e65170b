"""Answers as they are made: server-sent events, and JSON that waits for the end. No thread is held while nothing happens."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from functools import wraps
from typing import Any

from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _

from documents.api.chat.payloads import as_text, message_json, news_json
from documents.api.chat.views import EVENTS, ConversationMessagesViewSet, MessageViewSet
from documents.api.errors import answer
from documents.models import Message
from documents.services.chat.following import Following, News, SignedOut
from documents.services.chat.showing import shown
from tasks.progress.hub import Hub
from tasks.progress.subscriptions import reader_of

KEEP_ALIVE = b": still here\n\n"
QUIET = 15.0
"""Seconds after which is looked again where nothing was told."""
in_thread = database_sync_to_async
_asked = ConversationMessagesViewSet.as_view({"get": "list", "post": "create"})
_stream = MessageViewSet.as_view({"get": "stream"})


@wraps(_asked)
async def conversation_messages(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    response: Any = await sync_to_async(_asked)(request, pk=pk)
    if request.method != "POST" or response.status_code != 202:
        return response
    following = _following(request, response.data)
    if EVENTS in request.headers.get("Accept", ""):
        return _events(following)
    seconds = float(request.GET.get("wait") or 600)
    if not seconds:
        return response
    return await _waited(following, uuid.UUID(response.data["id"]), seconds)


@wraps(_stream)
async def message_stream(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    response: Any = await sync_to_async(_stream)(request, pk=pk)
    if request.method != "GET" or response.status_code != 200:
        return response
    known = request.headers.get("Last-Event-ID") or request.GET.get("since") or "0"
    return _events(_following(request, response.data, int(known) if known.isdecimal() and len(known) < 10 else 0))


def _following(request: HttpRequest, message: dict[str, Any], since: int = 0) -> Following:
    return Following(reader_of(request), uuid.UUID(message["conversation"]), only=uuid.UUID(message["id"]), since=since)


def _events(following: Following) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_written(following), content_type=EVENTS)
    response["Cache-Control"] = "no-cache"
    response["X-Accel-Buffering"] = "no"
    return response


async def _written(following: Following) -> AsyncIterator[bytes]:
    yield KEEP_ALIVE
    async with aclosing(looks(following)) as told:
        try:
            async for found in told:
                yield b"".join(map(_event, found)) or KEEP_ALIVE
        except (SignedOut, Http404):
            refusal = {"type": "error", "code": "no_longer_allowed", "detail": _("This answer is no longer open to you.")}
            yield f"data: {as_text(refusal)}\n\n".encode()


def _event(news: News) -> bytes:
    """Sentences carry their number as the id, with which a browser's EventSource comes back."""
    number = f"id: {news.sentence.sentence.number}\n" if news.sentence is not None else ""
    return f"{number}data: {as_text(news_json(news))}\n\n".encode()


async def looks(following: Following) -> AsyncGenerator[list[News]]:
    """What is new of one message, now and whenever something happened, until its end. Raises SignedOut, and Http404 where it is not open to
    the reader any more."""
    subscription = await Hub.current().open(following.reader, following.topics)
    look = in_thread(following.news, thread_sensitive=False)
    try:
        while True:
            subscription.skip()
            yield await look()
            if following.over:
                return
            try:
                await asyncio.wait_for(subscription.get(), QUIET)
            except TimeoutError:
                continue
            if subscription.over:
                raise SignedOut
    finally:
        subscription.close()


async def _waited(following: Following, pk: uuid.UUID, seconds: float) -> HttpResponseBase:
    try:
        async with asyncio.timeout(seconds), aclosing(looks(following)) as told:
            async for _found in told:
                pass
    except TimeoutError:
        pass  # what is there is told, and the answer goes on
    except (SignedOut, Http404):
        return answer(404, _("This answer is no longer open to you."), "not_found")
    return await in_thread(_as_it_is, thread_sensitive=False)(pk, following.reader.user)


def _as_it_is(pk: uuid.UUID, user: Any) -> JsonResponse:
    found = shown(Message.objects.filter(pk=pk).select_related("asked_by"), user)
    if not found:
        return answer(404, _("This answer is no longer open to you."), "not_found")
    return JsonResponse(message_json(found[0]), status=200 if found[0].message.state in Message.ENDED else 202)
