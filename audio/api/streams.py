"""The addresses that stream: a recording's bytes (ranged, so that a player can seek) and its progress (SSE)."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Coroutine
from functools import partial, wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audio.models import AudioSession
from documents.api.errors import answer
from documents.ranged import ranged_response
from documents.services.storage import blobs
from tasks.progress.sse import progress_stream
from tasks.progress.subscriptions import reader_of, standing

View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]


def with_session(view: View) -> View:
    """The one door for plain views: 401 for nobody, 404 for what the user may not see, else `view(request, session)`."""

    @wraps(view)
    async def guarded(request: HttpRequest, session_id: UUID) -> HttpResponseBase:
        user: Any = await request.auser()
        if not user.is_authenticated:
            return answer(401, _("Please sign in."), "not_authenticated")
        session = await AudioSession.objects.visible_to(user).filter(pk=session_id).afirst()
        if session is None:
            return answer(404, _("There is no such recording."), "not_found")
        request.user = user
        return await view(request, session)

    return guarded


async def may_go_on(request: HttpRequest, session: AudioSession) -> bool:
    return (
        bool(await standing([reader_of(request)])) and await AudioSession.objects.visible_to(request.user).filter(pk=session.pk).aexists()
    )


@require_safe
@with_session
async def audio_file(request: HttpRequest, session: AudioSession) -> HttpResponseBase:
    """The original bytes. `?download=1` saves instead of playing."""
    mime = mimetypes.guess_type(session.name)[0] or ""
    try:
        return ranged_response(
            request, blobs.path_of(session), etag=session.sha256, mime=mime if mime.startswith(("audio/", "video/")) else "",
            name=session.name or session.title, may_go_on=partial(may_go_on, request, session), download="download" in request.GET,
        )  # fmt: skip
    except FileNotFoundError:
        return answer(404, _("This recording has no file."), "no_file")


@require_safe
@with_session
async def audio_progress(request: HttpRequest, session: AudioSession) -> HttpResponseBase:
    """Server-sent events: the last known state at once, then every event, ending with the terminal one."""
    return progress_stream(request, session.topic)
