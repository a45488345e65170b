"""/api/tasks/schedules/ and /api/tasks/health/: how the schedules stand, and the trend of the health check. For staff."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tasks.operations.health_history import SPANS, trend
from tasks.operations.outcomes import outcome_of
from tasks.scheduling.overview import Standing, standings


class RunSerializer(serializers.Serializer[Any]):
    """The task that a schedule submitted last."""

    id = serializers.UUIDField(source="record.pk")
    status = serializers.CharField(source="record.status")
    created = serializers.DateTimeField(source="record.created")
    finished = serializers.DateTimeField(source="record.finished_at", allow_null=True)
    seconds = serializers.FloatField(allow_null=True)
    error = serializers.CharField(source="record.error")
    outcome = serializers.SerializerMethodField(help_text="what it gave, in a sentence, where that is known")

    def get_outcome(self, standing: Standing) -> str:
        return outcome_of(standing.record) if standing.record else ""


class MissedSerializer(serializers.Serializer[Any]):
    due = serializers.DateTimeField(help_text="when it should have run")
    reason = serializers.CharField()


class ScheduleSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(source="row.name")
    task = serializers.CharField(source="row.task")
    description = serializers.CharField(source="row.description")
    enabled = serializers.BooleanField(source="row.enabled")
    when = serializers.CharField(help_text="in words, with its time zone")
    last_run = serializers.DateTimeField(allow_null=True)
    next_run = serializers.DateTimeField(allow_null=True, help_text="null where it is disabled or over")
    last_task = serializers.SerializerMethodField()
    missed = MissedSerializer(allow_null=True, help_text="a run that did not begin, and why")

    @extend_schema(responses=RunSerializer)
    def get_last_task(self, standing: Standing) -> dict[str, Any] | None:
        return RunSerializer(standing).data if standing.record else None


class DaySerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    checks = serializers.IntegerField()
    ok = serializers.IntegerField()


class PartTrendSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    checks = serializers.IntegerField()
    ok = serializers.IntegerField()
    share = serializers.FloatField(help_text="of the checks that found it well, 0 to 1")
    mean_ms = serializers.FloatField()
    max_ms = serializers.FloatField()
    days = DaySerializer(many=True)


class OutageSerializer(serializers.Serializer[Any]):
    part = serializers.CharField()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(help_text="the last check that found it so")
    checks = serializers.IntegerField()
    detail = serializers.CharField()


class SampleSerializer(serializers.Serializer[Any]):
    time = serializers.DateTimeField()
    ok = serializers.BooleanField()
    parts = serializers.JSONField(help_text="[{name, ok, ms, detail}]")


class TrendSerializer(serializers.Serializer[Any]):
    days = serializers.IntegerField(source="span")
    samples = serializers.IntegerField()
    latest = SampleSerializer(allow_null=True)
    parts = PartTrendSerializer(many=True)
    outages = OutageSerializer(many=True)


class SpanSerializer(serializers.Serializer[Any]):
    days = serializers.ChoiceField(choices=SPANS, default=30)


class SchedulesView(APIView):
    @extend_schema(responses=ScheduleSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Each schedule with its last run, its next one, and what it missed."""
        _for_staff(request)
        return Response(ScheduleSerializer(standings(), many=True).data)


class HealthView(APIView):
    @extend_schema(parameters=[SpanSerializer], responses=TrendSerializer)
    def get(self, request: Request) -> Response:
        """How often each part was found well in the last days, how long it took to answer, and when it was not well."""
        _for_staff(request)
        asked = SpanSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Response(TrendSerializer(trend(asked.validated_data["days"])).data)


def _for_staff(request: Request) -> None:
    if not request.user.is_staff:
        raise PermissionDenied
