"""The features of the voice encoder: power in 40 mel bands, windows of 25 ms every 10 ms, as librosa 0.10 and later computes them (Slaney's
scale and areas, frames centred, silence before the beginning and after the end). No logarithm is taken. No Django here."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from audio.services.hearing.sampling import RATE

WINDOW, HOP, BANDS = 400, 160, 40
_AT_ONCE = 4096
_LINEAR_HZ, _BREAK_HZ, _STEP = 200.0 / 3, 1000.0, np.log(6.4) / 27
"""Slaney's scale: linear below 1 kHz, logarithmic above (Auditory Toolbox, 1998)."""
Floats = NDArray[np.float32]


def mel_of(sound: Floats) -> Floats:
    """(frames, 40) of samples at 16 kHz between -1 and 1; a frame for each 160 samples, and one at the end."""
    padded = np.pad(sound, WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    found = np.empty((len(frames), BANDS), np.float32)
    for first in range(0, len(frames), _AT_ONCE):
        spectrum = np.fft.rfft(frames[first : first + _AT_ONCE] * _hann(), axis=1)
        found[first : first + _AT_ONCE] = (np.square(spectrum.real) + np.square(spectrum.imag)) @ _bands()
    return found


@cache
def _hann() -> NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)


@cache
def _bands() -> NDArray[np.float64]:
    """(bins of the spectrum, bands): triangles of equal area over 0 to 8 kHz."""
    top = _BREAK_HZ / _LINEAR_HZ + np.log(RATE / 2 / _BREAK_HZ) / _STEP
    mels = np.linspace(0.0, top, BANDS + 2)
    corners = np.where(mels < _BREAK_HZ / _LINEAR_HZ, mels * _LINEAR_HZ, _BREAK_HZ * np.exp(_STEP * (mels - _BREAK_HZ / _LINEAR_HZ)))
    bins = np.linspace(0.0, RATE / 2, WINDOW // 2 + 1)[:, np.newaxis]
    rising = (bins - corners[:-2]) / np.diff(corners)[:-1]
    falling = (corners[2:] - bins) / np.diff(corners)[1:]
    bands: NDArray[np.float64] = np.maximum(0.0, np.minimum(rising, falling)) * 2.0 / (corners[2:] - corners[:-2])
    return bands
