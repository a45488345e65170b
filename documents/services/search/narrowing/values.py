"""Values of filters as they are compared."""

from __future__ import annotations

import re

LONGEST_VALUE = 300
_WORD = re.compile(r"[^\W_]+")
_NOT_STORED = re.compile(r"[\x00\ud800-\udfff]")


def clean(value: str) -> str:
    """Without what no stored text can have."""
    return _NOT_STORED.sub("", value).strip()[:LONGEST_VALUE]


def words_of(text: str) -> list[str]:
    """Its words in small letters; marks do not count, so that there is nothing that a pattern could mean."""
    return _WORD.findall(text.lower())
