"""The service "transcriber": asks the process that holds the speech model, and starts it where nobody has."""

from __future__ import annotations

import base64
import fcntl
import json
import logging
import os
import select
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from audio.services.transcription.weights import NoSpeechModel, speech_model
from audio.services.transcription.words import Clip, Heard, Word
from documents.services.sandbox import wire
from documents.services.sandbox.process import spawn
from tasks import service_registry

log = logging.getLogger(__name__)
NAME = "transcriber"
MODULE = "audio.services.transcription.server"
CHECK_EVERY = 0.25
LOADING_S = 600.0
"""A model that is fetched by its name may take long; the embedded one takes half a second."""
SILENT_S = 60.0
ATTEMPTS = 3
_PIECE = 1 << 20
Check = Callable[[], None]


class TranscriberFailed(Exception):
    """The transcriber could not do what was asked; `reason` is for administrators."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Gone(Exception):
    """The process ended, or was about to; another is started."""


class _Hung(_Gone):
    """It lives and says nothing."""


@dataclass(frozen=True)
class Language:
    code: str
    probability: float


class Transcriber:
    """The way to the one process of this machine. Used by any number of threads."""

    def __init__(self) -> None:
        self._folder = Path(settings.VAR) / "transcriber"
        self._socket = self._folder / f"{socket.gethostname()}.sock"
        self._started: subprocess.Popen[bytes] | None = None

    def transcribe(
        self,
        pcm: Path | bytes,
        clips: Sequence[Clip],
        *,
        check: Check,
        on_heard: Callable[[Heard], None],
        language: str = "",
        hotwords: str = "",
        again: bool = False,
        hurry: bool = False,
    ) -> Language:
        """The words of each clip to `on_heard`, in their order; gives the language, found out where it is not given.

        `pcm` is 16 kHz mono PCM: a file with the whole recording, or the bytes of all of it. `check` is called several times a second and
        may raise, which cancels. Raises NoSpeechModel, TranscriberFailed.
        """
        for attempt in range(1, ATTEMPTS + 1):
            told = 0

            def once(heard: Heard) -> None:
                nonlocal told
                told += 1
                on_heard(heard)

            try:
                return self._ask(_request(pcm, clips, language, hotwords, again, hurry), check, once)
            except _Gone as end:
                if isinstance(end, _Hung):
                    self.close()
                if attempt == ATTEMPTS:
                    raise TranscriberFailed(str(end)) from end
                log.warning("The transcriber has ended (%s); it is started anew", end)
                clips = clips[told:]
        raise AssertionError("the last attempt returns or raises")

    def _ask(self, request: dict[str, Any], check: Check, on_heard: Callable[[Heard], None]) -> Language:
        with self._connected(check) as connection:
            _send(connection, request)
            for answer in _answers(connection, check):
                if "heard" in answer:
                    clip, words = answer["heard"]
                    on_heard(Heard(Clip(*clip), [Word(*word) for word in words]))
                elif "failed" in answer:
                    raise TranscriberFailed(answer["failed"])
                elif "done" in answer:
                    return Language(answer["done"]["language"], answer["done"]["probability"])
        raise _Gone("no answer")

    @contextmanager
    def _connected(self, check: Check) -> Iterator[socket.socket]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = self._connect()
        if connection is None:
            with self._starting(check):
                connection = self._connect()
                if connection is None:
                    self._start(check)
                    connection = self._connect()
        if connection is None:
            raise _Gone("it does not listen")
        with connection:
            yield connection

    def _connect(self) -> socket.socket | None:
        connection = socket.socket(socket.AF_UNIX)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            connection.connect(f"/proc/self/fd/{folder}/{self._socket.name}")  # the address of a socket is short
        except (FileNotFoundError, ConnectionError):
            connection.close()
            return None
        finally:
            os.close(folder)
        return connection

    @contextmanager
    def _starting(self, check: Check) -> Iterator[None]:
        """Only one of all processes and threads starts it."""
        with (self._folder / f"{self._socket.name}.lock").open("w") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    check()
                    time.sleep(CHECK_EVERY)
            yield

    def _start(self, check: Check) -> None:
        self.close()
        model = speech_model()
        told = {"socket": str(self._socket), "source": model.source, "cache": model.cache, "idle_s": settings.TRANSCRIBER_IDLE_SECONDS}
        self._started = spawn(MODULE, str(os.getpid()), json.dumps(told))
        try:
            said = _first_line(self._started, check)
        except BaseException:
            self.close()
            raise
        if "failed" in said:
            self.close()
            raise NoSpeechModel(_("The speech model cannot be loaded: %(reason)s") % {"reason": said["failed"]})
        log.info("The transcriber has been started with %s", model.name)

    def close(self) -> None:
        """End the process, if it is ours."""
        started, self._started = self._started, None
        if started is None:
            return
        started.kill()
        for pipe in (started.stdin, started.stdout):
            if pipe is not None:
                pipe.close()
        started.wait()


def transcriber() -> Transcriber:
    """This process's way to it, out of the service registry."""
    service: Transcriber = service_registry.get(NAME)
    return service


def register() -> None:
    service_registry.register(NAME, Transcriber, Transcriber.close, at_start=False)


def _request(pcm: Path | bytes, clips: Sequence[Clip], language: str, hotwords: str, again: bool, hurry: bool) -> dict[str, Any]:
    asked: dict[str, Any] = {"clips": list(clips), "language": language, "hotwords": hotwords, "again": again, "hurry": hurry}
    if isinstance(pcm, bytes):
        return {**asked, "pcm16": base64.b64encode(pcm).decode()}
    return {**asked, "pcm": str(pcm)}


def _send(connection: socket.socket, request: dict[str, Any]) -> None:
    try:
        connection.sendall(wire.pack(request))
    except ConnectionError as error:
        raise _Gone(str(error)) from error


def _answers(connection: socket.socket, check: Check) -> Iterator[wire.Message]:
    inbox, heard = wire.Inbox(), time.monotonic()
    while True:
        check()
        if not select.select([connection], [], [], CHECK_EVERY)[0]:
            if time.monotonic() - heard > SILENT_S:
                raise _Hung("it is silent")
            continue
        try:
            piece = connection.recv(_PIECE)
        except ConnectionError as error:
            raise _Gone(str(error)) from error
        if not piece:
            raise _Gone("the connection was closed")
        heard = time.monotonic()
        yield from inbox.feed(piece)


def _first_line(process: subprocess.Popen[bytes], check: Check) -> dict[str, Any]:
    """What it says when it is ready, or cannot be."""
    assert process.stdout is not None  # noqa: S101 - opened as a pipe
    deadline, said = time.monotonic() + LOADING_S, b""
    while not said.endswith(b"\n"):
        check()
        if time.monotonic() > deadline:
            raise TranscriberFailed("the model was not loaded in time")
        if not select.select([process.stdout], [], [], CHECK_EVERY)[0]:
            continue
        piece = os.read(process.stdout.fileno(), _PIECE)
        if not piece:
            raise TranscriberFailed(f"it ended with {process.wait()} while it loaded the model")
        said += piece
    answer: dict[str, Any] = json.loads(said)
    return answer
