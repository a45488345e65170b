"""JSON of more like this: what is most like a passage, a document or a ruling, in the form of a search's answer."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from documents.api.searching.search import SearchErrorSerializer, SearchQuerySerializer, SearchResponseSerializer
from documents.services.search import SearchError
from documents.services.search.alike import Like, alike_to, source_of
from documents.services.search.alike.source import LARGEST, WHAT


class LikeQuerySerializer(SearchQuerySerializer):
    """One of chunk, document and ruling, and the places and filters of a search."""

    chunk = serializers.IntegerField(required=False, min_value=0, max_value=LARGEST, help_text="a passage, as hits have it")
    document = serializers.UUIDField(required=False)
    ruling = serializers.UUIDField(required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        of_search = {name: one for name, one in super().get_fields().items() if name not in ("q", "mode", "explain", "sort")}
        return of_search | {"document": serializers.UUIDField(required=False)}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = [Like(what, attrs.pop(what)) for what in WHAT if what in attrs]
        if len(given) != 1:
            raise serializers.ValidationError("Give one of chunk, document and ruling.")
        self.like = given[0]
        return {"q": "", **attrs}


class LikeSourceSerializer(serializers.Serializer[Any]):
    what = serializers.ChoiceField(choices=WHAT)
    key = serializers.CharField(help_text="its id")
    title = serializers.CharField()
    url = serializers.CharField()


class LikeResponseSerializer(SearchResponseSerializer):
    like = LikeSourceSerializer(help_text="what the results are like")


class LikeView(APIView):
    """What is most like a passage, a document or a ruling, of what the user may see. Itself and its copies are left out; of a passage
    the results are passages, else the best passage of each document."""

    @extend_schema(
        operation_id="search_like",
        tags=["search"],
        parameters=[LikeQuerySerializer],
        responses={200: LikeResponseSerializer, 400: OpenApiResponse(SearchErrorSerializer, description="it took too long")},
    )
    def get(self, request: Request) -> Response:
        asked = LikeQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        source = source_of(asked.like, request.user)
        try:
            answer = alike_to(asked.request(request.user), source)
        except SearchError as error:
            return Response({"detail": error.message, "code": error.code, "position": error.position}, status=400)
        return Response({**SearchResponseSerializer(answer).data, "like": LikeSourceSerializer(source).data})
