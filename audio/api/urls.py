from __future__ import annotations

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from audio.api.noise_models import NoiseModelViewSet
from audio.api.sessions import AudioViewSet
from audio.api.speech import SpeechView
from audio.api.streams import audio_file, audio_progress, transcript_as
from audio.services.transcript.exports import FORMATS

router = SimpleRouter()
router.register("audio", AudioViewSet, basename="audio")
router.register("noise-models", NoiseModelViewSet, basename="noise-model")

urlpatterns = [
    path("audio/<uuid:session_id>/file/", audio_file, name="audio-file"),
    path("audio/<uuid:session_id>/progress/", audio_progress, name="audio-progress"),
    path("speech/", SpeechView.as_view(), name="speech"),
    *(path(f"audio/<uuid:session_id>/transcript.{form}", transcript_as(form), name=f"audio-transcript-{form}") for form in FORMATS),
    path("", include(router.urls)),
]
