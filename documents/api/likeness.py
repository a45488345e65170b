"""/api/documents/{id}/similar/, /compare/{other}/, /conversation/."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from documents.models import Document
from documents.services.reading import comparison, threads
from documents.services.similarity.neighbours import Relation, neighbours_of

MOST_BLOCKS = 1000


class NeighbourSerializer(serializers.Serializer[Any]):
    """Another document and what it is to this one: `contains` one that is inside this one, `contained` one that holds it."""

    document = serializers.UUIDField(source="document.pk")
    title = serializers.CharField(source="document.title")
    case = serializers.UUIDField(source="document.case_id", allow_null=True)
    case_title = serializers.CharField(source="document.case.title", default=None, allow_null=True)
    relation = serializers.ChoiceField(choices=[str(one) for one in Relation])
    similarity = serializers.FloatField(help_text="0 to 1: what both share of all they have; of an inner text, how much the outer one has")
    exact = serializers.BooleanField(help_text="by the texts themselves; else estimated, within about 0.1")
    pages = serializers.IntegerField(source="document.page_count")
    created = serializers.DateTimeField(source="document.created")
    url = serializers.CharField(source="document.get_absolute_url")


class MessageSerializer(serializers.Serializer[threads.Message]):
    document = serializers.UUIDField(source="document.pk")
    title = serializers.CharField(source="document.title")
    sender = serializers.CharField()
    sent = serializers.DateTimeField(allow_null=True)
    repeats = serializers.IntegerField(help_text="of how many others it holds the text")


class ThreadSerializer(serializers.Serializer[threads.Thread]):
    """The other messages, the most inclusive first."""

    messages = MessageSerializer(many=True)
    more = serializers.IntegerField()
    repeats = serializers.IntegerField(help_text="of how many others the message itself holds the text")
    most_inclusive = serializers.BooleanField(help_text="whether no other holds more of them than this one")


class WordsSerializer(serializers.Serializer[comparison.Segment]):
    text = serializers.CharField()
    change = serializers.ChoiceField(choices=[str(one) for one in comparison.Change])
    number = serializers.IntegerField(help_text="of the difference, from 1; 0 where both say the same")


class SideSerializer(serializers.Serializer[comparison.Side]):
    page = serializers.IntegerField(allow_null=True)
    page_to = serializers.IntegerField(allow_null=True)
    segments = WordsSerializer(many=True)


class BlockSerializer(serializers.Serializer[comparison.Block]):
    equal = serializers.BooleanField()
    left = SideSerializer()
    right = SideSerializer()


class ComparedSerializer(serializers.Serializer[Any]):
    document = serializers.UUIDField()
    title = serializers.CharField()
    words = serializers.IntegerField()
    ends_at_page = serializers.IntegerField(allow_null=True, help_text="where the document is too long: the last page that was compared")


class ComparisonSerializer(serializers.Serializer[Any]):
    left = ComparedSerializer()
    right = ComparedSerializer()
    differences = serializers.IntegerField()
    coarse = serializers.IntegerField(help_text="differences that are too large for their words to be told apart")
    blocks = BlockSerializer(many=True)
    next = serializers.IntegerField(allow_null=True, help_text="`offset` of the blocks that follow")


class BlocksAskedSerializer(serializers.Serializer[Any]):
    offset = serializers.IntegerField(min_value=0, default=0, help_text="the first block")
    limit = serializers.IntegerField(min_value=1, max_value=MOST_BLOCKS, default=MOST_BLOCKS)
    changed = serializers.BooleanField(default=False, help_text="only blocks that differ")


class LikenessActions:
    """What a document is the same as, or nearly; for the viewset of documents, whose door all of it uses."""

    @extend_schema(responses=NeighbourSerializer(many=True))
    @action(detail=True, filter_backends=[], pagination_class=None)
    def similar(self, request: Request, **kwargs: Any) -> Response:
        """Documents of all cases that you see that are the same as this one, nearly the same, inside it or around it; at most 100."""
        return Response(NeighbourSerializer(neighbours_of(self._one(), request.user), many=True).data)

    @extend_schema(responses=ThreadSerializer)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def conversation(self, request: Request, **kwargs: Any) -> Response:
        """The other messages of an e-mail's conversation in its case, the most inclusive first."""
        return Response(ThreadSerializer(threads.thread_of(self._one(), request.user)).data)

    @extend_schema(parameters=[BlocksAskedSerializer], responses=ComparisonSerializer)
    @action(detail=True, url_path=r"compare/(?P<other>[0-9a-f-]{36})", filter_backends=[], pagination_class=None)
    def compare(self, request: Request, other: str, **kwargs: Any) -> Response:
        """Two documents side by side: what both say and where they differ, block by block."""
        asked = BlocksAskedSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        left, right = self._one(), get_object_or_404(self._all(), pk=other)
        found = comparison.compare(left, right)
        places = [place for place, equal in enumerate(found.blocks.equal) if not (asked.validated_data["changed"] and equal)]
        end = asked.validated_data["offset"] + asked.validated_data["limit"]
        sides = zip((left, right), found.words, (found.left_ends, found.right_ends), strict=True)
        one, two = ({"document": side.pk, "title": side.title, "words": words, "ends_at_page": ends} for side, words, ends in sides)
        answer = {
            "left": one,
            "right": two,
            "differences": found.differences,
            "coarse": found.coarse,
            "blocks": [found.blocks[place] for place in places[asked.validated_data["offset"] : end]],
            "next": end if end < len(places) else None,
        }
        return Response(ComparisonSerializer(answer).data)

    def _one(self) -> Document:
        document: Document = self.get_object()  # type: ignore[attr-defined]
        return document

    def _all(self) -> Any:
        return self.get_queryset()  # type: ignore[attr-defined]
