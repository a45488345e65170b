"""The transcriber: one process for a machine that holds the speech model, asked through a socket, gone when nobody needs it any more.

See `documents.services.sandbox.holder`. No Django here.
"""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.services.transcription.engine import Engine, packed, samples_of
from audio.services.transcription.words import Clip
from documents.services.sandbox.holder import Answers


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


class Transcriber:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turns = Turns()

    def answers(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
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
    """Samples of what came with the request, or of the file whose descriptor did, of which no more is read than is wanted."""
    if "pcm16" in request:
        whole = np.frombuffer(base64.b64decode(request["pcm16"]), "<i2")
        return lambda first, count: samples_of(whole[first : first + count])
    file: int = request["pcm"]
    return lambda first, count: samples_of(np.frombuffer(_read(file, first * 2, count * 2), "<i2"))


def _read(file: int, first: int, count: int) -> bytes:
    """Bytes of a file, as many as there are; whole samples."""
    pieces: list[bytes] = []
    while count and (piece := os.pread(file, count, first)):
        pieces.append(piece)
        first, count = first + len(piece), count - len(piece)
    whole = b"".join(pieces)
    return whole[: len(whole) // 2 * 2]


def load(told: dict[str, Any]) -> Answers:
    return Transcriber(Engine(told["source"], told["cache"], len(os.sched_getaffinity(0)))).answers
