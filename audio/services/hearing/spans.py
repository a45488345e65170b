"""From windows to spans: where there is speech, silence, clipping; and how far speech stands out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audio.services.hearing.sampling import WINDOW_S

SPEECH, SILENCE, CLIPPING = "speech", "silence", "clipping"
BEGINS, GOES_ON = 0.5, 0.35
"""Probability at which speech begins, and below which it has ended (Silero's own hysteresis)."""
SHORTEST_SPEECH_S, SHORTEST_PAUSE_S, SHORTEST_SILENCE_S = 0.25, 0.3, 1.0
SILENT_DB = -55.0
QUIET_OVER_FLOOR_DB = 6.0
FLOOR_PERCENTILE = 10
LEAST_SNR_DB, MOST_SNR_DB = -10.0, 60.0
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Span:
    """Times in seconds, level in dB of full scale, confidence 0 to 1."""

    label: str
    start_s: float
    end_s: float
    confidence: float
    level_db: float


def speech_mask(speech: NDArray[np.uint8]) -> Mask:
    """Which windows are speech: from where it is probable to where it is improbable; short pauses belong to it, short bursts do not."""
    probability = speech.astype(np.float32) / 255
    certain, possible = probability >= BEGINS, probability >= GOES_ON
    mask = np.zeros(len(speech), bool)
    for first, last in runs(possible):
        if certain[first:last].any():
            mask[first + int(np.argmax(certain[first:last])) : last] = True
    for first, last in runs(~mask):
        if first > 0 and last < len(mask) and (last - first) * WINDOW_S < SHORTEST_PAUSE_S:
            mask[first:last] = True
    for first, last in runs(mask):
        if (last - first) * WINDOW_S < SHORTEST_SPEECH_S:
            mask[first:last] = False
    return mask


def spans_of(levels: NDArray[np.int8], speech: NDArray[np.uint8], clipped: NDArray[np.uint8], duration_s: float) -> list[Span]:
    """All spans of a recording in the order of time."""
    voiced = speech_mask(speech)
    found = [span_of(SPEECH, first, last, speech, levels, duration_s) for first, last in runs(voiced)]
    quiet = ~voiced & (levels <= max(SILENT_DB, _floor(levels, voiced) - QUIET_OVER_FLOOR_DB))
    long = [(first, last) for first, last in runs(quiet) if (last - first) * WINDOW_S >= SHORTEST_SILENCE_S]
    found += [span_of(SILENCE, first, last, 255 - speech, levels, duration_s) for first, last in long]
    found += [span_of(CLIPPING, first, last, np.full_like(speech, 255), levels, duration_s) for first, last in runs(_near(clipped > 0))]
    return sorted(found, key=lambda span: (span.start_s, span.end_s))


def snr_db(levels: NDArray[np.int8], speech: NDArray[np.uint8]) -> float | None:
    """Mean power of speech over the median power between it, in dB; None where there is no speech or nothing between it. (The median,
    because breaths and the ends of words that count as pauses are as loud as speech.)

    Where nothing at all is heard between, it is MOST_SNR_DB: what is louder than that no microphone records.
    Where what is heard between is as loud as the speech, or louder, it is LEAST_SNR_DB: how far speech lies below it can't be measured.
    """
    voiced = speech_mask(speech)
    if not voiced.any() or voiced.all():
        return None
    power = np.power(10.0, levels.astype(np.float64) / 10)
    return over_noise(power[voiced], power[~voiced])


def over_noise(said: NDArray[np.float64], between: NDArray[np.float64]) -> float:
    """Of powers, neither of them empty."""
    noise = max(float(np.median(between)), 1e-10)
    signal = max(float(said.mean()) - noise, 1e-12)
    return round(min(MOST_SNR_DB, max(LEAST_SNR_DB, 10 * float(np.log10(signal / noise)))), 1)


def runs(mask: Mask) -> list[tuple[int, int]]:
    """(first, one after the last) of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(first), int(last)) for first, last in zip(edges[::2], edges[1::2], strict=True)]


def _floor(levels: NDArray[np.int8], voiced: Mask) -> float:
    rest = levels[~voiced]
    return float(np.percentile(rest, FLOOR_PERCENTILE)) if len(rest) else 0.0


def _near(mask: Mask) -> Mask:
    """Clipping that comes again within half a second is one span."""
    joined = mask.copy()
    for first, last in runs(~mask):
        if first > 0 and last < len(mask) and (last - first) * WINDOW_S < 0.5:
            joined[first:last] = True
    return joined


def span_of(label: str, first: int, last: int, probability: NDArray[np.uint8], levels: NDArray[np.int8], duration_s: float) -> Span:
    """The windows from `first` up to `last` as a span; its confidence is the mean of the probabilities (0 to 255)."""
    mean = float(probability[first:last].mean()) / 255
    power = float(np.power(10.0, levels[first:last].astype(np.float64) / 10).mean())
    return Span(
        label, round(first * WINDOW_S, 3), round(min(last * WINDOW_S, duration_s), 3), round(mean, 3), round(10 * float(np.log10(power)), 1)
    )
