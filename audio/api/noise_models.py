"""/api/noise-models/: the versions of the noise classifier, for administrators."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response

from audio.jobs import NoiseTrainingJob
from audio.models import NoiseModel
from audio.services.noise import requests
from documents.api.errors import RefusedErrors


class NoiseModelSerializer(serializers.ModelSerializer[NoiseModel]):
    created_by = serializers.StringRelatedField[Any](read_only=True)

    class Meta:
        model = NoiseModel
        fields = [
            "id", "number", "active", "labels", "thresholds", "metrics", "sources", "schema", "sha256", "size", "fingerprint", "checked",
            "checked_at", "activated_at", "created", "created_by",
        ]  # fmt: skip
        read_only_fields = fields


class TrainingSerializer(serializers.Serializer[Any]):
    sources = serializers.MultipleChoiceField(
        choices=["generated", "people"], default={"generated", "people"}, allow_empty=False, help_text="computed sounds; people's labels"
    )
    activate = serializers.BooleanField(default=False, help_text="make it the active one when it is trained")


class StartedTaskSerializer(serializers.Serializer[Any]):
    task_id = serializers.UUIDField()


class NoiseModelViewSet(RefusedErrors, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[NoiseModel]):
    """Versions of the noise classifier, newest first (staff)."""

    serializer_class = NoiseModelSerializer
    permission_classes = [IsAdminUser]
    filter_backends: list[Any] = []
    queryset = NoiseModel.objects.none()

    def get_queryset(self) -> QuerySet[NoiseModel]:
        return NoiseModel.objects.select_related("created_by")

    @extend_schema(request=TrainingSerializer, responses={202: StartedTaskSerializer})
    @action(detail=False, methods=["post"])
    def train(self, request: Request, **kwargs: Any) -> Response:
        """Train a new version (staff). Its number and figures are the task's result."""
        typed = TrainingSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        job = NoiseTrainingJob(sources=sorted(typed.validated_data["sources"]), activate=typed.validated_data["activate"])
        return Response({"task_id": requests.train_later(request.user, job).pk}, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: StartedTaskSerializer})
    @action(detail=True, methods=["post"])
    def validate(self, request: Request, **kwargs: Any) -> Response:
        """Examine a version: its file, its figures on sounds it was not trained on, how far it differs from the active one (staff)."""
        return Response({"task_id": requests.validate_later(self.get_object(), request.user).pk}, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses=NoiseModelSerializer)
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, **kwargs: Any) -> Response:
        """Have this version tell the noises from now on (staff); recordings that were heard before stay as they are."""
        return Response(NoiseModelSerializer(requests.activate(self.get_object(), request.user)).data)
