"""Text as grammars want it, with the way back to the offsets of the text that was given."""

from __future__ import annotations

import re
from bisect import bisect_right

# Soft hyphens and zero-width characters go; whitespace becomes one space. A single plain space is left alone, as most are.
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_GAPS = re.compile(rf"(?:  | ?(?:[^\S ]|[{_INVISIBLE}]))[\s{_INVISIBLE}]*")
_HYPHENS = "\u00ad-\u2010"
# "Amend-" at the end of a line and "ment" on the next are one word; a capital or a number behind the hyphen keeps it (Hewlett-Packard,
# 153-54).
_BROKEN = re.compile(rf"(?<=[a-z])[-\u2010][^\S\n]*\n\s*(?=[a-z])|{_GAPS.pattern}")
# Hyphens that typesetters use in ranges, and the apostrophe of “F. App’x”; one character for one, so offsets do not move.
_PLAIN = str.maketrans({"\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2212": "-", "\u2019": "'", "\u02bc": "'"})


class CleanText:
    """`text` is the cleaned text; `source(i)` is where its i-th character stood."""

    def __init__(self, given: str) -> None:
        parts: list[str] = []
        self._clean: list[int] = [0]
        self._given: list[int] = [0]
        length = after = 0
        for gap in (_BROKEN if "-\n" in given or "\u2010\n" in given or "-\r" in given else _GAPS).finditer(given):
            start, end = gap.span()
            parts.append(given[after:start])
            length += start - after
            after = end
            if end - start == 1 and given[start].isspace():  # a line's end, as most are: nothing moves
                parts.append(" ")
                length += 1
                continue
            # A word that a hyphen parts at the end of a line is one word.
            if gap[0][0] not in _HYPHENS and gap[0].strip(_INVISIBLE):
                parts.append(" ")
                self._mark(length, start)
                length += 1
            self._mark(length, end)
        parts.append(given[after:])
        self.text = "".join(parts).translate(_PLAIN)

    def _mark(self, clean: int, given: int) -> None:
        if self._clean[-1] == clean:
            self._given[-1] = given
        elif given - clean != self._given[-1] - self._clean[-1]:
            self._clean.append(clean)
            self._given.append(given)

    def source(self, index: int) -> int:
        """Offset in the given text of the cleaned character at `index`."""
        place = bisect_right(self._clean, index) - 1
        return self._given[place] + index - self._clean[place]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The given text's span for a non-empty span of cleaned text."""
        return self.source(start), self.source(end - 1) + 1
