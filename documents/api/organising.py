"""/api/tags/ and /api/filters/: a case's own words on its documents, and the filters that people keep by a name."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Case
from documents.api.errors import RefusedErrors
from documents.api.selections import NarrowingSerializer
from documents.filters import Narrowing, OfCase, SavedFilterFilter
from documents.models import SavedFilter, Tag
from documents.services.organising import saved_filters, tags


class TagSerializer(serializers.ModelSerializer[Tag]):
    count = serializers.IntegerField(read_only=True, help_text="documents that carry it")

    class Meta:
        model = Tag
        fields = ["id", "case", "name", "count"]
        read_only_fields = ["id", "case", "count"]
        validators: list[Any] = []


class MergingSerializer(serializers.Serializer[Any]):
    into = serializers.IntegerField(help_text="the tag that stays")


@extend_schema_view(
    list=extend_schema(description="The tags of your cases by name, of one with ?case=; how many documents carry each."),
    destroy=extend_schema(description="Take a tag off all documents of its case (editors)."),
)
class TagViewSet(RefusedErrors, mixins.ListModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[Tag]):
    queryset = Tag.objects.none()
    serializer_class = TagSerializer
    filterset_class = OfCase

    def get_queryset(self) -> QuerySet[Tag]:
        return tags.of_cases(Tag.objects.visible_to(self.request.user).select_related("case"))

    @extend_schema(request=TagSerializer, responses=TagSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Rename a tag (editors; 409 where there is another of that name)."""
        tag = self.get_object()
        typed = TagSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        return self._answer(tags.rename(tag, typed.validated_data["name"], request.user))

    @extend_schema(request=MergingSerializer, responses=TagSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, **kwargs: Any) -> Response:
        """Let what carries this tag carry another one of the case, and remove it (editors)."""
        tag = self.get_object()
        typed = MergingSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        into = get_object_or_404(Tag.objects.visible_to(request.user), pk=typed.validated_data["into"])
        return self._answer(tags.merge(tag, into, request.user))

    def perform_destroy(self, instance: Tag) -> None:
        tags.delete(instance, self.request.user)

    def _answer(self, tag: Tag) -> Response:
        return Response(TagSerializer(self.get_queryset().get(pk=tag.pk)).data)


class SavedFilterSerializer(serializers.ModelSerializer[SavedFilter]):
    """`filter` are the words of the address of the case's list; `query` is the end of that address."""

    filter = NarrowingSerializer(source="words")
    query = serializers.SerializerMethodField()
    user = serializers.StringRelatedField[Any](read_only=True)
    own = serializers.SerializerMethodField()

    class Meta:
        model = SavedFilter
        fields = ["id", "case", "name", "filter", "query", "shared", "user", "own"]
        validators: list[Any] = []

    def get_query(self, saved: SavedFilter) -> str:
        return Narrowing.of(saved.words).query()

    def get_own(self, saved: SavedFilter) -> bool:
        return saved.user_id == self.context["request"].user.pk


@extend_schema_view(
    list=extend_schema(description="Your own filters and those that are shared, of one case with ?case=."),
    destroy=extend_schema(description="Delete a filter: your own, or a shared one (editors)."),
)
class SavedFilterViewSet(
    RefusedErrors, mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[SavedFilter]
):
    queryset = SavedFilter.objects.none()
    serializer_class = SavedFilterSerializer
    filterset_class = SavedFilterFilter

    def get_queryset(self) -> QuerySet[SavedFilter]:
        return SavedFilter.objects.visible_to(self.request.user).select_related("case", "user")

    @extend_schema(request=SavedFilterSerializer, responses={201: SavedFilterSerializer})
    def create(self, request: Request) -> Response:
        """Keep a filter by a name; to share it needs an editor."""
        typed = self.get_serializer(data=request.data)
        typed.is_valid(raise_exception=True)
        given = typed.validated_data
        case = get_object_or_404(Case.objects.visible_to(request.user), pk=given["case"].pk)
        saved = saved_filters.save(case, request.user, given["name"], given["words"], shared=given.get("shared", False))
        return Response(self.get_serializer(saved).data, status=201)

    @extend_schema(request=SavedFilterSerializer, responses=SavedFilterSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Another name, other words, shared or not."""
        saved = self.get_object()
        typed = self.get_serializer(saved, data=request.data, partial=True)
        typed.is_valid(raise_exception=True)
        changes = {field: value for field, value in typed.validated_data.items() if field != "case"}
        return Response(self.get_serializer(saved_filters.change(saved, request.user, **changes)).data)

    def perform_destroy(self, instance: SavedFilter) -> None:
        saved_filters.delete(instance, self.request.user)
