"""Printed lines as running text: where a line of a printed page ends only because the paper did, a screen of another width need not."""

from __future__ import annotations

import re
from itertools import pairwise

from documents.services.chunking.sentences import length_beside_grown

# A column of a table or a form is told by wide spaces; such lines stay as they are.
_COLUMNS = re.compile(r"\S(?: {3,}|\t)\S")
# What begins a line of its own: a numbered paragraph or item, a bullet, a line that is set in.
_OWN_LINE = re.compile(r"\s|[-–—•*·▪◦]\s|\(?(?:\d{1,3}|[a-zA-Z]|[ivxlIVXL]{1,5})[.)]\s|_{3}|[A-Z]{2,}[^a-z]*$")
LONGEST_PRINTED = 140
LEAST_FULL = 0.72  # of the length of the page's full lines


def flowed(text: str) -> str:
    """The same text with line ends inside paragraphs as spaces; no code point moves, so offsets stay good."""
    lines = text.split("\n")
    full = _full_length(lines)
    if full is None:
        return text
    pieces = [lines[0]]
    for before, line in pairwise(lines):
        pieces += [" " if _goes_on(before, line, full) else "\n", line]
    return "".join(pieces)


def _full_length(lines: list[str]) -> int | None:
    """How long the page's full lines are; None where it was not printed in lines."""
    lengths = sorted(len(line) for line in lines if line.strip())
    full = length_beside_grown(lines)
    if len(lengths) < 4 or (full or lengths[-1]) > LONGEST_PRINTED:
        return None
    return full or lengths[(len(lengths) - 1) * 9 // 10]


def _goes_on(before: str, line: str, full: int) -> bool:
    if len(before) < LEAST_FULL * full or not line.strip():
        return False
    return not (_OWN_LINE.match(line) or _COLUMNS.search(before) or _COLUMNS.search(line))
