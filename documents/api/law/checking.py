"""/api/citations/check/: the citations and quotations of a text against the law library. Nothing is stored."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.models import Case
from documents.api.errors import RefusedErrors
from documents.services.authorities import of_case
from documents.services.authorities.checking import draft
from documents.services.authorities.checking.given import require_text, text_of_file


class TextToCheckSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(required=False, allow_blank=True, default="", trim_whitespace=False)
    file = serializers.FileField(required=False, allow_empty_file=True, help_text="a draft (DOCX, PDF, TXT ...) in place of the text")
    case = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="says how often this case cites each, too")


class DifferenceSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="same, added, dropped, left_out, bracket, form")
    text = serializers.CharField()
    found = serializers.CharField()
    negation = serializers.BooleanField()


class CheckedQuoteSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    status = serializers.ChoiceField(["exact", "altered", "not_found"])
    found_text = serializers.CharField()
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    difference = DifferenceSerializer(many=True)
    sentence = serializers.CharField()
    page = serializers.IntegerField(allow_null=True)
    page_label = serializers.CharField()
    pin_fits = serializers.BooleanField(allow_null=True)


class CheckedCitationSerializer(serializers.Serializer[Any]):
    start = serializers.IntegerField(help_text="code points of the text")
    end = serializers.IntegerField()
    text = serializers.CharField()
    key = serializers.CharField()
    status = serializers.ChoiceField(["found", "not_in_library", "name_mismatch", "unknown_reporter"])
    name_given = serializers.CharField()
    name_found = serializers.CharField()
    ruling = serializers.UUIDField(allow_null=True)
    statute = serializers.UUIDField(allow_null=True)
    quotes = CheckedQuoteSerializer(many=True)
    group = serializers.ChoiceField(list(draft.GROUPS))
    sentences = serializers.ListField(child=serializers.CharField())


class CheckedTextSerializer(serializers.Serializer[Any]):
    results = CheckedCitationSerializer(many=True)
    totals = serializers.DictField(child=serializers.IntegerField())
    quote_totals = serializers.DictField(child=serializers.IntegerField())


class CitationCheckView(RefusedErrors, APIView):
    parser_classes = [JSONParser, MultiPartParser, FormParser]

    @extend_schema(request=TextToCheckSerializer, responses=CheckedTextSerializer, operation_id="citations_check")
    def post(self, request: Request) -> Response:
        """Judge each citation of a text, and each quotation beside the text that it quotes. With a file the answer has its `text`, to which
        the offsets belong; with a case each result says how often its documents cite the same (`case_mentions`)."""
        typed = TextToCheckSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        case = _case(request.user, typed.validated_data["case"])
        file = typed.validated_data.get("file")
        text = text_of_file(file, file.name or "") if file is not None else require_text(typed.validated_data["text"])
        report = draft.check(text)
        answer = report.as_json()
        if file is not None:
            answer["text"] = text
        if case is not None:
            counts: Counter[str] = of_case.mentions_by_key(case, {one["key"] for one in answer["results"]})
            for one in answer["results"]:
                one["case_mentions"] = counts[one["key"]]
        return Response(answer)


def _case(user: Any, pk: Any) -> Case | None:
    if pk is None:
        return None
    case = Case.objects.visible_to(user).filter(pk=pk).first()
    if case is None:
        raise Http404
    return case
