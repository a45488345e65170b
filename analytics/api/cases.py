"""/api/analytics/cases/{id}/ and /api/analytics/dashboard/: the dashboards' numbers and charts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.services.charts.scales import known
from analytics.services.dashboards.case import dashboard_of
from analytics.services.dashboards.ranges import PRESETS, Range, RangeError
from analytics.services.dashboards.staff import dashboard_for
from cases.models import Case

RANGE = [
    OpenApiParameter("range", OpenApiTypes.INT, enum=PRESETS, description="so many days until today; 30 where nothing is asked for"),
    OpenApiParameter("from", OpenApiTypes.DATE, description="instead: the first day"),
    OpenApiParameter("to", OpenApiTypes.DATE, description="the last day; today where it is missing"),
]


class RangeSerializer(serializers.Serializer[Any]):
    first = serializers.DateField()
    last = serializers.DateField()
    by = serializers.ChoiceField(["day", "week", "month"], help_text="what one label of a chart over time is")


class NumberSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    url = serializers.CharField(help_text="the page that lists what is counted; empty where there is none")


class SeriesSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    values = serializers.SerializerMethodField()
    urls = serializers.ListField(
        child=serializers.CharField(), help_text="for each value the page that lists what it counts; or nothing at all"
    )

    def get_values(self, series: Any) -> list[float | None]:
        """One for each label; null: nothing to say."""
        return [next(iter(known([value])), None) for value in series.values]


class ChartSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField()
    labels = serializers.SerializerMethodField()
    series = SeriesSerializer(many=True)

    def get_labels(self, chart: Any) -> list[str]:
        return list(chart.names or chart.labels)


class DashboardSerializer(serializers.Serializer[Any]):
    range = RangeSerializer()
    numbers = NumberSerializer(many=True)
    charts = ChartSerializer(many=True)


def _asked(request: Request) -> Range:
    try:
        return Range.of(request.query_params)
    except RangeError as error:
        raise serializers.ValidationError({"range": [str(error)]}) from error


class CaseDashboardView(APIView):
    @extend_schema(parameters=RANGE, responses=DashboardSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """What came into a case, how it stands, what is cited, heard, due and done. For its members."""
        case = get_object_or_404(Case.objects.visible_to(request.user), pk=pk)
        return Response(DashboardSerializer(dashboard_of(case, request.user, _asked(request))).data)


class DashboardView(APIView):
    permission_classes = [IsAdminUser]

    @extend_schema(parameters=RANGE, responses=DashboardSerializer)
    def get(self, request: Request) -> Response:
        """Load, queues, failures, latency, search quality and storage of the installation. For staff."""
        return Response(DashboardSerializer(dashboard_for(request.user, _asked(request))).data)
