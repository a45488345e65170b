"""The addresses that stream: a document's bytes (ranged) and its progress (SSE). Plain async views, for DRF can't negotiate either."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header, parse_etags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from documents.api.errors import answer
from documents.errors import FileChanged
from documents.models import Document
from documents.ranged import ranged_response
from documents.services.extraction.formats import JPEG, PDF
from documents.services.pipeline.passwords import unsealed
from documents.services.reading.text_view import page_index_of, words_of
from documents.services.recognition import client
from documents.services.recognition.client import picture_of
from documents.services.sandbox import JobFailed, JobRefused
from documents.services.sandbox.folders import Folder
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
    return await stored_file(request, document, document.mime, _("This document has no file."))


async def stored_file(request: HttpRequest, row: Any, mime: str, none: str) -> HttpResponseBase:
    """The bytes that a row names, in ranges; a 404 in the words of `none` where there are none."""

    def begun() -> HttpResponseBase:
        return ranged_response(
            request,
            blobs.source_of(row),
            etag=row.sha256,
            mime=mime,
            name=row.name or row.title,
            may_go_on=may_go_on(request, row),
            download="download" in request.GET,
        )

    try:
        return await sync_to_async(begun, thread_sensitive=False)()
    except FileNotFoundError:
        return answer(404, none, "no_file")


BLOCK = 256 * 1024
WIDTHS = range(64, 2401)
USUAL_WIDTH = 1600


@require_safe
async def page_picture(request: HttpRequest, document_id: UUID, number: int) -> HttpResponseBase:
    """A page of a PDF or of a picture as a JPEG, `?width=` pixels across (64 to 2400)."""

    @with_visible(Document.objects, GONE)
    async def shown(request: HttpRequest, document: Document) -> HttpResponseBase:
        width = request.GET.get("width", str(USUAL_WIDTH))
        if not width.isdecimal() or int(width) not in WIDTHS:
            return answer(400, _("The width of a picture is a number from 64 to 2400."), "bad_width")
        etag = f'"{document.sha256}-{number}-{width}"'
        if etag in parse_etags(request.headers.get("If-None-Match", "")):
            return HttpResponse(status=304)
        try:
            picture = await sync_to_async(_picture_of, thread_sensitive=False)(document, number, int(width))
        except FileChanged as error:
            return answer(409, error.message, error.code)
        except FileNotFoundError:
            return answer(404, _("This document has no file."), "no_file")
        except JobRefused as refusal:
            if refusal.code == "no_page":
                return answer(404, _("This document has no such page."), "no_page")
            return answer(422, _("There is no picture of this page."), "no_picture")
        except JobFailed:
            return answer(422, _("There is no picture of this page."), "no_picture")
        headers = {"ETag": etag, "Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
        return HttpResponse(picture, content_type=JPEG, headers=headers)

    return await shown(request, document_id=document_id)


def _picture_of(document: Document, number: int, width: int) -> bytes:
    with blobs.as_file(document) as path:
        return picture_of(path, document.mime, number, width, unsealed(document.password))


@require_safe
@with_visible(Document.objects, GONE)
async def page_index(request: HttpRequest, document: Document) -> HttpResponseBase:
    """What a viewer reads as if it stood behind the PDF's last byte, so that it finds any page at once."""
    etag = f'"{document.sha256}-index"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304)
    tail = await sync_to_async(page_index_of)(document)
    if tail is None:
        return answer(404, _("This document needs no index of its pages."), "no_index")
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(tail, content_type="application/octet-stream", headers=headers)


@require_safe
@with_visible(Document.objects, GONE)
async def searchable_pdf(request: HttpRequest, document: Document) -> HttpResponseBase:
    """The document as a PDF whose recognised words can be selected and found; the original stays as it is."""
    pages = await sync_to_async(words_of)(document)
    if not pages:
        return answer(409, _("No text was recognised in this document."), "not_recognised")
    try:
        folder = await sync_to_async(_searchable, thread_sensitive=False)(document, pages)
    except FileChanged as error:
        return answer(409, error.message, error.code)
    except FileNotFoundError:
        return answer(404, _("This document has no file."), "no_file")
    except (JobRefused, JobFailed):
        return answer(422, _("No searchable PDF can be made of this file."), "no_searchable_pdf")
    name = f"{Path(document.name or document.title).stem} (searchable).pdf"
    headers = {"Content-Disposition": content_disposition_header(True, name), "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(made_file(folder, client.SEARCHABLE, may_go_on(request, document)), content_type=PDF, headers=headers)


def _searchable(document: Document, pages: list[dict[str, Any]]) -> Folder:
    with blobs.as_file(document) as path:
        return client.searchable_pdf(path, document.mime, pages, unsealed(document.password))


async def made_file(folder: Folder, name: str, ask: Callable[[], Awaitable[bool]]) -> AsyncIterator[bytes]:
    """The file that was made in this folder, and then both are gone."""
    try:
        with (folder.path / name).open("rb") as file:
            while block := await sync_to_async(file.read, thread_sensitive=False)(BLOCK):
                if not await ask():
                    return
                yield block
    finally:
        folder.remove()


@require_safe
@with_visible(Document.objects, GONE)
async def document_progress(request: HttpRequest, document: Document) -> HttpResponseBase:
    """Server-sent events: the last known state at once, then every event, ending with the terminal one."""
    return progress_stream(request, document.topic)
