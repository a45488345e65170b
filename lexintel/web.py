"""The web process: daphne over our ASGI application, with the four things daphne's own command line does not do.

A request line or a header that is too long gets an answer instead of a dropped connection. Bodies over MAX_UPLOAD_MB are refused by
their announced length, before they travel; multipart is parsed by Django and not a second time by Twisted on the event loop; and a stop
closes WebSockets and streams properly. Run as `python -m lexintel.web`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lexintel.settings")

import daphne.server
from daphne.endpoints import build_endpoint_description_strings
from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.ws_protocol import WebSocketProtocol
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from twisted.internet import reactor
from twisted.web.http import HTTPChannel

clock: Any = reactor
MB = 1024 * 1024
MULTIPART_ENVELOPE = 1 * MB
# A browser that is still sending would lose an answer followed by a closed socket, so the rest is read and dropped for a while.
DISCARD_SECONDS = 10
SERVICE_RESTART = 1012


class Request(WebRequest):
    """A request whose body has a limit, and stays as it was sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.received = 0
        super().__init__(*args, **{**kwargs, "parsePOSTFormSubmission": False})

    def gotLength(self, length: int | None) -> None:
        """Twisted calls this when the headers are there; `length` is None for chunked bodies."""
        if length is not None and length > longest_body():
            self._refuse()
        elif length is None or length < 100_000:
            super().gotLength(length)
        else:
            self.content = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115  (Twisted closes it)

    def handleContentChunk(self, data: bytes) -> None:
        self.received += len(data)
        if self.received > longest_body():
            self._refuse()
        else:
            super().handleContentChunk(data)

    def _refuse(self) -> None:
        refuse(self.channel, "413 Content Too Large", f"This is larger than the limit of {settings.MAX_UPLOAD_MB} MB.", "too_large")


class Channel(HTTPChannel):
    """A connection that answers where Twisted would drop it or say nothing: a request line or headers that are too long."""

    def lineLengthExceeded(self, line: bytes) -> None:
        self._refuse_length()

    def _respondToBadRequestAndDisconnect(self) -> None:
        if self._receivedHeaderSize > self.totalHeadersSize or self._receivedHeaderCount > self.maxHeaders:
            self._refuse_length()
        else:
            super()._respondToBadRequestAndDisconnect()

    def _refuse_length(self) -> None:
        if getattr(self, "_HTTPChannel__first_line"):  # noqa: B009 (Twisted keeps it private; mypy does not know it)
            refuse(self, "414 URI Too Long", f"This address is longer than the limit of {self.totalHeadersSize} bytes.", "uri_too_long")
        else:
            refuse(self, "431 Request Header Fields Too Large", "The headers of this request are too long.", "headers_too_long")


def refuse(channel: Any, status: str, sentence: str, code: str) -> None:
    """Answer at once, in the API's form, and hear nothing more on this connection."""
    body = json.dumps({"detail": sentence, "code": code}).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    channel.dataReceived = _discard
    channel.setTimeout(None)
    channel.transport.write(head.encode() + body)
    clock.callLater(DISCARD_SECONDS, channel.transport.loseConnection)


def _discard(data: bytes) -> None:
    """Instead of a channel's dataReceived: the rest of a refused body."""


def longest_body() -> int:
    return int(settings.MAX_UPLOAD_MB) * MB + MULTIPART_ENVELOPE


class Factory(HTTPFactory):
    def buildProtocol(self, addr: Any) -> Any:
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = Request
        protocol._channel.__class__ = Channel  # Twisted makes the channel itself, and asks nobody of which class
        return protocol


class Server(daphne.server.Server):
    """daphne's server; on its way down it tells WebSockets to come back later."""

    def run(self) -> None:
        daphne.server.HTTPFactory = Factory
        super().run()

    def kill_all_applications(self) -> Any:
        for protocol, details in self.connections.items():
            details.setdefault("application_instance", _Done())
            if isinstance(protocol, WebSocketProtocol) and not details.get("disconnected"):
                protocol.sendCloseFrame(code=SERVICE_RESTART)
        return super().kill_all_applications()


class _Done:
    """Stands for the application of a connection that has none (any more)."""

    def done(self) -> bool:
        return True


def build(host: str, port: int) -> Server:
    """A server for our application; `run()` blocks until SIGTERM or SIGINT."""
    from lexintel.asgi import application

    behind_proxy = settings.TRUST_PROXY
    return Server(
        application=application,
        endpoints=build_endpoint_description_strings(host=host, port=port),
        server_name="",
        request_buffer_size=256 * 1024,
        application_close_timeout=3,
        ping_interval=20,
        ping_timeout=30,
        proxy_forwarded_address_header="X-Forwarded-For" if behind_proxy else None,
        proxy_forwarded_port_header="X-Forwarded-Port" if behind_proxy else None,
        proxy_forwarded_proto_header="X-Forwarded-Proto" if behind_proxy else None,
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m lexintel.web", description="Serve LexIntel's pages, API and live connections.")
    parser.add_argument("--host", help="address to listen on (LEXINTEL_HOST)")
    parser.add_argument("--port", type=int, help="port to listen on (LEXINTEL_PORT)")
    options = parser.parse_args()
    try:
        django.setup()
    except ImproperlyConfigured as error:
        print(error, file=sys.stderr)
        return os.EX_CONFIG
    from lexintel.frame.preloading import preload
    from tasks.workers import runtime

    server = build(options.host or settings.LEXINTEL_HOST, options.port or settings.LEXINTEL_PORT)
    preload()
    runtime.start_web(schedule=settings.TASK_SCHEDULES_IN_WEB)
    try:
        server.run()
    finally:
        runtime.stop(grace=settings.STOP_GRACE_SECONDS)
    return 0 if server.listening_addresses else 1


if __name__ == "__main__":
    sys.exit(main())
