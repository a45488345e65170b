from __future__ import annotations

from typing import Any

from django.urls import path

from tasks.progress.consumers import ProgressConsumer

websocket_urlpatterns: list[Any] = [path("ws/progress/", ProgressConsumer.as_asgi())]
