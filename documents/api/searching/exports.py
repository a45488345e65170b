"""/api/search/export/: all hits of a search as a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from documents.api.searching.search import SearchErrorSerializer, SearchQuerySerializer
from documents.services.search import SearchError
from documents.services.search.asked import of_address
from documents.services.search.exports import FORMS, Export, export


class SearchExportQuerySerializer(SearchQuerySerializer):
    """What may be asked, and as what kind of file."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        form = serializers.ChoiceField(choices=list(FORMS), default="csv", help_text="of the file")
        fields = {**super().get_fields(), "format": form}
        fields.pop("page")  # it is always the whole list
        return fields


class OneRenderer(DefaultContentNegotiation):
    """`format` names the kind of file at this address, not, as elsewhere in DRF, how an answer is written."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


def answer_with(made: Export) -> HttpResponse:
    return file_answer(made.name, made.mime, made.content)


def file_answer(name: str, mime: str, content: bytes) -> HttpResponse:
    """A file that was made for who asked, to be saved."""
    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=mime, headers=headers)


class SearchExportView(APIView):
    """The list of all hits with their citations, passages and addresses, as CSV, XLSX or DOCX."""

    content_negotiation_class = OneRenderer

    @extend_schema(
        operation_id="search_export",
        tags=["search"],
        parameters=[SearchExportQuerySerializer, OpenApiParameter("q", str, required=True)],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            400: OpenApiResponse(SearchErrorSerializer, description="the query cannot be understood"),
            503: OpenApiResponse(SearchErrorSerializer, description="mode=semantic while there is no embedding model"),
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        asked = SearchExportQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        try:
            wanted = of_address(request.query_params, request.user, asked.validated_data["case"])
            made = export(wanted, asked.validated_data["format"], request.build_absolute_uri)
        except SearchError as error:
            status = 503 if error.code == "meaning_unavailable" else 400
            return Response({"detail": error.message, "code": error.code, "position": error.position, "end": error.end}, status=status)
        return answer_with(made)
