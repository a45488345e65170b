"""/api/tasks/: what the user's tasks are doing, and stopping or repeating them."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters
from django.db.models import Count, Min, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from tasks.manager import manager
from tasks.models import Status, TaskRecord, Worker
from tasks.serializers import SummarySerializer, TaskDetailSerializer, TaskRecordSerializer, TaskStatusSerializer


class TaskFilter(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=Status.choices)
    name = django_filters.CharFilter()
    case = django_filters.UUIDFilter(field_name="scope")
    topic = django_filters.CharFilter()
    batch = django_filters.UUIDFilter()
    created_after = django_filters.IsoDateTimeFilter(field_name="created", lookup_expr="gte")
    created_before = django_filters.IsoDateTimeFilter(field_name="created", lookup_expr="lt")

    class Meta:
        model = TaskRecord
        fields = ["status", "name", "case", "topic", "batch"]


class TaskViewSet(viewsets.ReadOnlyModelViewSet[TaskRecord]):
    queryset = TaskRecord.objects.none()
    filterset_class = TaskFilter
    serializer_class = TaskRecordSerializer

    def get_queryset(self) -> QuerySet[TaskRecord]:
        visible = TaskRecord.objects.visible_to(self.request.user)
        return visible if self.action == "list" else visible.prefetch_related("attempts")

    def get_serializer_class(self) -> type[BaseSerializer[TaskRecord]]:
        return TaskRecordSerializer if self.action == "list" else TaskDetailSerializer

    @extend_schema(responses=TaskStatusSerializer)
    def status(self, request: Request, pk: uuid.UUID) -> Response:
        """The state alone, small and quick."""
        return Response(TaskStatusSerializer(self.get_object()).data)

    @extend_schema(request=None, responses=TaskStatusSerializer)
    def cancel(self, request: Request, pk: uuid.UUID) -> Response:
        """Cancel at once what waits, ask what runs to stop."""
        return Response(TaskStatusSerializer(manager.cancel(pk, request.user)).data)

    @extend_schema(request=None, responses=TaskStatusSerializer)
    def retry(self, request: Request, pk: uuid.UUID) -> Response:
        """Begin a failed or cancelled task again."""
        return Response(TaskStatusSerializer(manager.retry(pk, request.user)).data)

    @extend_schema(responses=SummarySerializer)
    def summary(self, request: Request) -> Response:
        """How many of the user's tasks are in which state."""
        return Response(SummarySerializer(summary_of(TaskRecord.objects.visible_to(request.user))).data)


def summary_of(records: QuerySet[TaskRecord]) -> dict[str, Any]:
    counts = dict.fromkeys(Status.values, 0)
    counts.update(records.order_by().values_list("status").annotate(Count("pk")))
    oldest = records.filter(status__in=(Status.PENDING, Status.QUEUED)).aggregate(Min("created"))["created__min"]
    return {
        "counts": counts,
        "oldest_waiting_seconds": (timezone.now() - oldest).total_seconds() if oldest else None,
        "workers": {kind: Worker.objects.alive(kind).count() for kind in Worker.Kind.values},
    }
