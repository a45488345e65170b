"""From words to segments: what one person says in one breath, as it is read, searched and edited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audio.services.transcription.doubts import breaths, doubts_about
from audio.services.transcription.words import WITHOUT_SPACES, Heard, Word

SENTENCE_ENDS = (".", "?", "!", "…", "。", "？", "！")
CLOSING = "\"'”’)]»"
PAUSE_S = 2.5
LONGEST_S, LONGEST_CHARACTERS = 14.0, 220
ABBREVIATIONS = frozenset(
    re.findall(r"\S+", "mr. mrs. ms. dr. st. no. v. vs. inc. co. corp. jr. sr. hon. prof. gov. sen. rep. u.s. i.e. e.g. cf. art. sec.")
)


@dataclass(frozen=True)
class Segment:
    """Words that belong together; times in seconds, confidence 0 to 1."""

    words: list[Word]
    doubts: list[str]
    between: str = " "

    @property
    def text(self) -> str:
        return self.between.join(word.text for word in self.words)

    @property
    def start_s(self) -> float:
        return self.words[0].start_s

    @property
    def end_s(self) -> float:
        return max(word.end_s for word in self.words)

    @property
    def confidence(self) -> float:
        return round(sum(word.probability for word in self.words) / len(self.words), 3)


def segments_of(heard: Heard, speech: NDArray[np.uint8], language: str = "en") -> list[Segment]:
    """The segments of a clip. What is doubtful of a breath as a whole (a loop may be longer than a sentence) is doubtful of all of it."""
    between = "" if language in WITHOUT_SPACES else " "
    made = []
    for breath in breaths(heard.words):
        whole = [doubt for doubt in doubts_about(breath, speech) if doubt != "silence"]
        for words in _divided(breath):
            made.append(Segment(words, sorted({*whole, *doubts_about(words, speech)}), between))
    return made


def _divided(words: Sequence[Word]) -> list[list[Word]]:
    parts: list[list[Word]] = []
    for word in words:
        if not parts or _ends(parts[-1], word):
            parts.append([])
        parts[-1].append(word)
    return parts


def _ends(part: Sequence[Word], following: Word) -> bool:
    """Whether the next word begins another segment."""
    last = part[-1]
    if following.start_s - last.end_s > PAUSE_S:
        return True
    if following.end_s - part[0].start_s > LONGEST_S or sum(len(word.text) + 1 for word in part) > LONGEST_CHARACTERS:
        return True
    bare = last.text.rstrip(CLOSING)
    return bare.endswith(SENTENCE_ENDS) and bare.lower() not in ABBREVIATIONS
