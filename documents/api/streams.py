"""The addresses that stream: a document's bytes (ranged) and its progress (SSE). Plain async views, for DRF can't negotiate either."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from documents.api.errors import answer
from documents.models import Document
from documents.ranged import ranged_response
from documents.services.storage import blobs
from tasks.progress.sse import progress_stream
from tasks.progress.subscriptions import reader_of, standing

View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]
GONE = gettext_lazy("There is no such document.")


def with_visible(rows: Any, gone: Any) -> Callable[[View], View]:
    """The one door for plain views of rows whose manager has `visible_to`: 401 for nobody, 404 (in the words of `gone`) for what the user
    may not see, else `view(request, row)`. The address has one parameter, the row's id."""

    def guard(view: View) -> View:
        @wraps(view)
        async def guarded(request: HttpRequest, **key: UUID) -> HttpResponseBase:
            user: Any = await request.auser()
            if not user.is_authenticated:
                return answer(401, _("Please sign in."), "not_authenticated")
            row = await rows.visible_to(user).filter(pk__in=key.values()).afirst()
            if row is None:
                return answer(404, str(gone), "not_found")
            request.user = user  # known now, so that nothing asks the database for it on the event loop
            return await view(request, row)

        return guarded

    return guard


def may_go_on(request: HttpRequest, row: Any) -> Callable[[], Awaitable[bool]]:
    """Asked while bytes travel: is the reader still signed in, and the row still one that he may see?"""

    async def ask() -> bool:
        visible = type(row).objects.visible_to(request.user).filter(pk=row.pk)
        return bool(await standing([reader_of(request)])) and await visible.aexists()

    return ask


@require_safe
@with_visible(Document.objects, GONE)
async def document_file(request: HttpRequest, document: Document) -> HttpResponseBase:
    """The original bytes. `?download=1` saves instead of showing."""
    try:
        return ranged_response(
            request,
            blobs.path_of(document),
            etag=document.sha256,
            mime=document.mime,
            name=document.name or document.title,
            may_go_on=may_go_on(request, document),
            download="download" in request.GET,
        )
    except FileNotFoundError:
        return answer(404, _("This document has no file."), "no_file")


@require_safe
@with_visible(Document.objects, GONE)
async def document_progress(request: HttpRequest, document: Document) -> HttpResponseBase:
    """Server-sent events: the last known state at once, then every event, ending with the terminal one."""
    return progress_stream(request, document.topic)
