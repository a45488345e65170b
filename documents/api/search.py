"""JSON of search: one address, read-only, for everyone who is signed in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from documents.models import Document
from documents.services.search import SearchError, SearchRequest, named, search
from documents.services.search.request import MODES


class SearchQuerySerializer(serializers.Serializer[dict[str, Any]]):
    """What may be asked. `from` and `to` are words of Python, so the fields are set by name."""

    q = serializers.CharField(trim_whitespace=False, allow_blank=True, default="", help_text="words, a sentence, operators")
    case = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="only this case")
    kind = serializers.ChoiceField(choices=Document.Kind.choices, required=False, allow_blank=True, default="")
    mode = serializers.ChoiceField(choices=MODES, default="hybrid")
    page = serializers.IntegerField(min_value=1, max_value=10_000, default=1)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        dates = {name: serializers.DateField(required=False, allow_null=True, default=None) for name in ("from", "to")}
        return {**super().get_fields(), **dates}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Parameters without a value, as a form sends them, count as absent."""
        given: dict[str, Any] = super().to_internal_value({name: value for name, value in data.items() if value != ""})
        return given

    def request(self, user: Any) -> SearchRequest:
        values = dict(self.validated_data)
        return SearchRequest(
            user=user, date_from=values.pop("from"), date_to=values.pop("to"), **{**values, "kind": values["kind"] or None}
        )


class HitSerializer(serializers.Serializer[Any]):
    document = serializers.UUIDField()
    title = serializers.CharField()
    case = serializers.UUIDField(allow_null=True, help_text="null for the public library")
    case_title = serializers.CharField()
    kind = serializers.CharField()
    date = serializers.DateField(allow_null=True)
    chunk = serializers.IntegerField()
    page = serializers.IntegerField(help_text="where the best of the passage stands")
    page_to = serializers.IntegerField(help_text="where the passage ends")
    snippet = serializers.CharField(help_text="HTML: escaped text with <mark>")
    score = serializers.FloatField(help_text="0 to 1, comparable within one answer only")
    why = serializers.ListField(child=serializers.CharField())
    citation = serializers.CharField(help_text="how to point to the page")
    time_s = serializers.FloatField(allow_null=True, help_text="of a transcript: the second of the recording")
    url = serializers.CharField()


class NamedSerializer(serializers.Serializer[Any]):
    document = serializers.UUIDField()
    title = serializers.CharField()
    name = serializers.CharField(help_text="of the file")
    case = serializers.UUIDField(allow_null=True)
    case_title = serializers.CharField()
    kind = serializers.CharField()
    date = serializers.DateField(allow_null=True)
    note = serializers.CharField(help_text="why it has no passages")
    url = serializers.CharField()


class FacetSerializer(serializers.Serializer[Any]):
    value = serializers.CharField(allow_blank=True)
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()


class FacetsSerializer(serializers.Serializer[Any]):
    kind = FacetSerializer(many=True)
    case = FacetSerializer(many=True)


class SearchNoticeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField()


class RecognisedCitationSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    text = serializers.CharField()


class LegSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    route = serializers.CharField()
    candidates = serializers.IntegerField()
    took_ms = serializers.FloatField()


class SearchResponseSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="passages that can be paged through")
    at_least = serializers.BooleanField(help_text="there may be more than `count`")
    mode = serializers.ChoiceField(choices=MODES)
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    took_ms = serializers.FloatField()
    results = HitSerializer(many=True)
    named = NamedSerializer(many=True, help_text="documents without passages, found by title or file name; on the first page, up to 20")
    facets = FacetsSerializer()
    # DRF has an attribute of this name, which a declared field does not touch.
    partial = SearchNoticeSerializer(many=True, help_text="why the answer is not whole")  # type: ignore[assignment]
    notices = SearchNoticeSerializer(many=True)
    citations = RecognisedCitationSerializer(many=True, help_text="authorities recognised in the query")
    legs = LegSerializer(many=True, help_text="how each way of searching went")


class SearchErrorSerializer(serializers.Serializer[Any]):
    detail = serializers.CharField()
    code = serializers.CharField()
    position = serializers.IntegerField(help_text="code point of the query where it goes wrong")


class SearchView(APIView):
    """Search in everything that the user may see."""

    @extend_schema(
        operation_id="search",
        tags=["search"],
        parameters=[SearchQuerySerializer, OpenApiParameter("q", str, required=True)],
        responses={
            200: SearchResponseSerializer,
            400: OpenApiResponse(SearchErrorSerializer, description="the query cannot be understood"),
            503: OpenApiResponse(SearchErrorSerializer, description="mode=semantic while there is no embedding model"),
        },
    )
    def get(self, request: Request) -> Response:
        asked = SearchQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        try:
            wanted = asked.request(request.user)
            answer = replace(search(wanted), named=named(wanted))
        except SearchError as error:
            status = 503 if error.code == "meaning_unavailable" else 400
            return Response({"detail": error.message, "code": error.code, "position": error.position}, status=status)
        return Response(SearchResponseSerializer(answer).data)
