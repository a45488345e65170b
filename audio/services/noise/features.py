"""What the forest is told of a sound: a row of figures for each half second. Vectorised; runs in a sandboxed child, no Django here.

A row describes a step of 16 windows (0.512 s) with what surrounds it: frames of 32 ms every 16 ms, their logarithmic bands, their shape
(centroid, spread, roll-off, flatness: Peeters, "A large set of audio features", IRCAM 2004), their modulation over two seconds, the
lines of a spectrum of 1 Hz, and the quietest moment of each band in the four seconds around (minimum statistics: Martin, "Noise power
spectral density estimation", IEEE Trans. SAP 9(5), 2001), in which a steady noise shows under speech.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from audio.services.hearing.sampling import RATE, WINDOW, WINDOW_S

SCHEMA = "1"
"""Changes whenever a figure does; a forest that was trained on others is refused."""
STEP_WINDOWS = 16
STEP = STEP_WINDOWS * WINDOW
STEP_S = STEP_WINDOWS * WINDOW_S
FRAME, HOP = 512, 256
FRAMES = STEP // HOP
"""Of a step."""
AROUND, FAR = 16, 48
"""Frames before and after a step that count as it, and as its surroundings."""
BANDS = 20
FLOOR_STEPS = 4
QUIET_DB = -100.0
SPOKEN_MEAN = -3
"""The column with the mean probability of speech."""
BLOCK = 2048
"""Frames that are transformed at once."""
MAINS_HZ = (50.0, 60.0)
MODULATION_HZ = (0.4, 1.6, 3.2, 6.0, 11.0, 18.0, 31.0)
Floats = NDArray[np.float32]


def features(sound: Floats, speech: NDArray[np.uint8]) -> Floats:
    """(steps, figures) of samples at 16 kHz in -1..1, with the probability of speech (0 to 255) of each window. The last step may be
    short; it is filled with silence. Raises ValueError where the two differ in length."""
    windows = -(-len(sound) // WINDOW)
    if len(speech) != windows:
        raise ValueError(f"{len(speech)} probabilities for {windows} windows")
    steps = max(1, -(-windows // STEP_WINDOWS))
    padded = np.zeros(steps * STEP + FRAME - HOP, np.float32)
    padded[: len(sound)] = sound
    bands, shape = _frames(padded)
    columns = [*_of_bands(bands), *_of_shape(shape), *_of_modulation(bands, shape), *_of_lines(padded, steps), *_of_speech(speech, steps)]
    found = np.concatenate(columns, axis=1, dtype=np.float32)
    return np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=QUIET_DB)


def _frames(padded: Floats) -> tuple[Floats, Floats]:
    """(frames, BANDS) in dB, and (frames, figures): level, centroid, spread, roll-off, flatness, peak, peak's share, pitch, crossings,
    and the shares of the lowest, the telephone's and the highest band in dB."""
    every = sliding_window_view(padded, FRAME)[::HOP]
    parts = [_block(every[first : first + BLOCK]) for first in range(0, len(every), BLOCK)]
    return np.concatenate([bands for bands, _shape in parts]), np.concatenate([shape for _bands, shape in parts])


def _block(frames: Floats) -> tuple[Floats, Floats]:
    window, edges, hertz = _window(), _edges(), _hertz()
    power = np.square(np.abs(np.fft.rfft(frames * window, axis=1))).astype(np.float32)
    power *= np.float32(1 / (np.square(window).sum() * FRAME / 2))
    total = power.sum(axis=1) + 1e-12
    bands = np.add.reduceat(power[:, edges[0] : edges[-1]], edges[:-1] - edges[0], axis=1)
    spectrum = power / total[:, None]
    centroid = spectrum @ hertz
    spread = np.sqrt(np.maximum(spectrum @ np.square(hertz) - np.square(centroid), 0.0))
    rolloff = hertz[np.argmax(np.cumsum(spectrum, axis=1) >= 0.85, axis=1)]
    flatness = np.log(power + 1e-14).mean(axis=1) - np.log(total / power.shape[1])
    peak = 4 + np.argmax(power[:, 4:], axis=1)
    near = np.take_along_axis(power, (peak[:, None] + np.arange(-2, 3)).clip(max=power.shape[1] - 1), axis=1).sum(axis=1) / total
    pitch = _pitch(power)
    crossings = np.abs(np.diff(np.signbit(frames), axis=1)).mean(axis=1)
    shares = [_decibels(spectrum[:, part].sum(axis=1)) for part in (hertz < 250, (hertz >= 350) & (hertz < 3300), hertz >= 3800)]
    shape = [
        _decibels(total), np.log2(centroid + 20), np.log2(spread + 20), np.log2(rolloff + 20), flatness, np.log2(hertz[peak]), near,
        *pitch, crossings, *shares,
    ]  # fmt: skip
    return _decibels(bands), np.stack(shape, axis=1).astype(np.float32)


def _pitch(power: Floats) -> tuple[Floats, Floats]:
    """How periodic a frame is at 70 to 400 Hz (autocorrelation over that of the window), and at which lag."""
    correlation = np.fft.irfft(power, axis=1)[:, : FRAME // 2]
    correlation = correlation / (correlation[:, :1] + 1e-12) / _window_correlation()
    lags = correlation[:, RATE // 400 : RATE // 70]
    best = np.argmax(lags, axis=1)
    strength = np.take_along_axis(lags, best[:, None], axis=1)[:, 0]
    return np.clip(strength, 0, 1.2).astype(np.float32), np.log2(RATE // 400 + best + 1).astype(np.float32)


def _of_bands(bands: Floats) -> list[Floats]:
    """Mean and spread of each band, and its floor; all as shapes, without how loud the whole is."""
    clips = _around(bands, AROUND)
    mean, spread = clips.mean(axis=2), clips.std(axis=2)
    quietest = np.percentile(clips, 10, axis=2)
    floor = _lowest(quietest, FLOOR_STEPS)
    return [
        mean - mean.mean(axis=1, keepdims=True),
        spread,
        floor - floor.mean(axis=1, keepdims=True),
        (mean - floor).mean(axis=1, keepdims=True),
    ]


def _of_shape(shape: Floats) -> list[Floats]:
    clips = _around(shape, AROUND)
    levels = clips[:, 0]
    ordered = np.sort(levels, axis=1)
    low, middle, high = ordered[:, levels.shape[1] // 10], ordered[:, levels.shape[1] // 2], ordered[:, -levels.shape[1] // 20]
    rises = np.diff(levels, axis=1)
    after = np.argmax(levels, axis=1)[:, None] + np.arange(1, 9)[None, :]
    decay = ordered[:, -1] - np.take_along_axis(levels, after.clip(max=levels.shape[1] - 1), axis=1)[:, -1]
    rise = np.maximum(rises, 0)
    figures = [
        middle, ordered[:, -1] - middle, high - low, low, rises.max(axis=1), (rises > 6).sum(axis=1), (rises > 12).sum(axis=1),
        decay, np.square(rise).mean(axis=1), np.abs(rises).mean(axis=1), middle - _median(middle, 2 * FLOOR_STEPS),
    ]  # fmt: skip
    peaks = clips[:, 5]
    steady = (np.abs(np.diff(peaks, axis=1)) < 0.06).mean(axis=1)
    return [np.stack([*figures, steady], axis=1), clips[:, 1:].mean(axis=2), clips[:, 1:].std(axis=2)]


def _of_modulation(bands: Floats, shape: Floats) -> list[Floats]:
    """How much of the changes of level, of three parts of the spectrum and of the strongest frequency is how fast."""
    low, middle, high = (bands[:, part].max(axis=1) for part in (slice(0, 5), slice(5, 15), slice(15, BANDS)))
    tracks = np.stack([shape[:, 0], low, middle, high, 12 * shape[:, 5], 12 * shape[:, 1]], axis=1)
    clips = _around(tracks, FAR)
    clips = clips - clips.mean(axis=2, keepdims=True)
    length = clips.shape[2]
    spectrum = np.square(np.abs(np.fft.rfft(clips * np.hanning(length).astype(np.float32), axis=2)))
    hertz = np.fft.rfftfreq(length, HOP / RATE)
    places = np.searchsorted(hertz, MODULATION_HZ)
    grouped = np.add.reduceat(spectrum[:, :, places[0] : places[-1]], places[:-1] - places[0], axis=2)
    amount = np.log10(spectrum[:, :, places[0] : places[-1]].sum(axis=2) + 1e-3)
    shares = grouped / (grouped.sum(axis=2, keepdims=True) + 1e-3)
    highest = spectrum[:, :, 1:].max(axis=2) / (spectrum[:, :, 1:].sum(axis=2) + 1e-3)
    return [shares.reshape(len(shares), -1), amount, highest]


def _of_lines(padded: Floats, steps: int) -> list[Floats]:
    """How far mains hum (multiples of 50 and 60 Hz) and other lines stand out of a spectrum of 1 Hz."""
    length = 2 * STEP
    margin = np.zeros(STEP // 2, np.float32)
    whole = np.concatenate([margin, padded[: steps * STEP], margin])
    clips = sliding_window_view(whole, length)[::STEP]
    found = [_lines(clips[first : first + 64]) for first in range(0, len(clips), 64)]
    return [np.concatenate(found)]


def _lines(clips: Floats) -> Floats:
    length = clips.shape[1]
    power = np.square(np.abs(np.fft.rfft(clips * np.hanning(length).astype(np.float32), axis=1))).astype(np.float32) + np.float32(1e-9)
    width = RATE / length
    mains = []
    for base in MAINS_HZ:
        at = [round(base * n / width) for n in range(1, 9)]
        near = np.stack([power[:, place - 1 : place + 2].max(axis=1) for place in at], axis=1)
        beside = np.stack([np.median(power[:, max(2, place - 14) : place + 15], axis=1) for place in at], axis=1)
        mains.append(np.log10(near / beside).mean(axis=1))
    decibels = 10 * np.log10(power[:, 32:4128]).reshape(len(clips), -1, 32)
    over = decibels.max(axis=2) - np.median(decibels, axis=2)
    counts = [(over[:, part] > 18).mean(axis=1) for part in (slice(0, 16), slice(16, 64), slice(64, 128))]
    return np.stack([*mains, *counts, over.mean(axis=1), over.max(axis=1)], axis=1)


def _of_speech(speech: NDArray[np.uint8], steps: int) -> list[Floats]:
    probability = np.zeros(steps * STEP_WINDOWS, np.float32)
    probability[: len(speech)] = speech.astype(np.float32) / 255
    each = probability.reshape(steps, STEP_WINDOWS)
    mean = each.mean(axis=1)
    return [np.stack([mean, each.max(axis=1), _median(mean, FLOOR_STEPS)], axis=1)]


def _around(tracks: Floats, more: int) -> Floats:
    """(steps, tracks, frames) of each step with `more` frames before and after it; what is before the first repeats it."""
    padded = np.pad(tracks, ((more, more), (0, 0)), mode="edge")
    clips: Floats = sliding_window_view(padded, FRAMES + 2 * more, axis=0)[::FRAMES]
    return clips


def _lowest(values: Floats, more: int) -> Floats:
    """The lowest of each column in so many steps before and after."""
    return _near(values, more, lambda around: around.min(axis=-1))


def _median(values: Floats, more: int) -> Floats:
    return _near(values[:, None], more, lambda around: np.median(around, axis=-1))[:, 0]


def _near(values: Floats, more: int, of: Callable[[Floats], Floats]) -> Floats:
    return of(sliding_window_view(np.pad(values, ((more, more), (0, 0)), mode="edge"), 2 * more + 1, axis=0))


def _decibels(power: Floats) -> Floats:
    found: Floats = np.maximum(10 * np.log10(power + 1e-12), QUIET_DB).astype(np.float32)
    return found


@cache
def _window() -> Floats:
    return np.hanning(FRAME).astype(np.float32)


@cache
def _window_correlation() -> Floats:
    found = np.correlate(_window(), _window(), "full")[FRAME - 1 : FRAME - 1 + FRAME // 2]
    return (found / found[0]).astype(np.float32)


@cache
def _hertz() -> Floats:
    return np.fft.rfftfreq(FRAME, 1 / RATE).astype(np.float32)


@cache
def _edges() -> NDArray[np.int64]:
    """Bins at which the bands begin, 60 Hz to 7.9 kHz, evenly on a scale that is linear below 1 kHz and logarithmic above."""
    low, high = 2595 * np.log10(1 + 60 / 700), 2595 * np.log10(1 + 7900 / 700)
    hertz = 700 * (10 ** (np.linspace(low, high, BANDS + 1) / 2595) - 1)
    bins = np.round(hertz * FRAME / RATE).astype(np.int64)
    for place in range(1, len(bins)):
        bins[place] = max(bins[place], bins[place - 1] + 1)
    return bins
