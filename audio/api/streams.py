"""The addresses that stream: a recording's bytes (ranged, so that a player can seek) and its progress (SSE)."""

from __future__ import annotations

import mimetypes

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from audio.models import AudioSession
from audio.services.transcript import exports
from audio.services.transcript.reading import transcript_of
from documents.api.errors import answer
from documents.api.streams import View, stored_file, with_visible
from tasks.progress.sse import progress_stream

GONE = gettext_lazy("There is no such recording.")


@require_safe
@with_visible(AudioSession.objects.select_related("duplicate_of"), GONE)
async def audio_file(request: HttpRequest, session: AudioSession) -> HttpResponseBase:
    """The original bytes. `?download=1` saves instead of playing."""
    mime = mimetypes.guess_type(session.name)[0] or ""
    mime = mime if mime.startswith(("audio/", "video/")) else ""
    return await stored_file(request, session, mime, _("This recording has no file."))


@require_safe
@with_visible(AudioSession.objects.select_related("duplicate_of"), GONE)
async def audio_progress(request: HttpRequest, session: AudioSession) -> HttpResponseBase:
    """Server-sent events: the last known state at once, then every event, ending with the terminal one."""
    return progress_stream(request, session.topic)


def transcript_as(form: str) -> View:
    """The view of the transcript as a file of one of `exports.FORMATS`."""
    mime, make = exports.FORMATS[form]

    @require_safe
    @with_visible(AudioSession.objects.select_related("duplicate_of"), GONE)
    async def audio_transcript(request: HttpRequest, session: AudioSession) -> HttpResponseBase:
        heard = session.duplicate_of or session
        if not heard.transcript_version:
            return answer(404, _("This recording has no transcript."), "no_transcript")
        content = await sync_to_async(lambda: make(transcript_of(heard)))()
        disposition = content_disposition_header(True, f"{session.title}.{form}")
        return HttpResponse(content, content_type=mime, headers={"Content-Disposition": disposition})

    return audio_transcript
