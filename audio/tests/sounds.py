"""Recordings for the tests, made here: tones, noise, silence, in any container that PyAV writes, and files that are none."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE = 16_000


def tone(seconds: float, *, hertz: float = 440.0, level: float = 0.3, rate: int = RATE) -> NDArray[np.float32]:
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def noise(seconds: float, *, level: float = 0.1, rate: int = RATE, seed: int = 1) -> NDArray[np.float32]:
    return (level * np.random.default_rng(seed).standard_normal(round(seconds * rate))).astype(np.float32)


def silence(seconds: float, *, rate: int = RATE) -> NDArray[np.float32]:
    return np.zeros(round(seconds * rate), np.float32)


def written(path: Path, samples: NDArray[np.float32], *, rate: int = RATE, codec: str = "pcm_s16le", layout: str = "mono") -> Path:
    """An audio file of mono samples (the same on every channel of the layout), in the container that its suffix names."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        stream.bit_rate = 96_000
        for frame in _frames(samples, rate, layout):
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return path


def _frames(samples: NDArray[np.float32], rate: int, layout: str) -> Iterable[av.AudioFrame]:
    channels = av.AudioLayout(layout).nb_channels
    for first in range(0, len(samples), 1024):
        piece = np.repeat(samples[first : first + 1024], channels).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece), format="flt", layout=layout)
        frame.sample_rate, frame.pts = rate, first
        yield frame


def wav(data: bytes, *, rate: int = RATE, channels: int = 1, bits: int = 16, form: int = 1, claimed: int | None = None) -> bytes:
    """A WAV file with the header that one wants, true or not."""
    size = len(data) if claimed is None else claimed
    block = channels * bits // 8
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, form, channels, rate, rate * block, block, bits)
    return head + struct.pack("<4sI", b"data", size) + data


def pcm(samples: NDArray[np.float32]) -> bytes:
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def silent_video(path: Path) -> Path:
    """A film without sound."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _number in range(10):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return path


def with_hole(path: Path, start: float, end: float) -> Path:
    """The same file with a share of its bytes turned into garbage."""
    data = bytearray(path.read_bytes())
    first, last = int(len(data) * start), int(len(data) * end)
    data[first:last] = np.random.default_rng(3).integers(0, 256, last - first, dtype=np.uint8).tobytes()
    path.write_bytes(bytes(data))
    return path


def as_file(data: bytes) -> io.BytesIO:
    return io.BytesIO(data)
