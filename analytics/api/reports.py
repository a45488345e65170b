"""/api/analytics/reports/: what happened on a day, of the installation for staff and of a case for its members; who gets it by e-mail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.models import DailyReport, ReportSubscription
from analytics.services.figures import Unit
from analytics.services.reports import days, making, showing, subscribing
from cases.models import Case, Role
from documents.api.errors import RefusedErrors

CASE = OpenApiParameter("case", OpenApiTypes.UUID, description="without it: the installation, for staff")
DATE = OpenApiParameter("date", OpenApiTypes.DATE, description="a UTC day; without it the list of reports")


class PartSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.FloatField(allow_null=True)


class FigureSerializer(serializers.Serializer[Any]):
    """`before`: the day before; `week_before`: the same weekday; null where nothing is known."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.ChoiceField(choices=[unit.value for unit in Unit])
    definition = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    before = serializers.FloatField(allow_null=True)
    week_before = serializers.FloatField(allow_null=True)
    parts = PartSerializer(many=True)


class DailyReportSerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    case = serializers.UUIDField(allow_null=True)
    made = serializers.DateTimeField()
    figures = FigureSerializer(many=True)


class ListedReportSerializer(serializers.Serializer[Any]):
    date = serializers.DateField(source="day")
    case = serializers.UUIDField(source="case_id", allow_null=True)
    made = serializers.DateTimeField()


class ReportPageSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ListedReportSerializer(many=True)


class ReportOrderSerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    case = serializers.UUIDField(required=False, allow_null=True, help_text="without it the installation and all cases, by staff")


class ReportTaskSerializer(serializers.Serializer[Any]):
    task_id = serializers.UUIDField()


class CaseOfSubscriptionSerializer(serializers.Serializer[Any]):
    case = serializers.UUIDField(required=False, allow_null=True, help_text="without it: the installation, by staff")


class SubscriptionSerializer(serializers.ModelSerializer[ReportSubscription]):
    class Meta:
        model = ReportSubscription
        fields = ["case", "created"]
        read_only_fields = fields


class AskedSerializer(serializers.Serializer[Any]):
    date = serializers.DateField(required=False)
    case = serializers.UUIDField(required=False)


EITHER = PolymorphicProxySerializer(
    component_name="ReportOrList", serializers=[DailyReportSerializer, ReportPageSerializer], resource_type_field_name=None, many=False
)


class ReportsViewSet(RefusedErrors, viewsets.GenericViewSet[DailyReport]):
    queryset = DailyReport.objects.none()
    serializer_class = ListedReportSerializer
    filter_backends: list[Any] = []

    @extend_schema(parameters=[DATE, CASE], responses=EITHER, operation_id="analytics_reports_retrieve")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The report of a day, or without one the list of what you may see, newest first."""
        asked = AskedSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        case = self._case(asked.validated_data.get("case"))
        seen = DailyReport.objects.visible_to(request.user)
        if "date" not in asked.validated_data:
            listed = seen if case is None else seen.filter(case=case)
            page = self.paginate_queryset(listed.defer("figures").order_by("-day", "case", "pk"))
            return self.get_paginated_response(ListedReportSerializer(page or [], many=True).data)
        if case is None:
            self._staff_only()
        day = asked.validated_data["date"]
        days.check(day, case)
        report = seen.filter(day=day, case=case).first()
        if report is None:
            raise NotFound(_("There is no report of %(day)s.") % {"day": day.isoformat()})
        return Response(DailyReportSerializer(showing.as_data(report)).data)

    @extend_schema(request=ReportOrderSerializer, responses={202: ReportTaskSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Have the report of a past day made (again): of the installation and all cases by staff, of a case by its editors."""
        asked = ReportOrderSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        case = self._case(asked.validated_data.get("case"))
        if case is None:
            self._staff_only()
        else:
            case.require(request.user, Role.EDITOR)
        record = making.submit(asked.validated_data["date"], case, request.user)
        return Response({"task_id": record.pk}, status=202)

    def _case(self, pk: UUID | None) -> Case | None:
        return None if pk is None else get_object_or_404(Case.objects.visible_to(self.request.user), pk=pk)

    def _staff_only(self) -> None:
        if not self.request.user.is_staff:
            raise PermissionDenied(_("The report of the whole installation is for staff."))


class ReportSubscriptionsViewSet(RefusedErrors, viewsets.GenericViewSet[ReportSubscription]):
    queryset = ReportSubscription.objects.none()
    serializer_class = SubscriptionSerializer
    filter_backends: list[Any] = []

    @extend_schema(responses=SubscriptionSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Which reports you get by e-mail; `case` is null for the installation's."""
        page = self.paginate_queryset(ReportSubscription.objects.visible_to(request.user))
        return self.get_paginated_response(SubscriptionSerializer(page or [], many=True).data)

    @extend_schema(request=CaseOfSubscriptionSerializer, responses={201: SubscriptionSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Get a report by e-mail each day. Asked again it stays as it is."""
        asked = CaseOfSubscriptionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        case = self._case(asked.validated_data.get("case"))
        subscription, _is_new = subscribing.subscribe(request.user, case)
        return Response(SubscriptionSerializer(subscription).data, status=201)

    @extend_schema(parameters=[CASE], responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Get it no more."""
        asked = AskedSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        subscribing.unsubscribe(request.user, self._case(asked.validated_data.get("case")))
        return Response(status=204)

    def _case(self, pk: UUID | None) -> Case | None:
        if pk is None:
            return None
        case = Case.objects.visible_to(self.request.user).filter(pk=pk).first()
        if case is None:
            raise Http404
        return case
