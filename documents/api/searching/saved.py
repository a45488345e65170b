"""/api/searches/: one's own searches by name."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Case
from documents.api.errors import RefusedErrors
from documents.api.searching.words import AskedSerializer, KeptSerializer
from documents.filters import OfCase
from documents.models import SavedSearch
from documents.services.searches import saved


class SavedSearchSerializer(KeptSerializer):
    class Meta:
        model = SavedSearch
        fields = ["id", "case", "name", "words", "query", "url", "created", "updated"]


class SavingSerializer(AskedSerializer):
    name = serializers.CharField(max_length=400, allow_blank=True, help_text="cut to 80 characters")
    case = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="null: all your cases")


class ChangingSerializer(AskedSerializer):
    name = serializers.CharField(max_length=400, allow_blank=True, required=False)


@extend_schema_view(
    list=extend_schema(description="Your saved searches by name, of one case with ?case=; those of cases you don't see are not there."),
    retrieve=extend_schema(description="One of them; `url` is the page that runs it."),
    destroy=extend_schema(description="Delete it."),
)
class SavedSearchViewSet(
    RefusedErrors, mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[SavedSearch]
):
    queryset = SavedSearch.objects.none()
    serializer_class = SavedSearchSerializer
    filterset_class = OfCase

    def get_queryset(self) -> QuerySet[SavedSearch]:
        return SavedSearch.objects.visible_to(self.request.user)

    @extend_schema(request=SavingSerializer, responses={201: SavedSearchSerializer})
    def create(self, request: Request) -> Response:
        """Keep a search by a name (409 where you have one of that name there). A query that can't be run is refused with its reason."""
        typed = SavingSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        asked = typed.validated_data["case"]
        case = get_object_or_404(Case.objects.visible_to(request.user), pk=asked) if asked else None
        made = saved.save(request.user, typed.validated_data["name"], typed.asked or {}, case=case)
        return Response(self.get_serializer(made).data, status=201)

    @extend_schema(request=ChangingSerializer, responses=SavedSearchSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Another name, other words; its place stays."""
        kept = self.get_object()
        typed = ChangingSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        changed = saved.change(kept, request.user, name=typed.validated_data.get("name"), words=typed.asked)
        return Response(self.get_serializer(changed).data)

    def perform_destroy(self, instance: SavedSearch) -> None:
        saved.delete(instance, self.request.user)
