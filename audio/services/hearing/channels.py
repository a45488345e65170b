"""Who is at which microphone: how loud each channel is over time, and which of them a stretch of speech belongs to.

Courts record judge, counsel and witness on channels of their own; a voice is heard on all of them, but loudest on its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio.services.hearing.sampling import WINDOW, WINDOW_S

QUIETEST_DB = -100.0
LOUDER_DB = 6.0
"""By which a voice is louder on its own channel than on any other."""
LEAST_APART = 0.6
"""Share of the speech that must be clearly on one channel; two copies of one microphone never are."""
LEAST_TALK = 0.03
"""Share of the speech of a channel that counts as somebody's."""
Levels = NDArray[np.float32]


class ChannelLevels:
    """Adds up the power of each channel in windows of 32 ms while a file is decoded."""

    def __init__(self, channels: int) -> None:
        self._channels = channels
        self._at = 0
        self._rest = np.empty((channels, 0), np.float32)
        self._found: list[tuple[int, NDArray[np.uint8]]] = []

    def add(self, sound: NDArray[np.float32], position: int) -> None:
        """Samples (channels, n) that belong at sample `position` of the recording; what lies between is silence."""
        expected = self._at * WINDOW + self._rest.shape[1]
        if position - expected > WINDOW * 2:
            self._at, self._rest = position // WINDOW, np.empty((self._channels, 0), np.float32)
        self._rest = np.concatenate([self._rest, sound], axis=1)
        windows = self._rest.shape[1] // WINDOW
        if windows:
            whole = self._rest[:, : windows * WINDOW].reshape(self._channels, windows, WINDOW)
            power = np.square(np.nan_to_num(whole)).mean(axis=2)
            decibels = np.clip(10 * np.log10(np.maximum(power, 1e-10)), QUIETEST_DB, 20) - QUIETEST_DB
            self._found.append((self._at, decibels.T.round().astype(np.uint8)))
            self._at += windows
            self._rest = self._rest[:, windows * WINDOW :]

    def save(self, path: Path) -> None:
        """A byte for each window and channel: dB over -100 of full scale."""
        whole = np.zeros((self._at, self._channels), np.uint8)
        for first, levels in self._found:
            whole[first : first + len(levels)] = levels
        path.write_bytes(whole.tobytes())


def channels_beside(pcm: Path) -> Path:
    """Where the levels of the channels of a decoded recording lie."""
    return pcm.with_name(f"{pcm.stem}.channels")


def load(path: Path, channels: int) -> Levels | None:
    """(windows, channels) in dB of full scale; None where the recording has one channel only."""
    if channels < 2 or not path.exists():
        return None
    return np.frombuffer(path.read_bytes(), np.uint8).reshape(-1, channels).astype(np.float32) + np.float32(QUIETEST_DB)


def channels_of(levels: Levels, spans: Sequence[tuple[float, float]]) -> list[int | None]:
    """For each span (seconds) the channel that it is spoken into; None where that is unclear, and everywhere where they are not apart."""
    unknown: list[int | None] = [None] * len(spans)
    found = [_loudest(levels, start, end) for start, end in spans]
    seconds = Counter[int | None]()
    for channel, (start, end) in zip(found, spans, strict=True):
        seconds[channel] += round(1000 * (end - start))
    total = seconds.total()
    clear = {channel for channel in seconds if channel is not None and seconds[channel] >= LEAST_TALK * total}
    if not total or len(clear) < 2 or 1 - seconds[None] / total < LEAST_APART:
        return unknown
    return [channel if channel in clear else None for channel in found]


def _loudest(levels: Levels, start_s: float, end_s: float) -> int | None:
    here = levels[int(start_s / WINDOW_S) : int(end_s / WINDOW_S) + 1]
    if not len(here):
        return None
    power = 10 * np.log10(np.maximum(np.power(10.0, here.astype(np.float64) / 10).mean(axis=0), 1e-10))
    order = np.argsort(power)
    return int(order[-1]) if power[order[-1]] - power[order[-2]] >= LOUDER_DB else None
