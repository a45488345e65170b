from __future__ import annotations

from typing import Any

from django.urls import path

from documents.consumers import ChatConsumer

websocket_urlpatterns: list[Any] = [path("ws/chat/<uuid:conversation>/", ChatConsumer.as_asgi())]
