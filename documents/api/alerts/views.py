from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from documents.api.alerts.serializers import (
    AlertChangeSerializer,
    AlertNoticeSerializer,
    AlertSerializer,
    AlertWithSecretSerializer,
    NewAlertSerializer,
    OneNoticeSerializer,
    SecretSerializer,
    SeenSerializer,
)
from documents.api.errors import RefusedErrors
from documents.models import AlertNotice, SavedSearch, SearchAlert
from documents.services.alerts import managing, notices
from documents.services.alerts.errors import DeliveryError


class AlertViewSet(RefusedErrors, viewsets.GenericViewSet[SearchAlert]):
    serializer_class = AlertSerializer
    filter_backends: list[Any] = []
    queryset = SearchAlert.objects.none()

    def get_queryset(self) -> QuerySet[SearchAlert]:
        return SearchAlert.objects.visible_to(self.request.user).select_related("search__user")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Your alerts, the newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(AlertSerializer(page or [], many=True).data)

    @extend_schema(request=NewAlertSerializer, responses={201: AlertWithSecretSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Have new documents that a saved search finds told of; 409 where it has an alert."""
        typed = NewAlertSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        wanted = dict(typed.validated_data)
        search = get_object_or_404(SavedSearch.objects.visible_to(request.user), pk=wanted.pop("search"))
        return self._answer(*managing.make(search, request.user, **wanted), status.HTTP_201_CREATED)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One alert."""
        return Response(AlertSerializer(self.get_object()).data)

    @extend_schema(request=AlertChangeSerializer, responses=AlertWithSecretSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change it, pause it, let it go on."""
        typed = AlertChangeSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        return self._answer(*managing.change(self.get_object(), request.user, **typed.validated_data))

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete it with its notices."""
        managing.delete(self.get_object(), request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=SecretSerializer)
    @action(detail=True, methods=["post"])
    def secret(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Another secret for its webhook."""
        return Response({"secret": managing.renew_secret(self.get_object(), request.user)})

    @extend_schema(request=None, responses={204: None, 502: OpenApiResponse(description="it did not take the message")})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Send a signed message that tells of nothing to its webhook."""
        try:
            managing.try_webhook(self.get_object(), request.user)
        except DeliveryError as error:
            return Response({"detail": error.message, "code": "not_delivered"}, status=status.HTTP_502_BAD_GATEWAY)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _answer(self, alert: SearchAlert, secret: str, code: int = 200) -> Response:
        alert.secret = secret
        return Response(AlertWithSecretSerializer(alert).data, status=code)


class AlertNoticeViewSet(viewsets.GenericViewSet[AlertNotice]):
    serializer_class = AlertNoticeSerializer
    filter_backends: list[Any] = []
    queryset = AlertNotice.objects.none()

    def get_queryset(self) -> QuerySet[AlertNotice]:
        return notices.listed(self.request.user)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Notices of your alerts of which you still see a document, the newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(AlertNoticeSerializer(page or [], many=True).data)

    @extend_schema(parameters=[OpenApiParameter("page", OpenApiTypes.INT)], responses=OneNoticeSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A notice with exactly its documents that you see now, 20 at a time; none where they are gone."""
        rows = AlertNotice.objects.visible_to(request.user).select_related("alert__search")
        notice: Any = get_object_or_404(rows, pk=kwargs["pk"])
        asked = request.query_params.get("page", "")
        answer = notices.page_of(notice, request.user, int(asked) if asked.isdecimal() and len(asked) < 6 else 1)
        notice.count, notice.page, notice.pages, notice.results = answer.count, answer.page, answer.pages, answer.results
        return Response(OneNoticeSerializer(notice).data)

    @extend_schema(request=None, responses=SeenSerializer)
    @action(detail=True, methods=["post"], url_path="seen")
    def one_seen(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say that you have seen it."""
        notice = get_object_or_404(AlertNotice.objects.visible_to(request.user), pk=kwargs["pk"])
        return Response({"seen": notices.mark_seen(request.user, notice)})

    @extend_schema(operation_id="alerts_notices_all_seen", request=None, responses=SeenSerializer)
    @action(detail=False, methods=["post"], url_path="seen")
    def all_seen(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say that you have seen all of them."""
        return Response({"seen": notices.mark_seen(request.user)})
