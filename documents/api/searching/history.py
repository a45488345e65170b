"""/api/searches/history/: what one has searched for on the page."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from documents.api.searching.words import KeptSerializer
from documents.models import PastSearch
from documents.services.searches import history


class PastSearchSerializer(KeptSerializer):
    class Meta:
        model = PastSearch
        fields = ["id", "case", "words", "query", "url", "results", "at_least", "times", "last"]


class HistorySettingsSerializer(serializers.Serializer[Any]):
    keep = serializers.BooleanField(help_text="false deletes the history and keeps none from now on")


@extend_schema_view(
    list=extend_schema(description="What you have searched for on the page, the newest first; searches by the API are not noted."),
    destroy=extend_schema(description="Delete one of them."),
)
class PastSearchViewSet(mixins.ListModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[PastSearch]):
    queryset = PastSearch.objects.none()
    serializer_class = PastSearchSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[PastSearch]:
        return history.of(self.request.user) if self.action == "list" else PastSearch.objects.visible_to(self.request.user)

    @extend_schema(operation_id="searches_history_clear", responses={204: None})
    def clear(self, request: Request) -> Response:
        """Delete your whole history."""
        history.delete_all(request.user)
        return Response(status=204)

    def perform_destroy(self, instance: PastSearch) -> None:
        history.delete(instance, self.request.user)


class HistorySettingsView(APIView):
    @extend_schema(operation_id="searches_history_settings", responses=HistorySettingsSerializer)
    def get(self, request: Request) -> Response:
        """Whether your history is kept."""
        return Response({"keep": history.is_kept(request.user)})

    @extend_schema(operation_id="searches_history_keep", request=HistorySettingsSerializer, responses=HistorySettingsSerializer)
    def post(self, request: Request) -> Response:
        """Turn it on, or off, which deletes it."""
        typed = HistorySettingsSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        history.keep(request.user, typed.validated_data["keep"])
        return self.get(request)
