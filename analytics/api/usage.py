"""/api/analytics/usage/: requests by route and by time, for staff of the installation and for owners of their case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.services.usage import reading
from analytics.services.usage.asked import Asked, Given, WrongStretch, moment, stretch
from analytics.services.usage.reading import By
from cases.models import Case, Role


@extend_schema_field(OpenApiTypes.STR)
class MomentField(serializers.CharField):
    def to_internal_value(self, data: Any) -> Given:  # type: ignore[override]
        try:
            return moment(super().to_internal_value(data))
        except ValueError as error:
            raise serializers.ValidationError(_("This must be a day like 2026-03-02, or a time like 2026-03-02T14:00Z.")) from error


class UsageQuery(serializers.Serializer[Any]):
    """What is asked. `validated_data["asked"]` is the whole of it; whether the case may be seen is for the view to ask."""

    to = MomentField(required=False, help_text="a day (which is included) or a time; without it now")
    by = serializers.ChoiceField([By.HOUR.value, By.DAY.value], required=False, help_text="without it by hour up to two days, else by day")
    route = serializers.CharField(required=False, allow_blank=True, max_length=200, help_text="this one alone, as it stands in the answer")
    case = serializers.UUIDField(required=False, help_text="of this case alone: for its owners")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`from` is a word of Python."""
        help_text = "a day or a time, UTC where it names no zone; without it six days before the last one"
        return {"from": MomentField(required=False, help_text=help_text), **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        by = By(attrs["by"]) if "by" in attrs else None
        try:
            asked = stretch(attrs.get("from"), attrs.get("to"), by, attrs.get("case"), attrs.get("route"))
        except WrongStretch as wrong:
            raise serializers.ValidationError({wrong.field: [wrong.message]}) from wrong
        return {"asked": asked}

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> Asked:
        """What an address asks; empty words are none. Raises serializers.ValidationError."""
        query = cls(data={name: value for name, value in words.items() if value or name == "route"})
        query.is_valid(raise_exception=True)
        asked: Asked = query.validated_data["asked"]
        return asked


class NumbersSerializer(serializers.Serializer[reading.Numbers]):
    """Durations are milliseconds: `mean` exact, the percentiles interpolated in a histogram; null where there was no request."""

    requests = serializers.IntegerField()
    client_errors = serializers.IntegerField(help_text="4xx")
    server_errors = serializers.IntegerField(help_text="5xx")
    error_rate = serializers.FloatField(allow_null=True, help_text="5xx, as a share of the requests")
    mean = serializers.FloatField(allow_null=True)
    p50 = serializers.FloatField(allow_null=True)
    p95 = serializers.FloatField(allow_null=True)
    p99 = serializers.FloatField(allow_null=True)
    size = serializers.IntegerField(help_text="bytes of the answers")


class RouteUsageSerializer(serializers.Serializer[reading.RouteUsage]):
    method = serializers.CharField()
    route = serializers.CharField(help_text="the pattern of the address; empty where nothing stands there")
    numbers = NumbersSerializer()


class MomentSerializer(serializers.Serializer[reading.Moment]):
    time = serializers.DateTimeField(help_text="its beginning")
    numbers = NumbersSerializer()


class UsageSerializer(serializers.Serializer[Any]):
    until = serializers.DateTimeField(help_text="the end of the stretch that is told, a full hour")
    since = serializers.DateTimeField()
    by = serializers.ChoiceField([By.HOUR.value, By.DAY.value])
    case = serializers.UUIDField(allow_null=True)
    route = serializers.CharField(allow_null=True)
    numbers = NumbersSerializer()
    routes = RouteUsageSerializer(many=True)
    times = MomentSerializer(many=True)
    dropped = serializers.IntegerField(allow_null=True, help_text="requests that could not be recorded, ever; null where a case is told of")


def require_right(user: Any, asked: Asked) -> None:
    """Owners for their case, staff for the installation; raises Http404 or PermissionDenied."""
    if asked.case is not None:
        get_object_or_404(Case.objects.visible_to(user), pk=asked.case).require(user, Role.OWNER)
    elif not user.is_staff:
        raise PermissionDenied(_("The usage of the installation is told to staff, that of a case to its owners."))


@extend_schema(
    parameters=[UsageQuery],
    responses=UsageSerializer,
    description="Requests, errors and durations by route and by time; of the installation for staff, with `case` for its owners.",
)
@api_view(["GET"])
def usage(request: Request) -> Response:
    asked = UsageQuery.read(request.query_params.dict())
    require_right(request.user, asked)
    routes = reading.by_route(asked, asked.route)
    answer = {
        "since": asked.since,
        "until": asked.until,
        "by": asked.by.value,
        "case": asked.case,
        "route": asked.route,
        "numbers": reading.total(routes),
        "routes": routes,
        "times": reading.over_time(asked, asked.by, asked.route),
        "dropped": reading.dropped() if asked.case is None else None,
    }
    return Response(UsageSerializer(answer).data)
