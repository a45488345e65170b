"""What a speech model is asked and what it says. Plain data for both sides of the process border."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

WITHOUT_SPACES = frozenset(["zh", "ja", "th", "lo", "my", "yue", "km"])
"""Languages that write their words together."""


class Word(NamedTuple):
    """Times in seconds of the recording, probability 0 to 1. The text has no space around it."""

    start_s: float
    end_s: float
    text: str
    probability: float


class Clip(NamedTuple):
    """From where to where the model listens at once, in seconds of the recording. Where there are `stretches` it hears these only, without
    the pauses between them; at most half a minute."""

    start_s: float
    end_s: float
    stretches: Sequence[tuple[float, float]] = ()

    def heard(self) -> Sequence[tuple[float, float]]:
        return self.stretches or ((self.start_s, self.end_s),)


class Heard(NamedTuple):
    """What the model says of a clip."""

    clip: Clip
    words: list[Word]
