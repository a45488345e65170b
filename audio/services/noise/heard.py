"""From the probabilities of half seconds to spans of noises.

Speech, silence and clipping are told by better instruments (`hearing.spans`); the forest's own opinion of the first two is not shown.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from audio.services.hearing.sampling import WINDOW_S
from audio.services.hearing.spans import Span, runs, span_of
from audio.services.noise import labels
from audio.services.noise.features import STEP_WINDOWS

STEADY = frozenset({labels.HUM, labels.TRAFFIC, labels.CROWD, labels.MUSIC, labels.TELEPHONE})
"""What goes on for a while: a single half second of it is a mistake, and a gap of two belongs to it."""
GOES_ON = 0.7
"""Of the threshold: a noise that has begun goes on down to it."""
SHORTEST_S, JOINED_S = 1.5, 1.6


def noise_spans(
    steps: NDArray[np.uint8], levels: NDArray[np.int8], thresholds: Mapping[str, float], duration_s: float, unreadable: NDArray[np.bool_]
) -> list[Span]:
    """`steps` (windows, LABELS) as probabilities 0 to 255, `levels` and `unreadable` (windows,); a noise begins where it reaches its
    threshold. Nothing is heard where the sound could not be read."""
    found: list[Span] = []
    for place, label in enumerate(labels.LABELS):
        if label not in thresholds or label not in labels.NOISES:
            continue
        probability = np.where(unreadable, 0, steps[:, place])
        if label in STEADY:
            probability = _smooth(probability)
        for first, last in _heard(probability, thresholds[label], steady=label in STEADY):
            found.append(span_of(label, first, last, probability, levels, duration_s))
    return found


def _smooth(probability: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The median of three steps."""
    around = np.pad(probability, STEP_WINDOWS, mode="edge")
    three = sliding_window_view(around, 2 * STEP_WINDOWS + 1)[:, ::STEP_WINDOWS]
    smooth: NDArray[np.uint8] = np.median(three, axis=1).astype(np.uint8)
    return smooth


def _heard(probability: NDArray[np.uint8], threshold: float, *, steady: bool) -> list[tuple[int, int]]:
    certain, possible = probability >= 255 * threshold, probability >= 255 * threshold * GOES_ON
    mask = np.zeros(len(probability), bool)
    for first, last in runs(possible):
        mask[first:last] = certain[first:last].any()
    if steady:
        for first, last in runs(~mask):
            if first > 0 and last < len(mask) and (last - first) * WINDOW_S < JOINED_S:
                mask[first:last] = True
    return [(first, last) for first, last in runs(mask) if not steady or (last - first) * WINDOW_S >= SHORTEST_S]
