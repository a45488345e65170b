"""Values of filters as they are compared."""

from __future__ import annotations

import re
import unicodedata

LONGEST_VALUE = 300
_WORD = re.compile(r"[^\W_]+")
_ACCENTS = re.compile("[\u0300-\u036f]+")
SINGLE, SINGLE_PLAIN = "øłđðı", "olddi"
DOUBLE = {"œ": "oe", "æ": "ae", "ß": "ss"}
_PLAIN = str.maketrans(SINGLE, SINGLE_PLAIN) | str.maketrans(DOUBLE)
_NOT_STORED = re.compile(r"[\x00\ud800-\udfff]")


def clean(value: str) -> str:
    """Without what no stored text can have."""
    return _NOT_STORED.sub("", value).strip()[:LONGEST_VALUE]


def words_of(text: str) -> list[str]:
    """Its words in small letters without accents; marks do not count, so that there is nothing that a pattern could mean."""
    return _WORD.findall(folded(text))


def folded(text: str) -> str:
    """As `conditions.Folded` has it in SQL."""
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text.lower())).translate(_PLAIN)
