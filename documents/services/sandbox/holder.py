"""A process that holds something large (a model): one for a machine, asked through a socket, gone when nobody needs it any more.

It is started as `python -m documents.services.sandbox.holder <parent pid> <settings as JSON> <module:load>` by whoever needs it first
(`held`); it ends with that process (who else uses it then starts another), and after some idle time. A client sends one request for each
connection, with the files that belong to it, and closes it to cancel. No Django here.

Settings: socket (bytes of a path), idle_s, memory_bytes or none, bounds (confinement.bounds.Bounds), perhaps fetch ({setting: [module,
arguments]}: programs that run before the confinement, each of which prints what the setting is from then on), and what `load` wants.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import resource
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from documents.services.sandbox import wire
from documents.services.sandbox.confinement.bounds import Bounds, confine
from documents.services.sandbox.worker import die_with, entry_of

SIGN_OF_LIFE_S = 2.0
MOST_FILES = 4
Answers = Callable[[wire.Message], Iterator[wire.Message]]
"""What a request is answered with, message by message. Errors that are an input's or the model's become {failed: reason}."""


class Holder:
    """Listens at `path` and answers each client in a thread of its own."""

    def __init__(self, path: Path, idle_s: float) -> None:
        """Who connects from now on is refused until it serves: nothing that is confined could make a socket."""
        self._answers: Answers = _nothing
        self._idle_s = idle_s
        self._path = path
        self._busy = 0
        self._lock = threading.Lock()
        self._rested = time.monotonic()
        self._listening = socket.socket(socket.AF_UNIX)
        path.unlink(missing_ok=True)
        self._listening.bind(str(path))
        os.chmod(path, 0o600)

    def listen(self, answers: Answers) -> None:
        self._answers = answers
        self._rested = time.monotonic()
        self._listening.listen(16)

    def serve(self) -> None:
        """Until nobody has asked for `idle_s` seconds."""
        while True:
            ready = select.select([self._listening], [], [], min(1.0, self._idle_s))[0]
            if ready:
                connection, _address = self._listening.accept()
                with self._lock:
                    self._busy += 1
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()
            elif self._is_idle():
                self._path.unlink(missing_ok=True)  # first the address: who comes now starts another
                self._listening.close()
                return

    def _is_idle(self) -> bool:
        with self._lock:
            return not self._busy and time.monotonic() - self._rested > self._idle_s

    def _talk(self, connection: socket.socket) -> None:
        try:
            with connection, _Voice(connection) as voice:
                descriptors = _descriptors(connection)
                try:
                    request = wire.read(connection.makefile("rb"))
                    if request is not None:
                        self._answer({**request, **dict(zip(request.pop("files", ()), descriptors, strict=True))}, voice)
                finally:
                    for descriptor in descriptors:
                        os.close(descriptor)
        except (OSError, wire.Garbled):
            pass  # the client is gone, which is how it cancels
        finally:
            with self._lock:
                self._busy -= 1
                self._rested = time.monotonic()

    def _answer(self, request: wire.Message, voice: _Voice) -> None:
        try:
            for answer in self._answers(request):
                voice.say(answer)
        except (ValueError, KeyError, RuntimeError, MemoryError, FileNotFoundError) as error:
            voice.say({"failed": f"{type(error).__name__}: {error}"[:500]})


class _Voice:
    """Writes to one client, and says between its answers that this process lives."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def __enter__(self) -> _Voice:
        threading.Thread(target=self._live, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()

    def say(self, message: wire.Message) -> None:
        with self._lock:
            self._connection.sendall(wire.pack(message))

    def _live(self) -> None:
        while not self._ended.wait(SIGN_OF_LIFE_S):
            with suppress(OSError):
                self.say({"alive": True})


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Work that hangs ends the process after so many seconds: threads cannot be ended, and who asked starts another."""
    watch = threading.Timer(seconds, os._exit, (os.EX_SOFTWARE,))
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _descriptors(connection: socket.socket) -> list[int]:
    """Of the files that come with a request."""
    _greeting, descriptors, _flags, _address = socket.recv_fds(connection, len(wire.GREETING), MOST_FILES)
    return descriptors


def _nothing(request: wire.Message) -> Iterator[wire.Message]:
    return iter(())


def main() -> None:
    """The program: confine itself, load, say that it is ready (or why it cannot be), listen."""
    parent, told, load = int(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3]
    ready = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    die_with(parent)
    logging.disable(logging.CRITICAL)
    if (memory := told["memory_bytes"]) is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    path = Path(told["socket"])
    os.chdir(path.parent)  # the address of a socket is short
    try:
        holder = Holder(Path(path.name), told["idle_s"])
        _fetch(told)
        importlib.import_module(load.partition(".")[0])  # the project's folder cannot be listed from the next line on
        confine(Bounds(**told["bounds"]))
        holder.listen(entry_of(load)(told))
    except Exception as error:  # noqa: BLE001 - whatever keeps a model from being loaded is told to who wants it
        ready.write(json.dumps({"failed": f"{type(error).__name__}: {error}"[:500]}) + "\n")
        ready.flush()
        return
    ready.write(json.dumps({"ready": True}) + "\n")
    ready.close()
    holder.serve()


def _fetch(told: dict[str, Any]) -> None:
    """Let programs say what a setting is. They end with this process."""
    for name, command in told.pop("fetch", {}).items():
        end_with_us = partial(die_with, os.getpid())
        run = [sys.executable, "-m", *command]
        done = subprocess.run(run, capture_output=True, text=True, check=False, preexec_fn=end_with_us)
        if done.returncode:
            raise RuntimeError(done.stderr.strip().rpartition("\n")[2])
        told[name] = done.stdout.strip().rpartition("\n")[2]


if __name__ == "__main__":
    main()
