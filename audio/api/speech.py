"""/api/speech/: a text, or a page of a document, read aloud."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from audio.services import speaking
from documents.api.errors import RefusedErrors

MIME = "audio/ogg"


class SpeechSerializer(serializers.Serializer[Any]):
    """Either `text`, or `document` and `page` (and `part`, where the page is shown in parts)."""

    text = serializers.CharField(required=False, trim_whitespace=False, help_text="what to read")
    document = serializers.UUIDField(required=False)
    page = serializers.IntegerField(required=False, min_value=1, max_value=1_000_000)
    part = serializers.IntegerField(required=False, min_value=1, max_value=1_000_000)
    chunk = serializers.IntegerField(
        required=False, min_value=1, max_value=2**62, help_text="a passage of an older reading: of that, the page"
    )
    piece = serializers.IntegerField(default=0, min_value=0, max_value=1_000_000, help_text="texts are read in pieces of about a minute")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("text" in attrs) == ("document" in attrs) or ("document" in attrs) != ("page" in attrs):
            raise serializers.ValidationError(speaking.EITHER)
        return attrs


class SpeechThrottle(UserRateThrottle):
    """For each person and web process."""

    rate = "120/min"
    scope = "speech"


class AnswersAudio(DefaultContentNegotiation):
    """Whoever accepts sound is at the right address; errors are JSON."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class SpeechView(RefusedErrors, APIView):
    throttle_classes = [SpeechThrottle]
    content_negotiation_class = AnswersAudio

    @extend_schema(
        request=SpeechSerializer,
        responses={
            (200, MIME): OpenApiResponse(
                OpenApiTypes.BINARY, description="Opus in Ogg; the header X-Speech-Pieces says of how many pieces"
            ),
            **{status: OpenApiResponse(description=why) for status, why in speaking.FAILURES.items()},
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Read a text aloud, or a page of a document that you see."""
        typed = SpeechSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        asked = typed.validated_data
        if "document" in asked:
            text = speaking.text_of_page(request.user, asked["document"], asked["page"], asked.get("part"), asked.get("chunk"))
        else:
            text = asked["text"]
        spoken = speaking.speak(text, asked["piece"])
        return HttpResponse(spoken.speech, content_type=MIME, headers={"X-Speech-Pieces": str(spoken.pieces), "Cache-Control": "private"})
