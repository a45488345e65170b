"""A language model behind an OpenAI-compatible address, asked over httpx."""

from __future__ import annotations

import asyncio
import logging
import queue
import ssl
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from documents.services.chat.contracts import Check
from documents.services.chat.llm.errors import ModelError
from documents.services.chat.llm.wire import EVENTS, WHOLE, Ended, Reader

log = logging.getLogger(__name__)

Messages = Sequence[dict[str, str]]
ATTEMPTS = 3
FIRST_WAIT, MOST_WAIT = 0.5, 10.0
"""Seconds before the second attempt (twice as many before the third), and how many an endpoint may ask for."""
TICK = 0.25
"""Seconds after which it is asked whether to go on, also while nothing comes."""
CONNECT = 10.0
BUSY = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Endpoint:
    url: str
    model: str
    key: str = field(default="", repr=False)
    timeout: float = 120.0
    """Seconds for a whole answer, all attempts included."""
    max_tokens: int = 1024

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def address(self) -> str:
        """`http://host`, `http://host/v1` and `http://host/v1/chat/completions` all mean the last."""
        base = self.url.rstrip("/").removesuffix("/chat/completions")
        return f"{base}/chat/completions" if urlsplit(base).path else f"{base}/v1/chat/completions"


class LanguageModel:
    """Thread-safe. Connections live in an event loop of their own, so that any wait, also one for a server that hangs, can be ended."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        headers = {"Accept": f"{EVENTS}, {WHOLE}", "Accept-Encoding": "identity", "User-Agent": "LexIntel"}
        if endpoint.key:
            headers["Authorization"] = f"Bearer {endpoint.key}"
        patience = max(1.0, endpoint.timeout / 2)
        self._client = httpx.AsyncClient(
            headers=headers,
            timeout=httpx.Timeout(patience, connect=min(CONNECT, patience)),
            verify=ssl.create_default_context(),
            trust_env=False,
            follow_redirects=False,
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="language-model", daemon=True)
        self._thread.start()

    def stream(self, messages: Messages, check: Check) -> Generator[str | Ended]:
        """The words of the answer as they come, then how it ended.

        Raises ModelError, and what `check` raises, which is called before each piece and every TICK seconds; whichever way it ends, the
        endpoint is heard no more.
        """
        heard: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        asking = asyncio.run_coroutine_threadsafe(self._ask(messages, heard.put), self._loop)
        asking.add_done_callback(lambda _asked: heard.put(None))
        try:
            while (words := _next(heard, check)) is not None:
                yield words
            yield asking.result()
        except CancelledError as error:
            raise ModelError("closing") from error
        finally:
            asking.cancel()

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._leave(), self._loop).result(timeout=5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()

    async def _leave(self) -> None:
        running = asyncio.all_tasks() - {asyncio.current_task()}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._client.aclose()

    async def _ask(self, messages: Messages, tell: Callable[[str], None]) -> Ended:
        try:
            async with asyncio.timeout(self.endpoint.timeout):
                return await self._in_attempts(messages, tell)
        except TimeoutError as error:
            raise ModelError("slow") from error

    async def _in_attempts(self, messages: Messages, tell: Callable[[str], None]) -> Ended:
        plain = False
        for attempt in range(ATTEMPTS):
            try:
                return await self._once(self._payload(messages, plain), tell)
            except ModelError as error:
                log.info("The language model gave no answer at attempt %d: %s", attempt + 1, error)
                plain = plain or error.status in (400, 422)
                if not error.again or attempt + 1 == ATTEMPTS:
                    raise
                wait = FIRST_WAIT * 2**attempt if error.after is None else error.after
            await asyncio.sleep(min(wait, MOST_WAIT))
        raise AssertionError("unreachable")

    def _payload(self, messages: Messages, plain: bool) -> dict[str, Any]:
        """`plain`: for endpoints that refuse what they don't know."""
        asked = {"model": self.endpoint.model, "messages": list(messages), "stream": True}
        if plain:
            return asked | {"max_completion_tokens": self.endpoint.max_tokens}
        return asked | {"max_tokens": self.endpoint.max_tokens, "temperature": 0, "stream_options": {"include_usage": True}}

    async def _once(self, payload: dict[str, Any], tell: Callable[[str], None]) -> Ended:
        begun = False
        try:
            async with self._client.stream("POST", self.endpoint.address, json=payload) as response:
                _require_answer(response, "stream_options" in payload)
                reader = Reader(response.headers.get("Content-Type", ""), self.endpoint.max_tokens)
                async for data in response.aiter_raw():
                    for words in reader.feed(data):
                        tell(words)
                    begun = reader.begun
                    if reader.done:
                        break
                last, ended = reader.end()
                for words in last:
                    tell(words)
                return ended
        except httpx.TimeoutException as error:
            raise ModelError("slow") from error
        except (httpx.NetworkError, httpx.ProtocolError) as error:
            raise ModelError("broken" if begun else "away", again=not begun) from error
        except httpx.HTTPError as error:
            raise ModelError("away") from error


def _next(heard: queue.SimpleQueue[str | None], check: Check) -> str | None:
    while True:
        check()
        try:
            return heard.get(timeout=TICK)
        except queue.Empty:
            continue


def _require_answer(response: httpx.Response, simpler: bool) -> None:
    """Raises ModelError, from the status alone. `simpler`: one that refuses may be asked more simply."""
    status = response.status_code
    if status in BUSY:
        raise ModelError("busy", status=status, again=True, after=_seconds(response.headers.get("Retry-After", "")))
    if status >= 500:
        raise ModelError("failing", status=status, again=True, after=_seconds(response.headers.get("Retry-After", "")))
    if 300 <= status < 400:
        raise ModelError("redirected", status=status)
    if status in (401, 403):
        raise ModelError("key", status=status)
    if status != 200:
        again = simpler and status in (400, 422)
        raise ModelError("refused", status=status, again=again, after=0.0 if again else None)
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise ModelError("packed")


def _seconds(value: str) -> float | None:
    return float(value) if value.isascii() and value.isdecimal() and len(value) < 9 else None
