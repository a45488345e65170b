"""/api/cases/{id}/papers/ and /api/papers/{id}/: papers made from a case, each a document of it when it is ready."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Case, Role
from documents.api.errors import RefusedErrors
from documents.errors import Refused
from documents.models import Paper, PaperKind
from documents.services.papers import asking
from tasks.base.json_bodies import JSONParser

CASE = OpenApiParameter("case_id", OpenApiTypes.UUID, OpenApiParameter.PATH)


class PaperSerializer(serializers.ModelSerializer[Paper]):
    """`document` is there when it is ready, `url` leads to its file; `inputs` is what it is made from."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = Paper
        fields = [
            "id", "case", "kind", "format", "title", "status", "error", "error_code", "document", "inputs", "template", "previous", "url",
            "task_id", "created", "created_by", "finished_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_url(self, paper: Paper) -> str | None:
        return f"{reverse('document-file', args=[paper.document_id])}?download=1" if paper.document_id else None


class WholePaperSerializer(PaperSerializer):
    """With `content`: what it says, as blocks."""

    class Meta(PaperSerializer.Meta):
        fields = [*PaperSerializer.Meta.fields, "content"]
        read_only_fields = fields


class NewPaperSerializer(serializers.Serializer[Any]):
    """What of: `document` or an uploaded draft as `file` (table_of_authorities), `ruling` or `document` (case_brief), `q` with perhaps
    `passages` (ids of chunks) and `library` (memo), `audio` (hearing_summary, session_analysis), perhaps `confirmed_only` (chronology).
    `template`: the id of one, "none" for the built-in layout; without it the newest that administrators made for the kind."""

    kind = serializers.CharField(
        max_length=60, help_text="table_of_authorities, chronology, case_brief, memo, exhibit_list, hearing_summary, session_analysis"
    )
    format = serializers.CharField(max_length=60, default="docx", help_text="docx or pdf")
    document = serializers.UUIDField(required=False, allow_null=True)
    file = serializers.FileField(required=False, help_text="a draft, which becomes a document of the case")
    ruling = serializers.UUIDField(required=False, allow_null=True)
    audio = serializers.UUIDField(required=False, allow_null=True)
    conversation = serializers.UUIDField(required=False, allow_null=True)
    q = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    passages = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, max_length=100)
    library = serializers.BooleanField(required=False, default=False)
    confirmed_only = serializers.BooleanField(required=False, default=False)
    template = serializers.CharField(required=False, allow_blank=True, max_length=20)


class SubmittedPaperSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    task_id = serializers.UUIDField()


class CasePapersViewSet(RefusedErrors, viewsets.GenericViewSet[Paper]):
    serializer_class = PaperSerializer
    filter_backends: list[Any] = []
    parser_classes = [JSONParser, MultiPartParser, FormParser]
    queryset = Paper.objects.none()

    def case(self) -> Case:
        return get_object_or_404(Case.objects.visible_to(self.request.user), pk=self.kwargs["case_id"])

    @extend_schema(parameters=[CASE], responses=PaperSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The case's papers, newest first."""
        page = self.paginate_queryset(Paper.objects.visible_to(request.user).filter(case=self.case()).defer("content"))
        return self.get_paginated_response(PaperSerializer(page or [], many=True).data)

    @extend_schema(parameters=[CASE], request=NewPaperSerializer, responses={202: SubmittedPaperSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Have a paper made (editors); it becomes a document of the case."""
        case = self.case()
        case.require(request.user, Role.EDITOR)
        typed = NewPaperSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        given = dict(typed.validated_data)
        kind, form, template = given.pop("kind"), given.pop("format"), given.pop("template", "")
        with transaction.atomic():
            draft = given.pop("file", None)
            if draft is not None and kind != PaperKind.TABLE_OF_AUTHORITIES:
                raise Refused(_("Only a table of authorities is made of a draft."), "no_draft_wanted")
            if draft is not None and not given.get("document"):
                given["document"] = asking.accepted_draft(case, request.user, draft).pk
            paper = asking.ask(case, request.user, kind, form, given, site=request.build_absolute_uri("/"), template=template)
        return Response({"id": paper.pk, "task_id": paper.task_id}, status=202)


class PaperViewSet(RefusedErrors, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Paper]):
    """A paper, and what it says."""

    queryset = Paper.objects.none()
    serializer_class = WholePaperSerializer

    def get_queryset(self) -> QuerySet[Paper]:
        return Paper.objects.visible_to(self.request.user).select_related("case", "template")

    @extend_schema(request=None, responses={202: SubmittedPaperSerializer})
    def again(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make it anew from the same inputs, with what the case holds now (editors)."""
        paper = asking.again(self.get_object(), request.user, site=request.build_absolute_uri("/"))
        return Response({"id": paper.pk, "task_id": paper.task_id}, status=202)
