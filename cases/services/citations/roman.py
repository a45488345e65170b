"""Numbers as constitutions count: XIV is 14."""

from __future__ import annotations

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}


def number(written: str) -> int:
    """Roman or Arabic; 0 where it is neither."""
    if written.isdigit():
        return int(written)
    values = [_VALUES.get(letter, 0) for letter in written.upper()]
    return 0 if 0 in values else sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))
