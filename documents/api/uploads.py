"""/api/uploads/: the tus 1.0 protocol (creation, expiration, termination), which the pages use for files of any size.

Metadata of a creation: `filename` and `case` (and optionally `kind`, and `batch` of /api/batches/), base64 as the protocol says.
"""

from __future__ import annotations

import base64
import binascii
from io import BytesIO
from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.models import Case
from documents.api.errors import RefusedErrors
from documents.errors import Refused
from documents.models import Upload
from documents.services import ingest
from documents.services.ingest import takers, uploads

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination"
LENGTH = OpenApiParameter("Upload-Length", OpenApiTypes.INT, OpenApiParameter.HEADER, required=True, description="bytes of the whole file")
METADATA = OpenApiParameter(
    "Upload-Metadata",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="filename <base64>,case <base64>[,kind <base64>][,batch <base64>]",
)
OFFSET = OpenApiParameter("Upload-Offset", OpenApiTypes.INT, OpenApiParameter.HEADER, required=True, description="where the piece begins")


class PieceParser(BaseParser):
    """A raw piece; gives the stream itself, so that no limit of forms applies and nothing is held in memory."""

    media_type = "application/offset+octet-stream"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return stream


class TusView(RefusedErrors, APIView):
    """What every answer of the protocol carries."""

    parser_classes = [PieceParser]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        version = request.headers.get("Tus-Resumable", VERSION)
        if version != VERSION and request.method != "OPTIONS":
            raise Refused(_("This server speaks tus %(version)s.") % {"version": VERSION}, "tus_version")

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Tus-Resumable"] = VERSION
        if response.status_code == 412:
            response["Tus-Version"] = VERSION
        return response

    @extend_schema(exclude=True)
    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        headers = {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": str(ingest.limit_bytes())}
        return Response(status=204, headers=headers)


class UploadsView(TusView):
    @extend_schema(parameters=[LENGTH, METADATA], request=None, responses={201: OpenApiResponse(description="opened; see Location")})
    def post(self, request: Request) -> Response:
        """Open an upload. Size, case and role are checked here, before any byte travels."""
        metadata = parse_metadata(request.headers.get("Upload-Metadata", ""))
        case = get_object_or_404(Case.objects.visible_to(request.user), pk=_case_id(metadata))
        length = _number(request, "Upload-Length")
        upload = uploads.create(
            case,
            request.user,
            name=metadata.get("filename", ""),
            length=length,
            kind=metadata.get("kind", ""),
            batch_id=_id(metadata["batch"]) if metadata.get("batch") else None,
        )
        return Response(status=201, headers={"Location": reverse("upload", args=[upload.pk]), **_state(upload)})


class UploadView(TusView):
    @extend_schema(responses={200: OpenApiResponse(description="Upload-Offset says how much is here")})
    def head(self, request: Request, upload_id: UUID) -> Response:
        """How much is here. A complete upload also names what became of it, for clients that lost the last answer."""
        upload = uploads.find(upload_id, request.user)
        if upload.complete and not upload.finished:
            upload = uploads.finish(upload_id, request.user)
        headers = {"Upload-Length": str(upload.length), "Cache-Control": "no-store", **_state(upload)}
        return Response(status=200, headers=headers)

    @extend_schema(
        parameters=[OFFSET],
        request={PieceParser.media_type: OpenApiTypes.BINARY},
        responses={
            204: OpenApiResponse(
                description="the new Upload-Offset; after the last piece also Lexintel-Topic, and Lexintel-Document where it is one"
            )
        },
    )
    def patch(self, request: Request, upload_id: UUID) -> Response:
        """Add a piece (8 MB are a good size)."""
        piece: Any = request.data or BytesIO()  # REST framework makes an empty form of an empty body
        upload = uploads.receive_piece(upload_id, request.user, _number(request, "Upload-Offset"), piece)
        if upload.complete:
            upload = uploads.finish(upload_id, request.user)
        return Response(status=204, headers=_state(upload))

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, upload_id: UUID) -> Response:
        """Give the upload up."""
        uploads.discard(uploads.find(upload_id, request.user))
        return Response(status=204)


def parse_metadata(header: str) -> dict[str, str]:
    """`key base64,key base64` as text. Raises Refused (bad_metadata)."""
    metadata: dict[str, str] = {}
    try:
        for pair in filter(None, (part.strip() for part in header.split(","))):
            key, _space, value = pair.partition(" ")
            metadata[key] = base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Refused(_("The header Upload-Metadata can't be read."), "bad_metadata") from error
    return metadata


def _case_id(metadata: dict[str, str]) -> UUID:
    if "case" not in metadata:
        raise Refused(_("The upload doesn't say into which case it goes."), "bad_metadata")
    return _id(metadata["case"])


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _number(request: Request, header: str) -> int:
    value = request.headers.get(header, "")
    if not value.isascii() or not value.isdigit() or len(value) > 18:
        raise Refused(_("The header %(header)s must be a number.") % {"header": header}, "bad_header")
    return int(value)


def _state(upload: Upload) -> dict[str, str]:
    headers = {"Upload-Offset": str(upload.offset), "Upload-Expires": http_date(uploads.expires(upload).timestamp())}
    if upload.document is not None:
        headers["Lexintel-Document"] = str(upload.document.pk)
    item = upload.document or takers.find(upload.became)
    if item is not None:
        headers["Lexintel-Topic"] = item.topic
        headers["Lexintel-Task"] = str(item.task_id or "")
        headers["Lexintel-Duplicate-Of"] = str(item.duplicate_of.pk if item.duplicate_of else "")
    return headers
