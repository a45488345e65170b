"""/api/batches/: many files or documents as one piece of work, watched, paused, resumed, cancelled, its failures tried again."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from tasks.batches import control
from tasks.batches.serializers import BatchChangeSerializer, BatchSerializer, NewBatchSerializer
from tasks.models import Batch, TopicState


class BatchFilter(django_filters.FilterSet):
    case = django_filters.UUIDFilter(field_name="scope")
    active = django_filters.BooleanFilter(field_name="finished_at", lookup_expr="isnull", label="not finished yet")

    class Meta:
        model = Batch
        fields = ["case", "kind", "active"]


class BatchViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Batch]):
    """Batches of your cases, newest first."""

    queryset = Batch.objects.none()
    filterset_class = BatchFilter
    serializer_class = BatchSerializer

    def get_queryset(self) -> QuerySet[Batch]:
        return described(Batch.objects.visible_to(self.request.user).select_related("user", "paused_by", "cancelled_by"))

    @extend_schema(request=NewBatchSerializer, responses={201: BatchSerializer})
    def create(self, request: Request) -> Response:
        """Begin a batch in a case (editors); uploads name it in their metadata."""
        typed = NewBatchSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        given = typed.validated_data
        made = control.create(given["kind"], given.get("title", ""), given["case"], request.user, given.get("expected"))
        return self._answer(made.pk, 201)

    @extend_schema(request=BatchChangeSerializer, responses=BatchSerializer)
    def partial_update(self, request: Request, pk: uuid.UUID) -> Response:
        """Give it another title, or say that fewer units will come than were announced."""
        typed = BatchChangeSerializer(data=request.data, partial=True)
        typed.is_valid(raise_exception=True)
        control.correct(pk, request.user, **typed.validated_data)
        return self._answer(pk)

    @extend_schema(request=None, responses=BatchSerializer)
    def pause(self, request: Request, pk: uuid.UUID) -> Response:
        """Hold what waits; what runs may finish."""
        return self._do(control.pause, request, pk)

    @extend_schema(request=None, responses=BatchSerializer)
    def resume(self, request: Request, pk: uuid.UUID) -> Response:
        """Let what was held go on."""
        return self._do(control.resume, request, pk)

    @extend_schema(request=None, responses=BatchSerializer)
    def cancel(self, request: Request, pk: uuid.UUID) -> Response:
        """Cancel everything of it that has not ended. Large batches take a moment: follow their topic."""
        return self._do(control.cancel, request, pk)

    @extend_schema(request=None, responses=BatchSerializer)
    def retry(self, request: Request, pk: uuid.UUID) -> Response:
        """Try every unit that failed again, at the stage that failed."""
        return self._do(control.retry_failed, request, pk)

    def _do(self, verb: Callable[[uuid.UUID, Any], Batch], request: Request, pk: uuid.UUID) -> Response:
        verb(pk, request.user)
        return self._answer(pk)

    def _answer(self, pk: uuid.UUID, status: int = 200) -> Response:
        return Response(BatchSerializer(self.get_queryset().get(pk=pk)).data, status=status)


def described(found: QuerySet[Batch]) -> QuerySet[Batch]:
    """Each batch with what the serializer says of it: `retryable`, and what its last event told, `told_left` seconds at `told_at`."""
    topic = Concat(Value("batch:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    state = TopicState.objects.filter(topic=topic)
    return control.with_retryable(found).annotate(
        told_left=Subquery(state.values("left")[:1]), told_at=Subquery(state.values("updated")[:1])
    )
