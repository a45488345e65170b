"""/api/analytics/recent/ and /api/analytics/cases/{id}/most-viewed/."""

from __future__ import annotations

import uuid
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.services.impressions import habits, showing
from cases.models import Case


class ViewedSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="document, ruling, recording or answer")
    id = serializers.UUIDField(source="target")
    case = serializers.UUIDField(allow_null=True, help_text="null for the public library")
    case_title = serializers.CharField(source="shown.case_title")
    title = serializers.CharField(source="shown.title", help_text="of an answer: its question")
    url = serializers.CharField(source="shown.url")


class RecentViewSerializer(ViewedSerializer):
    last = serializers.DateTimeField()


class MostViewedSerializer(ViewedSerializer):
    views = serializers.IntegerField(help_text="by anybody")


class LimitSerializer(serializers.Serializer[dict[str, Any]]):
    limit = serializers.IntegerField(min_value=1, max_value=showing.MOST, default=20)


class MostViewedQuerySerializer(LimitSerializer):
    since = serializers.DateField(required=False, help_text="first UTC day; without it, ever")


class KeptViewsSerializer(serializers.Serializer[Any]):
    keep = serializers.BooleanField(help_text="false forgets what was noted, and notes nothing from now on")


class RecentView(APIView):
    @extend_schema(operation_id="analytics_recent", parameters=[LimitSerializer], responses=RecentViewSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What you looked at last, of what you may still see; shown to nobody else. A view appears within about a minute."""
        asked = LimitSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Response(RecentViewSerializer(showing.recent(request.user, asked.validated_data["limit"]), many=True).data)

    @extend_schema(operation_id="analytics_recent_forget", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Forget all of it."""
        habits.forget_all(request.user)
        return Response(status=204)


class RecentSettingsView(APIView):
    @extend_schema(operation_id="analytics_recent_settings", responses=KeptViewsSerializer)
    def get(self, request: Request) -> Response:
        """Whether what you look at is noted for you."""
        return Response({"keep": habits.is_kept(request.user)})

    @extend_schema(operation_id="analytics_recent_keep", request=KeptViewsSerializer, responses=KeptViewsSerializer)
    def post(self, request: Request) -> Response:
        """Turn it on, or off, which forgets what there is."""
        typed = KeptViewsSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        habits.keep(request.user, typed.validated_data["keep"])
        return self.get(request)


class MostViewedView(APIView):
    @extend_schema(operation_id="analytics_most_viewed", parameters=[MostViewedQuerySerializer], responses=MostViewedSerializer(many=True))
    def get(self, request: Request, case_id: uuid.UUID) -> Response:
        """What members of a case opened most; who did is told to nobody."""
        case = get_object_or_404(Case.objects.visible_to(request.user), pk=case_id)
        asked = MostViewedQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = showing.most_viewed(case, request.user, asked.validated_data.get("since"), asked.validated_data["limit"])
        return Response(MostViewedSerializer(found, many=True).data)
