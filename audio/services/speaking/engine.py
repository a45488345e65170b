"""The program that speaks: started for one piece of text, without a shell, and ended when it takes too long or writes too much."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.conf import settings

from audio.services.speaking.errors import SpeechRefused
from tasks import service_registry

logger = logging.getLogger(__name__)
MOST_BYTES = 64 * 1024**2
"""Of the WAV of one piece: eleven minutes at 48 kHz."""
AT_ONCE = 2
"""Engines of this process that run at the same time; who comes later waits, but not longer than one may take."""
POLL_S = 0.02
# Of the environment, which may hold secrets.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
SERVICE = "speech"


class Engines:
    """Those that run in this process: few at a time, and none is left when it ends."""

    def __init__(self) -> None:
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    def synthesise(self, text: str, folder: Path) -> Path:
        """An engine's answer to the text, a file in `folder`. Raises SpeechRefused: busy, stopped, missing, timeout, too_much, failed."""
        text_file, wav, said = folder / "text", folder / "speech.wav", folder / "said"
        text_file.write_text(text + "\n", "utf-8")
        with self._slot(), text_file.open("rb") as given, wav.open("wb") as sound, said.open("w+b") as words:
            with self._process(given, sound, words) as process:
                code = _watched(process, (wav, said))
            if self._closed:
                raise SpeechRefused("speech_stopped")
            if code:
                words.seek(0)
                logger.error("TTS_COMMAND ended with %s: %s", code, words.read(2000).decode("utf-8", "replace").strip())
                raise SpeechRefused("speech_failed", code=code)
        return wav

    def close(self) -> None:
        """End all that run; no other begins."""
        with self._lock:
            self._closed = True
            for process in self._running:
                _kill(process)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=settings.TTS_SECONDS):
            raise SpeechRefused("speech_busy")
        try:
            yield
        finally:
            self._slots.release()

    @contextmanager
    def _process(self, given: IO[bytes], sound: IO[bytes], words: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
        """A running engine; at the end it is ended, with all that it started."""
        with self._lock:
            if self._closed:
                raise SpeechRefused("speech_stopped")
            process = _started(given, sound, words)
            self._running.add(process)
        try:
            yield process
        finally:
            with self._lock:
                _kill(process)
                self._running.discard(process)
            process.wait()


def register() -> None:
    """An engine is no service that is dear to build, but one that must be ended with its process."""
    service_registry.register(SERVICE, Engines, Engines.close, at_start=False)


def synthesise(text: str, folder: Path) -> Path:
    """`Engines.synthesise` of this process."""
    engines: Engines = service_registry.get(SERVICE)
    return engines.synthesise(text, folder)


def _started(given: IO[bytes], sound: IO[bytes], words: IO[bytes]) -> subprocess.Popen[bytes]:
    kept = {key: value for key, value in os.environ.items() if key in _KEPT}
    environment = {**kept, "PYTHONUTF8": "1"}
    try:
        return subprocess.Popen(  # a session of its own, so that its children end with it
            settings.TTS_COMMAND, stdin=given, stdout=sound, stderr=words, cwd="/", env=environment, start_new_session=True
        )
    except OSError as error:
        raise SpeechRefused("speech_missing", reason=error.strerror or str(error)) from error


def _watched(process: subprocess.Popen[bytes], outputs: tuple[Path, ...]) -> int:
    """Its exit code, when it has ended within its limits."""
    deadline = time.monotonic() + settings.TTS_SECONDS
    while True:
        code = process.poll()
        if sum(output.stat().st_size for output in outputs) > MOST_BYTES:
            raise SpeechRefused("speech_too_much", megabytes=MOST_BYTES // 1024**2)
        if code is not None:
            return code
        if time.monotonic() > deadline:
            raise SpeechRefused("speech_timeout", seconds=settings.TTS_SECONDS)
        with suppress(subprocess.TimeoutExpired):
            process.wait(POLL_S)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Its whole session: it leads one, so nobody else has this number while one of them lives."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
