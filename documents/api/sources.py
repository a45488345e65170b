"""/api/cases/{id}/sources/ and /api/sources/{id}/: watched folders and mailboxes of a case, and what they brought."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Case, Role
from documents.api.errors import RefusedErrors
from documents.models import Source, SourceItem
from documents.services.sources import managing, overview

CASE = OpenApiParameter("case_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)


class SourceSerializer(serializers.ModelSerializer[Source]):
    """`options` is what was typed, without any password; `items` counts by outcome; `remedy` is what helps: edit, look or resume."""

    title = serializers.CharField(read_only=True)
    items = serializers.DictField(source="counts", child=serializers.IntegerField(), read_only=True)
    looking = serializers.BooleanField(read_only=True, help_text="a look is under way")
    remedy = serializers.CharField(read_only=True)
    options = serializers.SerializerMethodField()

    class Meta:
        model = Source
        fields = [
            "id", "case", "kind", "title", "options", "minutes", "active", "error", "error_code", "remedy", "failures", "looking",
            "last_looked", "next_look", "task_id", "items", "created", "created_by",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_options(self, source: Source) -> dict[str, Any]:
        return dict(source.options)


class NewSourceSerializer(serializers.Serializer[Any]):
    """`options` of a folder: {path}; of imap: {host, port, security: ssl|starttls|plain, user, folders: [..]}; of both, if you like, {tags:
    [..], folder_tags: bool}."""

    kind = serializers.CharField(max_length=20)
    options = serializers.DictField()
    password = serializers.CharField(required=False, default="", allow_blank=True, max_length=500, trim_whitespace=False, write_only=True)
    minutes = serializers.IntegerField(required=False, default=5, min_value=1, max_value=managing.LONGEST_PAUSE)


class SourceChangeSerializer(serializers.Serializer[Any]):
    """With `options` it is set up anew; `active` pauses and resumes it."""

    options = serializers.DictField(required=False)
    password = serializers.CharField(required=False, default="", allow_blank=True, max_length=500, trim_whitespace=False, write_only=True)
    minutes = serializers.IntegerField(required=False, min_value=1, max_value=managing.LONGEST_PAUSE)
    active = serializers.BooleanField(required=False)


class LookSerializer(serializers.Serializer[Any]):
    again = serializers.BooleanField(required=False, default=False, help_text="also at what was refused before")


class LookingSerializer(serializers.Serializer[Any]):
    task_id = serializers.UUIDField()


class SourceItemSerializer(serializers.ModelSerializer[SourceItem]):
    class Meta:
        model = SourceItem
        fields = ["id", "path", "outcome", "code", "reason", "size", "sha256", "document", "topic", "created", "updated"]
        read_only_fields = fields


class CaseSourcesViewSet(RefusedErrors, viewsets.GenericViewSet[Source]):
    serializer_class = SourceSerializer
    filter_backends: list[Any] = []
    queryset = Source.objects.none()

    def case(self) -> Case:
        return get_object_or_404(Case.objects.visible_to(self.request.user), pk=self.kwargs["case_id"])

    @extend_schema(parameters=[CASE], responses=SourceSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The case's sources: when each last looked, what it brought, what it refused."""
        page = self.paginate_queryset(self.case().sources.select_related("created_by", "case"))
        return self.get_paginated_response(SourceSerializer(overview.described(page or []), many=True).data)

    @extend_schema(parameters=[CASE], request=NewSourceSerializer, responses={201: SourceSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Set up a watched folder or a mailbox (owners); it is looked at at once."""
        case = self.case()
        case.require(request.user, Role.OWNER)
        typed = NewSourceSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        wanted = typed.validated_data
        source = managing.add(case, request.user, wanted["kind"], wanted["options"], password=wanted["password"], minutes=wanted["minutes"])
        return Response(SourceSerializer(overview.described([source])[0]).data, status=status.HTTP_201_CREATED)


class SourceViewSet(RefusedErrors, viewsets.GenericViewSet[Source]):
    serializer_class = SourceSerializer
    filter_backends: list[Any] = []
    queryset = Source.objects.none()

    def get_queryset(self) -> QuerySet[Source]:
        return Source.objects.visible_to(self.request.user).select_related("case", "created_by")

    def _answer(self) -> Response:
        return Response(SourceSerializer(overview.described([self.get_object()])[0]).data)

    @extend_schema(parameters=[ID])
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One source."""
        return self._answer()

    @extend_schema(parameters=[ID], request=SourceChangeSerializer, responses=SourceSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Set it up otherwise, pause or resume it (owners). Without a password the old one stays."""
        source = self.get_object()
        source.require(request.user, Role.OWNER)
        typed = SourceChangeSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        wanted = typed.validated_data
        if "options" in wanted or "minutes" in wanted or wanted["password"]:
            options = {**source.options, **wanted.get("options", {})}
            managing.change(source, request.user, options, password=wanted["password"], minutes=wanted.get("minutes"))
        if "active" in wanted:
            (managing.resume if wanted["active"] else managing.pause)(source, request.user)
        return self._answer()

    @extend_schema(parameters=[ID])
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Remove it (owners); what it brought stays."""
        managing.remove(self.get_object(), request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        parameters=[ID, OpenApiParameter("outcome", OpenApiTypes.STR, enum=SourceItem.Outcome.values)],
        responses=SourceItemSerializer(many=True),
    )
    def items(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What it held and what became of each, the newest first."""
        page: Any = self.paginate_queryset(overview.items_of(self.get_object(), request.query_params.get("outcome", "")))  # type: ignore[arg-type]
        return self.get_paginated_response(SourceItemSerializer(page, many=True).data)

    @extend_schema(parameters=[ID], request=LookSerializer, responses={202: LookingSerializer})
    def look(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Look now (editors)."""
        typed = LookSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        record = managing.ask_for_look(self.get_object(), request.user, again=typed.validated_data["again"])
        return Response({"task_id": record.pk}, status=status.HTTP_202_ACCEPTED)
