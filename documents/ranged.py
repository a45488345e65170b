"""Stored bytes over HTTP: ranges for pdf.js and seeking, constant memory for any size, and nothing that runs in our origin."""

from __future__ import annotations

import asyncio
import io
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import BinaryIO

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header, parse_etags

from documents.services.extraction import registry
from documents.services.extraction.formats import PDF, TXT
from documents.services.storage.backends import Source

BLOCK = 256 * 1024
ASK_SECONDS = 1.0
MayGoOn = Callable[[], Awaitable[bool]]
# Only what its format calls harmless is shown by the browser itself; all else (HTML, SVG, e-mails) is handed over as a download.
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'self'"
PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})$")


class Unsatisfiable(Exception):
    """The range begins behind the end of the file."""


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """(first, last) byte of a single range, or None where the whole file is to be sent (no, several or malformed ranges)."""
    match = _RANGE.match(header.strip())
    if match is None or match.group(0) == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        if int(last) == 0 or size == 0:
            raise Unsatisfiable
        return max(size - int(last), 0), size - 1
    if int(first) >= size:
        raise Unsatisfiable
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last), size - 1) if last else size - 1


def ranged_response(
    request: HttpRequest, source: Source, *, etag: str, mime: str, name: str, may_go_on: MayGoOn, download: bool = False
) -> HttpResponseBase:
    """Answer GET and HEAD with 200, 206, 304 or 416. `etag` is without quotes; raises FileNotFoundError, StorageAway. `may_go_on` is asked
    every second while bytes travel: who may not see the file any more gets no more of it."""
    size = source.size
    if f'"{etag}"' in parse_etags(request.headers.get("If-None-Match", "")):
        return _with_headers(HttpResponse(status=304), etag, mime, name, download)
    try:
        part = _wanted(request, etag, size)
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    first, last = part or (0, size - 1)
    response = _body(request, source, first, last - first + 1, may_go_on)
    response.status_code = 206 if part else 200
    if part:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    response["Content-Length"] = str(last - first + 1)
    return _with_headers(response, etag, mime, name, download)


def _wanted(request: HttpRequest, etag: str, size: int) -> tuple[int, int] | None:
    """A range counts only where If-Range (if sent) names the file as it is now."""
    condition = request.headers.get("If-Range", "").strip()
    if "Range" not in request.headers or (condition and condition != f'"{etag}"'):
        return None
    return parse_range(request.headers["Range"], size)


def _body(request: HttpRequest, source: Source, first: int, length: int, may_go_on: MayGoOn) -> HttpResponse | StreamingHttpResponse:
    if request.method == "HEAD":
        return HttpResponse()
    # Opened here, so that a file deleted in between is an error and not a broken answer.
    file = io.BytesIO() if length == 0 else source.begin(first, length)
    return StreamingHttpResponse(_blocks(file, length, may_go_on))


async def _blocks(file: BinaryIO, length: int, may_go_on: MayGoOn) -> AsyncIterator[bytes]:
    """Raises PermissionDenied in the middle, so that the connection breaks off and nobody takes the part for the whole."""
    asked = time.monotonic()
    with file:
        while length > 0 and (block := await asyncio.to_thread(file.read, min(BLOCK, length))):
            length -= len(block)
            yield block
            if time.monotonic() - asked >= ASK_SECONDS:
                if not await may_go_on():
                    raise PermissionDenied
                asked = time.monotonic()


def _with_headers(response: HttpResponseBase, etag: str, mime: str, name: str, download: bool) -> HttpResponseBase:
    form = registry.by_mime(mime)
    shown = not download and form is not None and form.shown
    response["Content-Type"] = f"{mime}; charset=utf-8" if mime == TXT else mime or "application/octet-stream"
    response["Content-Disposition"] = content_disposition_header(not shown, name) or "attachment"
    response["ETag"] = f'"{etag}"'
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = PDF_POLICY if mime == PDF else SANDBOX
    return response
