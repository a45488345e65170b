"""/api/tasks/: what the user's tasks are doing; stopping, repeating, pausing them, one or many; and asking for maintenance."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from tasks import registry
from tasks.api.serializers import (
    AppliedSerializer,
    BulkSerializer,
    SummarySerializer,
    TaskDetailSerializer,
    TaskRecordSerializer,
    TaskStatusSerializer,
    TriggeredSerializer,
)
from tasks.manager import manager
from tasks.models import Status, TaskRecord, Worker
from tasks.operations import bulk
from tasks.operations.actions import Action, act
from tasks.operations.filters import FilterError, TaskFilter
from tasks.operations.paging import TaskPages


class TaskViewSet(viewsets.ReadOnlyModelViewSet[TaskRecord]):
    queryset = TaskRecord.objects.none()
    filterset_class = TaskFilter
    pagination_class = TaskPages
    serializer_class = TaskRecordSerializer

    def get_queryset(self) -> QuerySet[TaskRecord]:
        if self.action == "list":
            return TaskRecord.objects.visible_to(self.request.user, read_first=True)
        return TaskRecord.objects.visible_to(self.request.user).prefetch_related("attempts", "lines")

    def get_serializer_class(self) -> type[BaseSerializer[TaskRecord]]:
        return TaskRecordSerializer if self.action == "list" else TaskDetailSerializer

    @extend_schema(responses=TaskStatusSerializer)
    def status(self, request: Request, pk: uuid.UUID) -> Response:
        """The state alone, small and quick."""
        return Response(TaskStatusSerializer(self.get_object()).data)

    @extend_schema(request=None, responses=TaskStatusSerializer)
    def cancel(self, request: Request, pk: uuid.UUID) -> Response:
        """Cancel at once what waits, ask what runs to stop."""
        return self._act(Action.CANCEL, pk)

    @extend_schema(request=None, responses=TaskStatusSerializer)
    def retry(self, request: Request, pk: uuid.UUID) -> Response:
        """Begin a failed or cancelled task again."""
        return self._act(Action.RETRY, pk)

    @extend_schema(request=None, responses=TaskStatusSerializer)
    def pause(self, request: Request, pk: uuid.UUID) -> Response:
        """Hold back what waits; what runs ends its attempt and is not started again."""
        return self._act(Action.PAUSE, pk)

    @extend_schema(request=None, responses=TaskStatusSerializer)
    def resume(self, request: Request, pk: uuid.UUID) -> Response:
        """End a pause; the task has kept its place in the line."""
        return self._act(Action.RESUME, pk)

    def _act(self, action: Action, pk: uuid.UUID) -> Response:
        return Response(TaskStatusSerializer(act(action, pk, self.request.user)).data)

    @extend_schema(request=BulkSerializer, responses={200: AppliedSerializer, 202: AppliedSerializer})
    def bulk(self, request: Request) -> Response:
        """One action on every task that fits the filter and that you may change.

        Up to 200 are done at once (200); more are done by a task (202), whose result counts them.
        """
        asked = BulkSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            applied = bulk.apply_to_matching(Action(asked.validated_data["action"]), asked.validated_data["filter"], request.user)
        except FilterError as error:
            raise ValidationError({"filter": [str(error)]}) from error
        return Response(AppliedSerializer(applied).data, status=202 if applied.task else 200)

    @extend_schema(responses=SummarySerializer)
    def summary(self, request: Request) -> Response:
        """How many of the user's tasks are in which state."""
        return Response(SummarySerializer(summary_of(TaskRecord.objects.visible_to(request.user, read_first=True))).data)


class TriggerViewSet(viewsets.ViewSet):
    """Work that staff may ask for now instead of waiting for its schedule; asked for twice it runs once."""

    @extend_schema(request=None, responses={202: TriggeredSerializer})
    def recalculate_ratings(self, request: Request) -> Response:
        """Calculate all ratings again."""
        return self._submit("analytics.calculate_all_ratings", _("This installation has no ratings to recalculate yet."))

    @extend_schema(request=None, responses={202: TriggeredSerializer})
    def sync_impressions(self, request: Request) -> Response:
        """Write the impressions that were counted since the last time into the database."""
        return self._submit("analytics.sync_impressions_from_redis", _("This installation has no impressions to synchronise yet."))

    @extend_schema(request=None, responses={202: TriggeredSerializer})
    def cleanup_sessions(self, request: Request) -> Response:
        """Remove expired sessions."""
        return self._submit("tasks.cleanup_expired_sessions", _("This installation has no sessions to clean up yet."))

    def _submit(self, name: str, absent: str) -> Response:
        if not self.request.user.is_staff:
            raise PermissionDenied
        if not registry.is_registered(name):
            raise NotFound(absent, "not_available")
        record = manager.submit(name, user=self.request.user, unique=True)
        return Response(TriggeredSerializer(record).data, status=202)


def summary_of(records: QuerySet[TaskRecord]) -> dict[str, Any]:
    counts = dict.fromkeys(Status.values, 0)
    counts.update(records.order_by().values_list("status").annotate(Count("pk")))
    oldest = records.filter(status__in=(Status.PENDING, Status.QUEUED)).aggregate(Min("created"))["created__min"]
    return {
        "counts": counts,
        "oldest_waiting_seconds": (timezone.now() - oldest).total_seconds() if oldest else None,
        "workers": {kind: Worker.objects.alive(kind).count() for kind in Worker.Kind.values},
    }
