"""What can be heard in 16 kHz mono PCM, chunk by chunk: levels, clipping, speech. Runs in a sandboxed child: no Django here.

Voice activity is Silero's (MIT), the model that faster-whisper carries; it looks at windows of 512 samples (32 ms).
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from audio.services.hearing.sampling import WINDOW

CONTEXT = 64
QUIETEST = -100.0
CLIPPED = 0.999
"""Of full scale: a sample beyond it is counted as clipped."""
CONSTANT = 1e-7
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Heard:
    """A part of a recording, a value for each window: level in dB of full scale, probability of speech and share of clipped samples,
    both 0 to 255. `bad` are (first window, windows, reason) of chunks that are no sound."""

    levels: NDArray[np.int8]
    speech: NDArray[np.uint8]
    clipped: NDArray[np.uint8]
    bad: list[tuple[int, int, str]]


def hear(pcm: Path, first: int, samples: int, chunk: int) -> Heard:
    """Listen to `samples` samples of a PCM file from sample `first` on, a chunk at a time."""
    voice = VoiceActivity()
    heard: list[tuple[NDArray[np.int8], NDArray[np.uint8], NDArray[np.uint8]]] = []
    bad: list[tuple[int, int, str]] = []
    windows = 0
    for start in range(first, first + samples, chunk):
        piece = _read(pcm, start, min(chunk, first + samples - start))
        reason = wrong_with(piece)
        if reason:
            bad.append((windows, len(piece) // WINDOW, reason))
        heard.append((_levels(piece), voice.probabilities(piece), _clipped(piece)))
        windows += len(piece) // WINDOW
    columns = [np.concatenate(column) for column in zip(*heard, strict=True)]
    return Heard(columns[0], columns[1], columns[2], bad)


def _read(pcm: Path, start: int, count: int) -> Floats:
    """Samples of the file, filled up with silence to whole windows."""
    raw = np.fromfile(pcm, dtype="<i2", count=count, offset=start * 2)
    whole = -(-max(count, 1) // WINDOW) * WINDOW
    piece = np.zeros(whole, np.float32)
    piece[: len(raw)] = raw.astype(np.float32) / 32768.0
    return piece


def wrong_with(piece: Floats) -> str:
    """Why a chunk is no sound ("" where it is one): not_finite, out_of_range, constant."""
    if not np.isfinite(piece).all():
        return "not_finite"
    if np.abs(piece).max(initial=0.0) > 1.0:
        return "out_of_range"
    constant = float(np.ptp(piece)) < CONSTANT and abs(float(piece[0])) > CONSTANT
    return "constant" if constant else ""


def _levels(piece: Floats) -> NDArray[np.int8]:
    power = np.square(piece.reshape(-1, WINDOW)).mean(axis=1)
    decibels: NDArray[np.int8] = np.maximum(QUIETEST, 10 * np.log10(np.maximum(power, 1e-12))).round().astype(np.int8)
    return decibels


def _clipped(piece: Floats) -> NDArray[np.uint8]:
    share = (np.abs(piece.reshape(-1, WINDOW)) >= CLIPPED).mean(axis=1)
    counted: NDArray[np.uint8] = (share * 255).astype(np.uint8)
    return counted


class VoiceActivity:
    """Silero's model with its memory, for pieces of one recording in their order."""

    def __init__(self) -> None:
        self._h = np.zeros((1, 1, 128), np.float32)
        self._c = np.zeros((1, 1, 128), np.float32)
        self._before = np.zeros(CONTEXT, np.float32)

    def probabilities(self, piece: Floats) -> NDArray[np.uint8]:
        """Of speech, for each window of a piece of whole windows, 0 to 255."""
        windows = piece.reshape(-1, WINDOW)
        context = np.empty((len(windows), CONTEXT), np.float32)
        context[0] = self._before
        context[1:] = windows[:-1, -CONTEXT:]
        self._before = windows[-1, -CONTEXT:].copy()
        answer, self._h, self._c = _model().run(None, {"input": np.concatenate([context, windows], axis=1), "h": self._h, "c": self._c})
        found: NDArray[np.uint8] = (answer.reshape(-1) * 255).round().astype(np.uint8)
        return found


@cache
def _model() -> Any:
    """Read from the package's folder: importing the package would bring a speech recogniser into every child."""
    package = importlib.util.find_spec("faster_whisper")
    assert package is not None  # noqa: S101 (a requirement)
    assert package.submodule_search_locations is not None  # noqa: S101 (it is a package)
    path = Path(package.submodule_search_locations[0]) / "assets" / "silero_vad_v6.onnx"
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"], sess_options=options)
