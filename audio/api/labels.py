"""What people say is heard in stretches of a recording."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from audio.api.serializers import LabelSerializer, NewLabelSerializer
from audio.models import AudioSession
from audio.services.hearing.listening_page import heard_of
from audio.services.noise import people


class LabelActions(GenericViewSet[AudioSession]):
    """Addresses below /api/audio/{id}/labels/."""

    @extend_schema(responses=LabelSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def labels(self, request: Request, **kwargs: Any) -> Response:
        """What people say is heard from when to when. The noise classifier can learn from it."""
        return Response(LabelSerializer(heard_of(self.get_object()).noise_labels.select_related("user"), many=True).data)

    @extend_schema(request=NewLabelSerializer, responses={201: LabelSerializer}, filters=False)
    @labels.mapping.post
    def add_label(self, request: Request, **kwargs: Any) -> Response:
        """Say what is heard in a stretch (editors)."""
        typed = NewLabelSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        made = people.label(heard_of(self.get_object()), request.user, **typed.validated_data)
        return Response(LabelSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None}, filters=False)
    @action(detail=True, methods=["delete"], url_path=r"labels/(?P<number>[0-9]{1,18})")
    def label(self, request: Request, number: str, **kwargs: Any) -> Response:
        """Take a label away (editors)."""
        people.drop(heard_of(self.get_object()), int(number), request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
