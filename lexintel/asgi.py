"""The one ASGI application: HTTP to Django, WebSockets to the consumers."""

from __future__ import annotations

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lexintel.settings")
django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import OriginValidator  # noqa: E402
from django.conf import settings  # noqa: E402

from audio import websocket_urls as dictation  # noqa: E402
from documents import websocket_urls as chat  # noqa: E402
from lexintel.accounts.authentication import authenticated  # noqa: E402
from tasks.progress import websocket_urls as progress  # noqa: E402


class BrowserOrigin(OriginValidator):
    """Pages of other sites may not open our sockets. Programs send no Origin (browsers always do) and bring a token."""

    def valid_origin(self, parsed_origin: Any) -> bool:
        return parsed_origin is None or super().valid_origin(parsed_origin)


sockets = URLRouter([*progress.websocket_urlpatterns, *dictation.websocket_urlpatterns, *chat.websocket_urlpatterns])
application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": BrowserOrigin(authenticated(sockets), settings.ALLOWED_HOSTS),
    }
)
