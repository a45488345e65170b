"""From windows to spans: hysteresis, short pauses and bursts, silence, clipping, and how far speech stands out."""

from __future__ import annotations

import numpy as np
import pytest

from audio.services.hearing.sampling import WINDOW_S
from audio.services.hearing.spans import runs, snr_db, spans_of, speech_mask


def windows(*parts: tuple[float, float]) -> np.ndarray:
    """(seconds, value) one after the other, a value for each window."""
    return np.concatenate([np.full(round(seconds / WINDOW_S), value) for seconds, value in parts])


def probability(*parts: tuple[float, float]) -> np.ndarray:
    return (windows(*parts) * 255).astype(np.uint8)


def lengths(mask: np.ndarray) -> list[tuple[float, float]]:
    return [(round(first * WINDOW_S, 1), round(last * WINDOW_S, 1)) for first, last in runs(mask)]


@pytest.mark.parametrize(
    ("speech", "spoken"),
    [
        (probability((1, 0), (2, 1), (1, 0)), [(1.0, 3.0)]),
        (probability((1, 0), (2, 0.4), (1, 0)), []),
        (probability((1, 0), (1, 0.9), (1, 0.4), (1, 0)), [(1.0, 3.0)]),
        (probability((1, 0), (1, 1), (0.2, 0), (1, 1), (1, 0)), [(1.0, 3.2)]),
        (probability((1, 0), (1, 1), (0.6, 0), (1, 1), (1, 0)), [(1.0, 2.0), (2.6, 3.6)]),
        (probability((1, 0), (0.1, 1), (1, 0)), []),
        (probability((3, 1)), [(0.0, 3.0)]),
        (np.zeros(0, np.uint8), []),
    ],
)
def test_speech_begins_surely_goes_on_doubtfully_and_bridges_short_pauses(speech, spoken):
    found = lengths(speech_mask(speech))
    assert len(found) == len(spoken)
    for (first, last), (start, end) in zip(found, spoken, strict=True):
        assert (first, last) == (pytest.approx(start, abs=0.11), pytest.approx(end, abs=0.11))


def test_spans_come_in_the_order_of_time_with_level_and_confidence():
    levels = windows((2, -90), (3, -20), (2, -90)).astype(np.int8)
    speech = probability((2, 0), (3, 0.9), (2, 0))
    clipped = windows((3, 0), (0.5, 20), (0.2, 0), (0.3, 20), (3, 0)).astype(np.uint8)[: len(levels)]
    clipped = np.pad(clipped, (0, len(levels) - len(clipped)))
    found = spans_of(levels, speech, clipped, 7.0)
    assert [span.label for span in found] == ["silence", "speech", "clipping", "silence"]
    assert (found[1].level_db, round(found[1].confidence, 1)) == (-20.0, 0.9)
    assert found[2].end_s - found[2].start_s == pytest.approx(1.0, abs=0.1)
    assert found[-1].end_s <= 7.0


def test_a_steady_hum_is_no_silence():
    levels = windows((5, -40)).astype(np.int8)
    assert spans_of(levels, np.zeros_like(levels, np.uint8), np.zeros_like(levels, np.uint8), 5.0) == []


@pytest.mark.parametrize(("floor", "expected"), [(-50, 30), (-23, 0), (-20, -10), (-5, -10), (-100, 60)])
def test_how_far_speech_stands_out(floor, expected):
    levels = windows((2, floor), (2, -20), (2, floor)).astype(np.int8)
    assert snr_db(levels, probability((2, 0), (2, 1), (2, 0))) == pytest.approx(expected, abs=0.5)


def test_without_speech_or_without_pauses_nothing_is_said_of_it():
    levels = windows((2, -30)).astype(np.int8)
    assert snr_db(levels, probability((2, 0))) is None
    assert snr_db(levels, probability((2, 1))) is None
