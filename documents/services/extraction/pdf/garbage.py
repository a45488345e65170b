"""Texts that are none: what a font without its mapping, or a bad recognition, leaves of words."""

from __future__ import annotations

import re
import unicodedata

LEAST_SIGNS = 60
"""Of a text that is judged at all."""
MOST_LOST = 0.15
"""Share of signs that stand for nothing: replacement characters, private ones, controls."""
LEAST_LETTERS = 0.35
"""Share of letters and digits; a table of figures has more, a font without its mapping has brackets and arrows."""
LEAST_VOWELS = 0.2
"""Share of vowels among Latin letters; every language that is written in them has more than 0.3, shifted letters have less."""
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_VOWELS = frozenset("aeiouyAEIOUY")


def is_garbage(text: str) -> bool:
    """Whether these signs are no words. False for a few of them, for figures, and for the dots and strokes of a form."""
    signs = [sign for sign in text if not sign.isspace()]
    if len(signs) < LEAST_SIGNS:
        return False
    lost = sum(sign == "\ufffd" or unicodedata.category(sign) in ("Co", "Cn", "Cc") for sign in signs)
    if lost > MOST_LOST * len(signs):
        return True
    if sum(sign.isalnum() or unicodedata.category(sign).startswith("M") for sign in signs) < LEAST_LETTERS * len(signs):
        return not _is_ruled(text)
    latin = _LATIN.findall(text)
    vowels = sum(unicodedata.normalize("NFD", letter)[0] in _VOWELS for letter in latin)
    return 2 * len(latin) > len(signs) and vowels < LEAST_VOWELS * len(latin)


def _is_ruled(text: str) -> bool:
    """Dots and strokes of forms, contents and tables are few signs often."""
    signs = [sign for sign in text if not sign.isspace() and not sign.isalnum()]
    return sum(sign in "._-–—…·*=|$€£%,()" for sign in signs) > 0.8 * len(signs)
