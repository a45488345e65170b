"""The frames of a dictation on disk: numbered, appended, never lost once they are acknowledged, each heard once however often it came.

A record is the frame's number and its length (4 bytes each, big-endian), then 16-bit PCM, mono, 16 kHz.
"""

from __future__ import annotations

import os
import struct
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from audio.services.hearing.sampling import RATE

_HEAD = struct.Struct(">II")
LARGEST = 64 * 1024
MOST_SECONDS = 6 * 3600
BYTES_A_SECOND = RATE * 2


class FrameRefused(Exception):
    """This is no frame; the code says why: too_short, too_large, odd, too_long."""


class Frames:
    """One dictation's file, open for one socket. What a killed process left half written is cut off."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.next = 0
        """Number of the frame that is wanted."""
        self.bytes = 0
        whole = 0
        if path.exists():
            for number, data, end in _records(path):
                self.next, whole = max(self.next, number + 1), end
                self.bytes += len(data)
        self._file = path.open("r+b" if path.exists() else "w+b")
        self._file.truncate(whole)
        self._file.seek(whole)

    def take(self, message: bytes) -> bytes | None:
        """Store a frame: the number (4 bytes, big-endian) and PCM. Gives the sound that is new; None for a frame that came before, or too
        early (`next` says which one is wanted). Raises FrameRefused."""
        if len(message) < 4:
            raise FrameRefused("too_short")
        if len(message) > LARGEST:
            raise FrameRefused("too_large")
        if len(message) % 2:
            raise FrameRefused("odd")
        number, data = int.from_bytes(message[:4], "big"), message[4:]
        if number != self.next:
            return None
        if self.bytes + len(data) > MOST_SECONDS * BYTES_A_SECOND:
            raise FrameRefused("too_long")
        self._file.write(_HEAD.pack(number, len(data)) + data)
        self._file.flush()
        self.next += 1
        self.bytes += len(data)
        return data

    def sync(self) -> None:
        os.fdatasync(self._file.fileno())

    def close(self) -> None:
        self._file.close()

    @property
    def seconds(self) -> float:
        return self.bytes / BYTES_A_SECOND


def sound_of(path: Path) -> Iterator[bytes]:
    """The PCM of all frames in their order, each once."""
    following = 0
    for number, data, _end in _records(path) if path.exists() else ():
        if number >= following:
            following = number + 1
            yield data


def write_wav(path: Path, target: IO[bytes], comment: str) -> float:
    """All frames as a WAV file; gives the seconds. The comment makes the bytes of two equal silences different."""
    seconds = 0.0
    with wave.open(target, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        for data in sound_of(path):
            sound.writeframesraw(data)
            seconds += len(data) / BYTES_A_SECOND
    note = comment.encode()
    note += b"\0" * (2 - len(note) % 2)
    info = b"INFOICMT" + struct.pack("<I", len(note)) + note
    target.seek(0, os.SEEK_END)
    target.write(b"LIST" + struct.pack("<I", len(info)) + info)
    size = target.tell() - 8
    target.seek(4)
    target.write(struct.pack("<I", size))
    return seconds


def _records(path: Path) -> Iterator[tuple[int, bytes, int]]:
    """(number, PCM, where the record ends) of all that are whole."""
    with path.open("rb") as file:
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            number, length = _HEAD.unpack(head)
            data = file.read(length)
            if length > LARGEST or len(data) < length:
                return
            yield number, data, file.tell()
