"""Speech that was made before, by content: the same text by the same command is the same file.

The files lie under `var/speech`, for this system's user only. What nobody heard for KEPT_DAYS goes, and where they are more than
TTS_CACHE_MB, what was not heard for longest goes first.
"""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

KEPT_DAYS = 30
SUFFIX = ".ogg"


def folder() -> Path:
    place: Path = settings.VAR / "speech"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def place_of(text: str) -> Path:
    """Where the speech of this text lies, by the command that is set now."""
    return folder() / (hashlib.sha256("\0".join([*settings.TTS_COMMAND, text]).encode()).hexdigest() + SUFFIX)


def get(place: Path) -> bytes | None:
    """What was kept there; from now on it counts as heard today."""
    try:
        speech = place.read_bytes()
        os.utime(place)
    except FileNotFoundError:
        return None
    return speech


def put(draft: Path, place: Path) -> None:
    """Keep a finished file of the same disk, whole or not at all, and make room for it."""
    os.replace(draft, place)
    sweep()


def sweep() -> int:
    """Remove what is old, and what is too much; how many files that were. What another process removes just now is removed."""
    most = settings.TTS_CACHE_MB * 1_000_000
    oldest, gone, size = time.time() - KEPT_DAYS * 24 * 3600, 0, 0
    for heard, length, path in sorted(_entries(), reverse=True):
        size += length
        if heard < oldest or size > most:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _entries() -> list[tuple[float, int, Path]]:
    found = []
    for path in folder().glob(f"*{SUFFIX}"):
        with suppress(FileNotFoundError):
            about = path.stat()
            found.append((about.st_mtime, about.st_size, path))
    return found
