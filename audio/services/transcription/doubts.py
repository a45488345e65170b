"""Which of the words of a speech model were probably never said. Not by its confidence: loops come with high confidence.

Four signs, each of which is enough: a text that compresses as only repetitions do (the 2.4 of OpenAI's whisper), one phrase said again
and again, more words a second than people say, words where nobody speaks.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audio.services.hearing.sampling import WINDOW_S
from audio.services.transcription.words import Word

REPETITION, LOOP, HASTE, SILENCE = "repetition", "loop", "haste", "silence"
MOST_COMPRESSED = 2.4
FEWEST_CHARACTERS = 40
"""A shorter text compresses badly whatever it says."""
BREATH_S = 3.0
LONGEST_PHRASE = 12
LOOPED_SHARE, LOOPED_TIMES, LOOPED_WORDS = 0.6, 4, 8
MOST_WORDS_A_SECOND = 7.0
FEWEST_FOR_HASTE = 6
LEAST_VOICED = 0.2
LEAST_PROBABILITY = 64
"""Of speech in a window (of 255), for it to count as voiced: lower than where speech begins, so that who mumbles is not called silent."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def doubts_about(words: Sequence[Word], speech: NDArray[np.uint8]) -> list[str]:
    """The signs that apply to words that were said together; `speech` are the recording's probabilities, one for each 32 ms."""
    if not words:
        return []
    said = [word.lower() for each in words for word in _WORD.findall(each.text)]
    text = " ".join(each.text for each in words)
    found = []
    if compression_ratio(text) > MOST_COMPRESSED:
        found.append(REPETITION)
    if looped_share(said) >= LOOPED_SHARE:
        found.append(LOOP)
    spoken = max(words[-1].end_s - words[0].start_s, 0.2)
    if len(said) >= FEWEST_FOR_HASTE and len(said) / spoken > MOST_WORDS_A_SECOND:
        found.append(HASTE)
    if voiced_share(words, speech) < LEAST_VOICED:
        found.append(SILENCE)
    return found


def breaths(words: Sequence[Word]) -> list[list[Word]]:
    """Words of a clip that were said without a long pause between: what is said again after one (an oath, an objection) is no loop of
    the model's, which knows no pauses."""
    parts: list[list[Word]] = []
    for word in words:
        if not parts or word.start_s - parts[-1][-1].end_s > BREATH_S:
            parts.append([])
        parts[-1].append(word)
    return parts


def doubts_about_clip(words: Sequence[Word], speech: NDArray[np.uint8]) -> list[str]:
    """The signs that apply to any breath of it."""
    return sorted({doubt for breath in breaths(words) for doubt in doubts_about(breath, speech)})


def compression_ratio(text: str) -> float:
    """Length of the text over its length when compressed by zlib, as whisper takes it; 0 for a short text."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) if len(raw) >= FEWEST_CHARACTERS else 0.0


def looped_share(said: Sequence[str]) -> float:
    """How much of the words is one phrase (of at most LONGEST_PHRASE words) said LOOPED_TIMES or more in a row."""
    if len(said) < LOOPED_WORDS:
        return 0.0
    longest = 0
    for length in range(1, min(LONGEST_PHRASE, len(said) // LOOPED_TIMES) + 1):
        run = 0
        for place in range(length, len(said)):
            run = run + 1 if said[place] == said[place - length] else 0
            if run + length >= length * LOOPED_TIMES:
                longest = max(longest, run + length)
    return longest / len(said)


def voiced_share(words: Sequence[Word], speech: NDArray[np.uint8]) -> float:
    """How much of the time of these words is speech."""
    first = int(words[0].start_s / WINDOW_S)
    last = max(first + 1, int(words[-1].end_s / WINDOW_S) + 1)
    heard = speech[first:last]
    return float((heard >= LEAST_PROBABILITY).mean()) if len(heard) else 0.0
