"""The way to a process that holds something large (`holder`): asks it, and starts it where nobody has."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import select
import socket
import subprocess
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from documents.services.sandbox import wire
from documents.services.sandbox.confinement.needs import Needs
from documents.services.sandbox.pool import tell_once
from documents.services.sandbox.process import spawn
from documents.services.sandbox.wire import GREETING

log = logging.getLogger(__name__)
MODULE = "documents.services.sandbox.holder"
CHECK_EVERY = 0.25
LOADING_S = 600.0
"""A model that is fetched by its name may take long; those that come with LexIntel take a second."""
SILENT_S = 60.0
_PIECE = 1 << 20
Check = Callable[[], None]


class Gone(Exception):
    """The process ended, or was about to; another is started by who asks again."""


class Hung(Gone):
    """It lives and says nothing, or works on one thing for too long."""


class CannotLoad(Exception):
    """What it should hold cannot be loaded; says why."""


class Held:
    """The way to the one process of this machine that holds what `load` ("package.module:function") gives. Used by any number of threads.

    `folder` is where its socket lies; `settings()` is what it is started with (as `holder` says), and `needs` of that what it must see of
    the machine.
    """

    def __init__(
        self,
        load: str,
        folder: Path,
        idle_s: float,
        settings: Callable[[], dict[str, Any]],
        needs: Callable[[dict[str, Any]], Needs],
        memory_bytes: int | None = None,
    ) -> None:
        self._load = load
        self._folder = folder
        self._always = {"idle_s": idle_s, "memory_bytes": memory_bytes}
        self._settings = settings
        self._needs = needs
        self._socket = folder / f"{socket.gethostname()}.sock"
        self._started: subprocess.Popen[bytes] | None = None

    def ask(
        self, request: wire.Message, check: Check, within_s: float | None = None, files: Mapping[str, Path] | None = None
    ) -> Generator[wire.Message]:
        """Its answers to one request, to which `files` are opened: it sees none by itself. `check` is called several times a second and
        may raise, which cancels; closing the generator does, too. Raises Gone (Hung after `within_s` seconds, and when it gives no sign of
        life), CannotLoad."""
        with self._connected(check) as connection:
            _send(connection, request, files or {})
            yield from _answers(connection, check, within_s)
        raise Gone("no answer")

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
            raise Gone("it does not listen")
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
        tell_once()
        told = {**self._settings(), **self._always, "socket": str(self._socket)}
        told["bounds"] = asdict(self._needs(told).bounds(writes=(str(self._folder),)))
        self._started = spawn(MODULE, str(os.getpid()), json.dumps(told), self._load)
        try:
            said = _first_line(self._started, check)
        except BaseException:
            self.close()
            raise
        if "failed" in said:
            self.close()
            raise CannotLoad(said["failed"])
        log.info("%s has been started", self._load)

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


def _send(connection: socket.socket, request: wire.Message, files: Mapping[str, Path]) -> None:
    """The descriptors of the files go first, with a byte that says so."""
    try:
        with ExitStack() as opened:
            descriptors = [opened.enter_context(path.open("rb")).fileno() for path in files.values()]
            socket.send_fds(connection, [GREETING], descriptors)
        connection.sendall(wire.pack({**request, "files": list(files)}))
    except ConnectionError as error:
        raise Gone(str(error)) from error


def _answers(connection: socket.socket, check: Check, within_s: float | None) -> Iterator[wire.Message]:
    inbox, began = wire.Inbox(), time.monotonic()
    heard = began
    while True:
        check()
        now = time.monotonic()
        if within_s is not None and now - began > within_s:
            raise Hung("it took too long")
        if not select.select([connection], [], [], CHECK_EVERY)[0]:
            if now - heard > SILENT_S:
                raise Hung("it is silent")
            continue
        try:
            piece = connection.recv(_PIECE)
        except ConnectionError as error:
            raise Gone(str(error)) from error
        if not piece:
            return
        heard = time.monotonic()
        yield from inbox.feed(piece)


def _first_line(process: subprocess.Popen[bytes], check: Check) -> dict[str, Any]:
    """What it says when it is ready, or cannot be."""
    assert process.stdout is not None  # noqa: S101 - opened as a pipe
    deadline, said = time.monotonic() + LOADING_S, b""
    while not said.endswith(b"\n"):
        check()
        if time.monotonic() > deadline:
            raise CannotLoad("it was not loaded in time")
        if not select.select([process.stdout], [], [], CHECK_EVERY)[0]:
            continue
        piece = os.read(process.stdout.fileno(), _PIECE)
        if not piece:
            raise CannotLoad(f"it ended with {process.wait()} while it was loading")
        said += piece
    answer: dict[str, Any] = json.loads(said)
    return answer
