"""Many WebSockets in one process, with autobahn (which serves them in daphne, too): connect, send, and take what comes in order."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol

START_SECONDS = 60


class Socket(WebSocketClientProtocol):  # type: ignore[misc]
    """Messages wait in `came`, as JSON values; None when the connection is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.came: asyncio.Queue[Any] = asyncio.Queue()
        self.is_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def onOpen(self) -> None:
        self.is_up.set_result(None)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        self.came.put_nowait(json.loads(payload))

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        if not self.is_up.done():
            self.is_up.set_exception(ConnectionRefusedError(reason or "The WebSocket was refused."))
        self.came.put_nowait(None)

    def say(self, message: dict[str, Any]) -> None:
        self.sendMessage(json.dumps(message).encode())

    async def hear(self, seconds: float = 60) -> Any:
        message = await asyncio.wait_for(self.came.get(), seconds)
        if message is None:
            raise ConnectionError("The WebSocket was closed.")
        return message


async def connect(port: int, path: str, headers: dict[str, str]) -> Socket:
    """An open socket; waits for a server that is starting."""
    factory = WebSocketClientFactory(f"ws://127.0.0.1:{port}{path}", headers=headers)
    factory.protocol = Socket
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            _transport, socket = await asyncio.get_running_loop().create_connection(factory, "127.0.0.1", port)
            await asyncio.wait_for(socket.is_up, START_SECONDS)
        except OSError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)
        else:
            return socket  # type: ignore[no-any-return]
