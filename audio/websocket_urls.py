from __future__ import annotations

from typing import Any

from django.urls import path

from audio.consumers import DictationConsumer

websocket_urlpatterns: list[Any] = [path("ws/dictation/<uuid:session>/", DictationConsumer.as_asgi())]
