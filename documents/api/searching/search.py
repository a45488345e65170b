"""JSON of search: one address, read-only, for everyone who is signed in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from documents.models import Document
from documents.services.search import SearchError, SearchRequest, SearchResponse, named, observers, search
from documents.services.search.asked import MOST_VALUES, filters_in, query_of
from documents.services.search.narrowing.values import LONGEST_VALUE
from documents.services.search.request import FIELDS, MODES, SORTS
from documents.services.search.showing.facets import COUNTED

FILTERS = {
    "court": "the court's id of courts-db, its name or abbreviation, or words of it",
    "judge": "words of the judges' names",
    "author": "words of the author's name",
    "sender": "of an e-mail: words of the name or address it is from",
    "recipient": "of an e-mail: words of a name or address it is to or copied to",
    "tag": "a tag's whole name",
    "docket": "a docket number, of the document, the ruling or the case; parts may be left out",
    "year": "of the document's own date",
    "document": "only this document",
}


class _Values(serializers.ListField):
    """A parameter that may be repeated."""

    def __init__(self, **more: Any) -> None:
        child = serializers.CharField(max_length=LONGEST_VALUE)
        super().__init__(child=child, required=False, default=list, max_length=MOST_VALUES, **more)


class SearchQuerySerializer(serializers.Serializer[dict[str, Any]]):
    """What may be asked. `from` and `to` are words of Python, so the fields are set by name; FILTERS may be repeated."""

    q = serializers.CharField(trim_whitespace=False, allow_blank=True, default="", help_text="words, a sentence, operators")
    case = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="only this case")
    kind = serializers.ChoiceField(choices=Document.Kind.choices, required=False, allow_blank=True, default="")
    mode = serializers.ChoiceField(choices=MODES, default="hybrid")
    page = serializers.IntegerField(min_value=1, max_value=10_000, default=1)
    library = serializers.BooleanField(default=False, help_text="only the law library")
    hearings = serializers.BooleanField(default=False, help_text="only transcripts of recordings")
    sort = serializers.ChoiceField(choices=SORTS, default="relevance", help_text="by date: documents without one come last")
    explain = serializers.BooleanField(default=False, help_text="say why these are the results")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        dates = {name: serializers.DateField(required=False, allow_null=True, default=None) for name in ("from", "to")}
        filters = {field: _Values(help_text=f"{meaning}; repeated: any of them") for field, meaning in FILTERS.items()}
        return {**super().get_fields(), **dates, **filters}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Parameters without a value, as a form sends them, count as absent."""
        repeatable = [field for field in FIELDS if isinstance(self.fields.get(field), _Values)]
        said = {name: value for name, value in data.items() if value != "" and name not in repeatable}
        repeated = {field: values for field in repeatable if (values := [value for value in data.getlist(field) if value])}
        given: dict[str, Any] = super().to_internal_value(said | repeated)
        return given

    def request(self, user: Any) -> SearchRequest:
        values: dict[str, Any] = self.validated_data
        case = values["case"]
        return SearchRequest(
            q=values["q"],
            user=user,
            case=case,
            kind=values["kind"] or None,
            date_from=values["from"],
            date_to=values["to"],
            mode=values.get("mode", "hybrid"),
            page=values["page"],
            library=case is None and values["library"],
            hearings=values["hearings"],
            filters=filters_in({field: values.get(field) for field in FIELDS}),
            explain=values.get("explain", False),
            sort=values.get("sort", "relevance"),
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
    """Counts of passages among the hits, which are the best of all that match where the answer says `at_least`."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {field: FacetSerializer(many=True) for field in COUNTED}


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


class SuggestionSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(help_text="the query in another spelling, which nobody has searched for")
    url = serializers.CharField(help_text="of the page that searches for it")


class ExplainedLineSerializer(serializers.Serializer[Any]):
    depth = serializers.IntegerField()
    text = serializers.CharField()


class ExplainedStepSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    took_ms = serializers.FloatField()


class ExplainedWaySerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    route = serializers.CharField()
    found = serializers.IntegerField(help_text="passages that you may see")
    alone = serializers.IntegerField(help_text="of them those that no other way found")
    took_ms = serializers.FloatField()


class ExplainedScoreSerializer(serializers.Serializer[Any]):
    chunk = serializers.IntegerField()
    score = serializers.FloatField()
    words_rank = serializers.IntegerField(allow_null=True)
    words_score = serializers.FloatField(allow_null=True, help_text="BM25 as a share of the greatest")
    meaning_rank = serializers.IntegerField(allow_null=True)
    cosine = serializers.FloatField(allow_null=True)
    exact = serializers.FloatField(help_text="how much of what was asked stands in it exactly")


class ExplainedWeightsSerializer(serializers.Serializer[Any]):
    words = serializers.FloatField()
    meaning = serializers.FloatField()
    coverage = serializers.FloatField(help_text="the greatest share of the query's idf that one passage holds")
    lead = serializers.FloatField(help_text="how far the best by words stands before the tenth")
    exact = serializers.IntegerField(help_text="passages that were put first because they have exactly what was asked")


class ExplainSerializer(serializers.Serializer[Any]):
    """Why these are the results; of what the asking person may see only."""

    understood = ExplainedLineSerializer(many=True, help_text="the query as a tree in words")
    passages = serializers.IntegerField(help_text="of the places searched, before filters")
    vectors = serializers.IntegerField(allow_null=True, help_text="of them those whose meaning is indexed; null where it was not asked")
    times = ExplainedStepSerializer(many=True)
    total_ms = serializers.FloatField()
    ways = ExplainedWaySerializer(many=True)
    scores = ExplainedScoreSerializer(many=True, help_text="of the results of this page")


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
    suggestions = serializers.SerializerMethodField(help_text="where words stand nowhere: other spellings")
    explain = ExplainSerializer(allow_null=True, help_text="with explain=1")
    weights = ExplainedWeightsSerializer(allow_null=True, help_text="with explain=1: how the two ways were weighed")

    @extend_schema_field(SuggestionSerializer(many=True))
    def get_suggestions(self, answer: SearchResponse) -> list[dict[str, str]]:
        wanted: SearchRequest | None = self.context.get("wanted")
        if wanted is None:  # more like this has no words
            return []
        page = reverse("documents:case-search", args=[wanted.case]) if wanted.case else reverse("documents:search")
        return [{"text": text, "url": page + query_of(replace(wanted, q=text))} for text in answer.suggestions]

    def to_representation(self, instance: SearchResponse) -> dict[str, Any]:
        told: dict[str, Any] = super().to_representation(instance)
        return told if instance.explain is not None else told | {"explain": None, "weights": None}


class SearchErrorSerializer(serializers.Serializer[Any]):
    detail = serializers.CharField()
    code = serializers.CharField()
    position = serializers.IntegerField(help_text="code point of the query where it goes wrong")
    end = serializers.IntegerField(help_text="where what is wrong ends; `position` where the query as a whole is meant")


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
            where = {"position": error.position, "end": error.end}
            return Response({"detail": error.message, "code": error.code, **where}, status=status)
        observers.tell(observers.of_answer(wanted, answer))
        return Response(SearchResponseSerializer(answer, context={"wanted": wanted}).data)
