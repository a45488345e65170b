"""The transcriber: one process for a machine that holds the speech model, asked through a socket, gone when nobody needs it any more.

Started as `python -m audio.services.transcription.server <parent pid> <settings as JSON>` by whoever needs it first; it ends with that
process (who else uses it then starts another), and after some idle minutes. A client sends one request for each connection and closes
the connection to cancel. No Django here.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.services.transcription.engine import Engine, packed, samples_of
from audio.services.transcription.words import Clip
from documents.services.sandbox import wire
from documents.services.sandbox.worker import die_with

SIGN_OF_LIFE_S = 2.0


class Turns:
    """One at a time; who is in a hurry (dictation) comes before who has waited longer."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = False
        self._hurried = 0

    @contextmanager
    def turn(self, *, hurry: bool) -> Iterator[None]:
        with self._changed:
            self._hurried += hurry
            self._changed.wait_for(lambda: not self._taken and (hurry or not self._hurried))
            self._hurried -= hurry
            self._taken = True
        try:
            yield
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()


class Server:
    def __init__(self, engine: Engine, path: Path, idle_s: float) -> None:
        self._engine = engine
        self._turns = Turns()
        self._idle_s = idle_s
        self._path = path
        self._busy = 0
        self._lock = threading.Lock()
        self._rested = time.monotonic()
        self._listening = socket.socket(socket.AF_UNIX)
        path.unlink(missing_ok=True)
        self._listening.bind(str(path))
        os.chmod(path, 0o600)
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
                request = wire.read(connection.makefile("rb"))
                if request is not None:
                    self._answer(request, voice)
        except (OSError, wire.Garbled):
            pass  # the client is gone, which is how it cancels
        finally:
            with self._lock:
                self._busy -= 1
                self._rested = time.monotonic()

    def _answer(self, request: dict[str, Any], voice: _Voice) -> None:
        try:
            for answer in self._answers(request):
                voice.say(answer)
        except (ValueError, KeyError, RuntimeError, MemoryError, FileNotFoundError) as error:
            voice.say({"failed": f"{type(error).__name__}: {error}"[:500]})

    def _answers(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """{heard: [clip, words]} for each clip, then {done: {language, probability}}."""
        hurry = bool(request.get("hurry"))
        sound = packed(_reader(request), [Clip(*clip) for clip in request["clips"]])
        language, probability = request.get("language") or "", 1.0
        if not language:
            with self._turns.turn(hurry=hurry):
                language, probability = self._engine.language_of(sound.sound)
        words = self._engine.words(sound, language, request.get("hotwords", ""), again=bool(request.get("again")))
        while True:
            with self._turns.turn(hurry=hurry):  # the generator works a batch at a time
                heard = next(words, None)
            if heard is None:
                break
            yield {"heard": [heard.clip, heard.words]}
        yield {"done": {"language": language, "probability": probability}}


def _reader(request: dict[str, Any]) -> Callable[[int, int], NDArray[np.float32]]:
    """Samples of what came with the request, or of the file that it names, of which no more is read than is wanted."""
    if "pcm16" in request:
        whole = np.frombuffer(base64.b64decode(request["pcm16"]), "<i2")
        return lambda first, count: samples_of(whole[first : first + count])
    file = Path(request["pcm"])
    return lambda first, count: samples_of(np.fromfile(file, dtype="<i2", count=count, offset=first * 2))


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

    def say(self, message: dict[str, Any]) -> None:
        with self._lock:
            self._connection.sendall(wire.pack(message))

    def _live(self) -> None:
        while not self._ended.wait(SIGN_OF_LIFE_S):
            with suppress(OSError):
                self.say({"alive": True})


def main() -> None:
    parent, told = int(sys.argv[1]), json.loads(sys.argv[2])
    ready = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    die_with(parent)
    logging.disable(logging.CRITICAL)
    path = Path(told["socket"])
    os.chdir(path.parent)  # the address of a socket is short
    try:
        engine = Engine(told["source"], told["cache"], len(os.sched_getaffinity(0)))
    except Exception as error:  # noqa: BLE001 - whatever keeps a model from being loaded is told to who wants it
        ready.write(json.dumps({"failed": f"{type(error).__name__}: {error}"[:500]}) + "\n")
        ready.flush()
        return
    server = Server(engine, Path(path.name), told["idle_s"])
    ready.write(json.dumps({"ready": True}) + "\n")
    ready.close()
    server.serve()


if __name__ == "__main__":
    main()
