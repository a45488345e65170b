"""/api/analytics/sessions/{audio id}/: the analysis of a recording."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.services.sessions import analysing
from analytics.services.sessions.contracts import definitions
from audio.models import AudioSession
from documents.api.errors import RefusedErrors


class ComparedRecordingSerializer(serializers.Serializer[Any]):
    """A figure beside those of the case's other recordings of the kind."""

    key = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    median = serializers.FloatField(allow_null=True, help_text="of the others")
    below = serializers.IntegerField(help_text="others with a lower value")
    above = serializers.IntegerField(help_text="others with a higher value")
    others = serializers.IntegerField(help_text="others of which it is known")


class SessionAnalysisSerializer(serializers.Serializer[Any]):
    """`figures` is null until the first analysis is made; `status` outdated: they are, and are being made again."""

    audio = serializers.UUIDField()
    status = serializers.ChoiceField(choices=[state.value for state in analysing.State])
    task_id = serializers.UUIDField(allow_null=True, help_text="of what makes it")
    error = serializers.CharField(allow_blank=True, help_text="why it could not be made")
    made = serializers.DateTimeField(allow_null=True)
    figures = serializers.DictField(allow_null=True, help_text="docs/AUDIO.md defines each; `units` has their units by key")
    units = serializers.DictField(child=serializers.CharField(allow_blank=True), help_text="s, dB, dBFS, share (0 to 1), × ...")
    compared = ComparedRecordingSerializer(many=True)


class SubmittedAnalysisSerializer(serializers.Serializer[Any]):
    task_id = serializers.UUIDField()


class SessionAnalysisView(RefusedErrors, APIView):
    def session(self, request: Request, session_id: UUID) -> AudioSession:
        seen = AudioSession.objects.visible_to(request.user).select_related("case", "duplicate_of", "noise_model")
        return get_object_or_404(seen, pk=session_id)

    @extend_schema(responses=SessionAnalysisSerializer)
    def get(self, request: Request, session_id: UUID) -> Response:
        """The figures of a recording. Where they are missing or outdated they are being made: `status` says so, and `task_id` by what."""
        found = analysing.look(self.session(request, session_id))
        broken = found.task is not None and found.state == analysing.State.BROKEN
        told = {
            "audio": session_id,
            "status": found.state,
            "task_id": found.task.pk if found.task is not None else None,
            "error": found.task.error if broken else found.heard.error if found.state == analysing.State.FAILED else "",
            "made": found.made,
            "figures": found.analysis.model_dump(mode="json") if found.analysis else None,
            "units": {key: unit for key, unit, _meaning in definitions() if unit},
            "compared": [one.model_dump() for one in found.compared()],
        }
        return Response(SessionAnalysisSerializer(told).data)

    @extend_schema(request=None, responses={202: SubmittedAnalysisSerializer})
    def post(self, request: Request, session_id: UUID) -> Response:
        """Have it made (editors); asked for twice, it is made once. 409 where the recording has not been processed."""
        record = analysing.ask(self.session(request, session_id), request.user)
        return Response({"task_id": record.pk}, status=status.HTTP_202_ACCEPTED)
