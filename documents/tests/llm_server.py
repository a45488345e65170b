"""A language model's endpoint: a small real HTTP server that does what a test tells it to, good and bad."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Reply(BaseHTTPRequestHandler):
    """One answer, as a behaviour makes it."""

    protocol_version = "HTTP/1.1"
    server: Model

    def do_POST(self) -> None:
        payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.path, dict(self.headers), payload))
        number = len(self.server.seen) - 1
        behaviour = self.server.script[min(number, len(self.server.script) - 1)]
        try:
            behaviour(self)
        except (BrokenPipeError, ConnectionResetError):
            self.server.left += 1
        self.close_connection = True

    def head(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> Reply:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        return self

    def send(self, data: bytes | str) -> Reply:
        self.wfile.write(data.encode() if isinstance(data, str) else data)
        self.wfile.flush()
        return self

    def say(self, *words: str, **delta: Any) -> Reply:
        for word in words:
            self.send(event({"choices": [{"index": 0, "delta": {"content": word, **delta}}]}))
        return self

    def done(self, reason: str = "stop", usage: tuple[int, int] | None = (1000, 50)) -> Reply:
        self.send(event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}))
        if usage:
            self.send(event({"choices": [], "usage": {"prompt_tokens": usage[0], "completion_tokens": usage[1]}}))
        return self.send("data: [DONE]\n\n")

    def wait(self, seconds: float = 20.0) -> None:
        """Until the other side has hung up, at most so long."""
        self.connection.settimeout(seconds)
        try:
            self.server.left += self.connection.recv(1) == b""
        except OSError:
            self.server.left += 1

    def log_message(self, *args: Any) -> None:
        """Quiet."""


Behaviour = Callable[[Reply], Any]


class Model(ThreadingHTTPServer):
    """`script` is what each request meets, the last of it for ever; `seen` what was asked, `left` how often nobody was there any more."""

    daemon_threads = True
    request_queue_size = 20

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Reply)
        self.script: list[Behaviour] = [says("Nothing.")]
        self.seen: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.left = 0
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


def event(content: Any) -> str:
    return f"data: {json.dumps(content)}\n\n"


def says(text: str, *, reason: str = "stop", usage: tuple[int, int] | None = (1000, 50)) -> Behaviour:
    """A good answer, a few letters at a time."""
    pieces = [text[at : at + 7] for at in range(0, len(text), 7)]
    return lambda reply: reply.head().say(*pieces).done(reason, usage)


def refuses(status: int, body: str = '{"error": "no"}', **headers: str) -> Behaviour:
    return lambda reply: reply.head(status, "application/json", **headers).send(body)


def hangs_before_headers(reply: Reply) -> None:
    reply.wait()


def hangs_in_the_middle(reply: Reply) -> None:
    reply.head().say("The lease ends ", "on 3 May 2024. [1]\nThe r").wait()


def breaks_in_the_middle(reply: Reply) -> None:
    reply.head(Transfer_Encoding="chunked")
    for words in ("The lease of the crane ends on 3 May 2024. [1]\n", "Rent is "):
        data = event({"choices": [{"delta": {"content": words}}]})
        reply.send(f"{len(data):x}\r\n{data}\r\n")


def streams_rubbish(reply: Reply) -> None:
    reply.head()
    for number in range(200):
        reply.send(bytes([number % 256, 255, 0, 128]) * 20 + b"\ndata: {not json\n\n")


def sends_an_odd_line(reply: Reply) -> None:
    """A good answer with things in it that mean nothing."""
    reply.head().send(": keep-alive\n\nevent: ping\ndata: {}\n\n").say("The lease of the crane").send("data: {broken\n\n")
    reply.send(event({"choices": [{"delta": {"tool_calls": [{"function": {"name": "send_mail"}}], "content": None}}]}))
    reply.send(event({"choices": "none"})).send(event([1, 2])).say(" ends on 3 May 2024. [1]").done()


def sends_ten_megabytes(reply: Reply) -> None:
    reply.head()
    for _ in range(10_000):
        reply.say("word " * 200)


def sends_one_endless_line(reply: Reply) -> None:
    reply.head().send('data: {"choices": [{"delta": {"content": "')
    for _ in range(10_000):
        reply.send("x" * 1000)


def sends_a_gzip_bomb(reply: Reply) -> None:
    reply.head(Content_Encoding="gzip").send(gzip.compress(b"\0" * 50_000_000, 1))


def drips(reply: Reply) -> None:
    """A letter now and then, for ever."""
    reply.head()
    for letter in "The lease of the crane ends. [1]\n" + "a" * 1000:
        reply.say(letter)
        time.sleep(0.05)
