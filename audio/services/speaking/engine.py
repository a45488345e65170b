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

from django.conf import settings

from audio.services.speaking.errors import SpeechRefused

logger = logging.getLogger(__name__)
MOST_BYTES = 64 * 1024**2
"""Of the WAV of one piece: eleven minutes at 48 kHz."""
AT_ONCE = 2
"""Engines of this process that run at the same time; who comes later waits, but not longer than one may take."""
POLL_S = 0.02
# Of the environment, which may hold secrets.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
_slots = threading.BoundedSemaphore(AT_ONCE)


def synthesise(text: str, folder: Path) -> Path:
    """The engine's answer to the text, a file in `folder`. Raises SpeechRefused: busy, missing, timeout, too_much, failed."""
    with _slot():
        text_file, wav = folder / "text", folder / "speech.wav"
        text_file.write_text(text + "\n", "utf-8")
        with text_file.open("rb") as given, wav.open("wb") as said, (folder / "errors").open("w+b") as errors:
            process = _started(given, said, errors)
            try:
                code = _watched(process, (wav, folder / "errors"))
            finally:
                _end(process)
            if code:
                errors.seek(0)
                logger.error("TTS_COMMAND ended with %s: %s", code, errors.read(2000).decode("utf-8", "replace").strip())
                raise SpeechRefused("speech_failed", code=code)
    return wav


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=settings.TTS_SECONDS):
        raise SpeechRefused("speech_busy")
    try:
        yield
    finally:
        _slots.release()


def _started(given: object, said: object, errors: object) -> subprocess.Popen[bytes]:
    kept = {key: value for key, value in os.environ.items() if key in _KEPT}
    environment = {**kept, "PYTHONUTF8": "1"}
    try:
        return subprocess.Popen(  # a session of its own, so that its children end with it
            settings.TTS_COMMAND, stdin=given, stdout=said, stderr=errors, cwd="/", env=environment, start_new_session=True
        )  # type: ignore[call-overload]
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


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it with all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
