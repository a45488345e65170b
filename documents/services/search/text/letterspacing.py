"""Captions set with spaces: I N  T H E  C O U R T. What is shown stays true to the page; search reads the words.

Wider gaps are taken for the gaps between words. Where there are none, the letters are divided into the most probable words: the
sequence with the least sum of log(rank) over a vocabulary that is ordered by frequency (Zipf's law; dynamic programming, as for text
without spaces). The vocabulary is that of the embedding model's tokenizer, which is installed anyway.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from tasks import service_registry

LEAST_LETTERS = 5
LONGEST_WORD = 20
UNKNOWN = 25.0
"""What a word costs that the vocabulary does not know, for each of its letters less than any that it knows as a whole."""
_RUN = re.compile(r"(?<![^\W_])[^\W\d_](?:[ \t\u00a0]{1,4}[^\W\d_](?![^\W_])){4,}(?:[ \t\u00a0]*[.,:;])?")
_GAP = re.compile(r"[ \t\u00a0]{2,}")


def spaced_runs(text: str) -> Iterator[list[tuple[int, int, str]]]:
    """Of each run of single letters with spaces between them its words in order, as (start, end, word in lower case)."""
    for run in _RUN.finditer(text):
        if not _is_caption(run[0]):
            continue
        found: list[tuple[int, int, str]] = []
        at = run.start()
        for part in _parts(run[0]):
            start = text.index(part, at)
            at = start + len(part)
            letters = [start + offset for offset, character in enumerate(part) if character.isalpha()]
            found.extend(_placed(part, letters))
        yield found


def _is_caption(run: str) -> bool:
    """Enough different letters, all capitals or none of them: a list of variables or initials is none."""
    letters = [character for character in run if character.isalpha()]
    ordered = all(ord(after) == ord(before) + 1 for before, after in pairwise(letters))
    return len(letters) >= LEAST_LETTERS and (run.isupper() or run.islower()) and not ordered and len(set(letters)) > 2


def _parts(run: str) -> list[str]:
    return [part for part in _GAP.split(run) if part] if _GAP.search(run) else [run]


def _placed(part: str, letters: list[int]) -> Iterator[tuple[int, int, str]]:
    """One word where wider gaps have set it apart and it is one, else the words that its letters make."""
    glued = "".join(character for character in part if character.isalpha()).lower()
    at = 0
    for word in divided(glued):
        yield letters[at], letters[at + len(word) - 1] + 1, word
        at += len(word)


def divided(letters: str) -> list[str]:
    """The most probable words that these letters make without spaces; the letters as one word where nothing is known of them."""
    ranks = _ranks()
    costs: list[float] = [0.0]
    lengths: list[int] = [0]
    for end in range(1, len(letters) + 1):
        best, length = float("inf"), 1
        for start in range(max(0, end - LONGEST_WORD), end):
            word = letters[start:end]
            cost = costs[start] + ranks.get(word, UNKNOWN + 2.0 * len(word))
            if cost < best:
                best, length = cost, end - start
        costs.append(best)
        lengths.append(length)
    words: list[str] = []
    end = len(letters)
    while end:
        words.append(letters[end - lengths[end] : end])
        end -= lengths[end]
    return words[::-1]


@cache
def _ranks() -> dict[str, float]:
    """{word: what it costs}. Single letters are dear but for those that are words."""
    vocabulary = service_registry.get("embedding").tokenizer.vocabulary()
    words = [word for word in vocabulary if word.isalpha() and word.isascii() and (len(word) > 1 or word in "ai")]
    return {word: math.log((rank + 2) * math.log(len(words) + 2)) for rank, word in enumerate(words)}
