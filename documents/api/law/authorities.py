"""/api/cases/{id}/authorities/: what the documents of a case cite, each authority once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Case
from documents.models import Citation, CitationDecision
from documents.services.authorities import case_checks, decisions, of_case
from documents.services.authorities.of_case import CitedAuthority, Narrowed
from documents.services.authorities.passages import Passage, passages

_HAVE = {"true": "yes", "1": "yes", "false": "no", "0": "no"}


class CitedAuthoritySerializer(serializers.Serializer[CitedAuthority]):
    id = serializers.CharField(help_text="names it in the address of its passages")
    name = serializers.CharField()
    citation = serializers.CharField()
    key = serializers.CharField()
    kind = serializers.CharField(source="heading")
    year = serializers.IntegerField(allow_null=True)
    mentions = serializers.IntegerField()
    documents = serializers.IntegerField()
    in_library = serializers.BooleanField()
    ruling = serializers.UUIDField(allow_null=True)
    statute = serializers.UUIDField(allow_null=True)
    doubtful = serializers.IntegerField(help_text="mentions of which it is not certain that they mean it, and nobody has said")


class CitingPassageSerializer(serializers.Serializer[Passage]):
    citation = serializers.IntegerField(source="mention.pk")
    document = serializers.UUIDField(source="mention.text_version.document_id")
    document_title = serializers.CharField(source="mention.text_version.document.title")
    page = serializers.IntegerField(source="mention.page")
    start = serializers.IntegerField(source="mention.start")
    end = serializers.IntegerField(source="mention.end")
    text = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    pin_page = serializers.CharField(source="mention.pin")
    confidence = serializers.FloatField(source="mention.confidence")
    verdict = serializers.CharField(allow_null=True)
    url = serializers.CharField()


class DecisionSerializer(serializers.Serializer[Any]):
    citation = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    verdict = serializers.ChoiceField([*CitationDecision.Verdict.choices, ("", "")], allow_blank=True, help_text="empty takes it back")


class CaseFindingsSerializer(serializers.Serializer[Any]):
    findings = serializers.ListField(child=serializers.DictField(), help_text="as of /api/citations/check/, each with document and page")
    totals = serializers.DictField(child=serializers.IntegerField())
    quote_totals = serializers.DictField(child=serializers.IntegerField())
    checked = serializers.IntegerField(help_text="documents that were checked")
    waiting = serializers.IntegerField(help_text="documents that a task checks just now; ask again")


class CaseAuthoritiesViewSet(viewsets.GenericViewSet[Any]):
    serializer_class = CitedAuthoritySerializer
    queryset: QuerySet[Case] = Case.objects.none()

    def _case(self, pk: UUID) -> Case:
        return get_object_or_404(Case.objects.visible_to(self.request.user), pk=pk)

    @extend_schema(
        parameters=[
            OpenApiParameter("q"), OpenApiParameter("kind"), OpenApiParameter("in_library", bool), OpenApiParameter("doubtful", bool),
            OpenApiParameter("only", int, description="id of a tag: only what nobody cites but the documents with it"),
            OpenApiParameter("ordering", description="name, mentions, documents, year; with - from the largest"),
        ],
        responses=CitedAuthoritySerializer(many=True),
    )  # fmt: skip
    def list(self, request: Request, case_id: UUID) -> Response:
        """Everything that the documents of a case cite, each authority once, the most cited first."""
        case = self._case(case_id)
        asked = {
            name: request.query_params.get(name, "").replace("\x00", "")
            for name in ("q", "kind", "in_library", "doubtful", "only", "ordering")
        }
        tag = None
        if asked["only"]:
            tag = case.tags.filter(pk=int(asked["only"])).first() if asked["only"].isdecimal() and len(asked["only"]) < 18 else None
            if tag is None:
                raise Http404
        narrowed = Narrowed(
            q=asked["q"][:200], kind=asked["kind"], have=_HAVE.get(asked["in_library"].lower(), ""),
            doubtful=asked["doubtful"].lower() in ("true", "1"), only=tag is not None, order=asked["ordering"] or "-mentions",
        )  # fmt: skip
        found: Any = narrowed.apply(of_case.authorities_of(case, tag))
        page: Any = self.paginate_queryset(found)
        return self.get_paginated_response(CitedAuthoritySerializer(page, many=True).data)

    @extend_schema(
        parameters=[OpenApiParameter("authority", required=True, description="its id in the list")],
        responses=CitingPassageSerializer(many=True),
    )
    def passages(self, request: Request, case_id: UUID) -> Response:
        """Each place where an authority is cited."""
        found = of_case.passages_of(self._case(case_id), request.query_params.get("authority", "").replace("\x00", "")[:200])
        if not found:
            raise Http404
        page = self.paginate_queryset(found)
        shown: Any = passages(list(page or []))
        return self.get_paginated_response(CitingPassageSerializer(shown, many=True).data)

    @extend_schema(responses=CaseFindingsSerializer)
    def findings(self, request: Request, case_id: UUID) -> Response:
        """Citations and quotations of the case's documents of which there is something to say."""
        checked = case_checks.of_case(self._case(case_id), request.user)
        found = [{"document": str(document), "document_title": title, **one} for document, title, one in checked.findings]
        return Response(
            {
                "findings": found, "totals": checked.totals, "quote_totals": checked.quote_totals, "checked": checked.checked,
                "waiting": checked.waiting,
            }
        )  # fmt: skip

    @extend_schema(request=DecisionSerializer, responses=DecisionSerializer)
    def decide(self, request: Request, case_id: UUID) -> Response:
        """Confirm or reject what a doubtful citation was read as; it holds for these words in the document."""
        case = self._case(case_id)
        typed = DecisionSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        mentions = Citation.objects.visible_to(request.user).filter(text_version__document__case=case)
        mention = get_object_or_404(mentions.select_related("text_version__document"), pk=typed.validated_data["citation"])
        decisions.decide(case, mention, typed.validated_data["verdict"], request.user)
        return Response(typed.data)
