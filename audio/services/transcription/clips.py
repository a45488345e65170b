"""What the model is given to hear at once: stretches with speech, cut where nobody speaks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audio.services.hearing import spans
from audio.services.hearing.sampling import WINDOW_S
from audio.services.transcription.words import Clip, Heard

LONGEST_S = 29.0
"""The model hears half a minute at once; words at its very end would be cut off."""
PAD_S = 0.2
PAUSE_S, APART_S = 0.6, 30.0
"""A longer pause is left out of a clip (in silence a speech model hears things, and half of its work would be for nothing); a much longer
one ends it."""
LOOK_BACK_S = 8.0
"""Speech without a pause is cut at the least likely speech in its last seconds."""
WORDLESS_S, UNTOUCHED_S, CLOSE_S = 1.2, 0.5, 1.0
"""Speech without a word: longer than anybody stretches one; between pauses on both sides, shorter."""
CLIPS_A_PIECE = 8
"""Of a piece, whose words are published together: what a crash costs at most."""


def clips_of(speech: NDArray[np.uint8], duration_s: float) -> list[Clip]:
    """Clips in order, from the probabilities of speech (0 to 255, a value for each window of 32 ms). They do not overlap."""
    clips: list[list[tuple[float, float]]] = []
    for start, end in _stretches(speech, duration_s):
        if clips and start - clips[-1][-1][1] <= APART_S and sum(until - since for since, until in clips[-1]) + end - start <= LONGEST_S:
            clips[-1].append((start, end))
        else:
            clips.append([(start, end)])
    return [Clip(stretches[0][0], stretches[-1][1], _joined(stretches)) for stretches in clips]


def _joined(stretches: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Those that touch are one; one alone need not be named."""
    joined: list[tuple[float, float]] = []
    for start, end in stretches:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined) if len(joined) > 1 else ()


def pieces_of(clips: Sequence[Clip]) -> list[Sequence[Clip]]:
    return [clips[first : first + CLIPS_A_PIECE] for first in range(0, len(clips), CLIPS_A_PIECE)]


def wordless(heard: Heard, speech: NDArray[np.uint8]) -> list[Clip]:
    """Stretches of a clip in which somebody surely speaks and of which no word was written down; what is close together is one."""
    first, last = int(heard.clip.start_s / WINDOW_S), int(heard.clip.end_s / WINDOW_S)
    mask = spans.speech_mask(speech[first:last])
    written = np.zeros(len(mask), bool)
    for word in heard.words:
        written[max(0, int(word.start_s / WINDOW_S) - first) : max(0, int(word.end_s / WINDOW_S) + 1 - first)] = True
    found: list[list[int]] = []
    for start, end in spans.runs(mask):
        untouched = not written[start:end].any()
        for since, until in spans.runs(~written[start:end]):
            if (until - since) * WINDOW_S < (UNTOUCHED_S if untouched else WORDLESS_S):
                continue
            if found and (start + since - found[-1][1]) * WINDOW_S < CLOSE_S:
                found[-1][1] = start + until
            else:
                found.append([start + since, start + until])
    return [
        Clip(
            round(max(heard.clip.start_s, (first + since) * WINDOW_S - PAD_S), 3),
            round(min(heard.clip.end_s, (first + until) * WINDOW_S + PAD_S), 3),
        )
        for since, until in found
    ]


def _short(found: Sequence[tuple[int, int]], speech: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """The runs, those cut that are longer than a clip."""
    longest, back = int(LONGEST_S / WINDOW_S), int(LOOK_BACK_S / WINDOW_S)
    short: list[tuple[int, int]] = []
    for first, last in found:
        while last - first > longest:
            cut = first + longest - back + int(np.argmin(speech[first + longest - back : first + longest]))
            short.append((first, cut))
            first = cut
        short.append((first, last))
    return short


def _stretches(speech: NDArray[np.uint8], duration_s: float) -> list[tuple[float, float]]:
    """Speech with a moment before and after, as far as nobody else speaks there; of a short pause each side has its half."""
    found = [(first * WINDOW_S, last * WINDOW_S) for first, last in _short(spans.runs(spans.speech_mask(speech)), speech)]
    padded: list[tuple[float, float]] = []
    for index, (start, end) in enumerate(found):
        after = found[index + 1][0] if index + 1 < len(found) else duration_s + 2 * PAD_S
        until = (end + after) / 2 if after - end <= PAUSE_S else end + PAD_S
        since = padded[-1][1] if padded and start - found[index - 1][1] <= PAUSE_S else start - PAD_S
        padded.append((round(max(0.0, since), 3), round(min(until, duration_s), 3)))
    return [(start, end) for start, end in padded if end > start]
