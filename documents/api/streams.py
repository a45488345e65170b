"""The addresses that stream: a document's bytes (ranged) and its progress (SSE). Plain async views, for DRF can't negotiate either."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial, wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from documents.api.errors import answer
from documents.models import Document
from documents.ranged import ranged_response
from documents.services.storage import blobs
from tasks.progress.sse import progress_stream
from tasks.progress.subscriptions import reader_of, standing

View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]


def with_document(view: View) -> View:
    """The one door for plain views: 401 for nobody, 404 for what the user may not see, else `view(request, document)`."""

    @wraps(view)
    async def guarded(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
        user: Any = await request.auser()
        if not user.is_authenticated:
            return answer(401, _("Please sign in."), "not_authenticated")
        document = await Document.objects.visible_to(user).filter(pk=document_id).afirst()
        if document is None:
            return answer(404, _("There is no such document."), "not_found")
        request.user = user  # known now, so that nothing asks the database for it on the event loop
        return await view(request, document)

    return guarded


async def may_go_on(request: HttpRequest, document: Document) -> bool:
    """Is the reader of a download still signed in, and the document still one that he may see?"""
    return bool(await standing([reader_of(request)])) and await Document.objects.visible_to(request.user).filter(pk=document.pk).aexists()


@require_safe
@with_document
async def document_file(request: HttpRequest, document: Document) -> HttpResponseBase:
    """The original bytes. `?download=1` saves instead of showing."""
    try:
        return ranged_response(
            request,
            blobs.path_of(document),
            etag=document.sha256,
            mime=document.mime,
            name=document.name or document.title,
            may_go_on=partial(may_go_on, request, document),
            download="download" in request.GET,
        )
    except FileNotFoundError:
        return answer(404, _("This document has no file."), "no_file")


@require_safe
@with_document
async def document_progress(request: HttpRequest, document: Document) -> HttpResponseBase:
    """Server-sent events: the last known state at once, then every event, ending with the terminal one."""
    return progress_stream(request, document.topic)
