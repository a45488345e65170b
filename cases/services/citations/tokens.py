"""eyecite's tokens without its cost: each pattern runs only around the places where its reporter's name occurs."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from itertools import accumulate
from typing import Any

import ahocorasick
from eyecite.models import CitationToken, ParagraphToken, Token, TokenExtractor
from eyecite.tokenizers import EXTRACTORS, Tokenizer

# Longer than any citation's part before (volume, subject) and after (page, date) its reporter's name.
BEFORE, AFTER = 120, 160
_DIGIT = re.compile(r"\d")


def _is_citation(extractor: TokenExtractor) -> bool:
    return getattr(extractor.constructor, "__self__", None) is CitationToken


class NearbyTokenizer(Tokenizer):
    """Gives the tokens of eyecite's own tokenizers for text with single spaces."""

    def __init__(self) -> None:
        super().__init__(extractors=list(EXTRACTORS))
        self.everywhere: list[TokenExtractor] = []
        by_name: dict[str, list[int]] = defaultdict(list)
        for number, extractor in enumerate(self.extractors):
            if not _is_citation(extractor) or not extractor.strings:
                # No line breaks are left in cleaned text, so paragraphs cannot match.
                if getattr(extractor.constructor, "__self__", None) is not ParagraphToken:
                    self.everywhere.append(extractor)
                continue
            for name in {"".join(string.split()) for string in extractor.strings}:
                by_name[name].append(number)
        self.names = ahocorasick.Automaton()
        for name, numbers in by_name.items():
            self.names.add_word(name, (len(name), tuple(numbers)))
        self.names.make_automaton()

    def extract_tokens(self, text: str) -> Generator[Token, None, None]:
        for extractor in self.everywhere:
            for match in extractor.get_matches(text):
                yield extractor.get_token(match)
        for number, windows in self._windows(text).items():
            extractor = self.extractors[number]
            pattern: Any = extractor.compiled_regex
            for start, end in _merged(windows):
                for match in pattern.finditer(text, start, end):
                    yield extractor.get_token(match)

    def _windows(self, text: str) -> dict[int, list[tuple[int, int]]]:
        """For each extractor whose reporter is named, the stretches of text where its pattern may match."""
        words = text.split(" ")
        stripped = "".join(words)
        # Where each word begins in the text without spaces: as many spaces stand before a character as words end before it.
        begins = [0, *accumulate(map(len, words))]
        digits = [match.start() for match in _DIGIT.finditer(text)]
        windows: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for last, (length, numbers) in self.names.iter(stripped):
            first = last - length + 1
            start, end = first + bisect_right(begins, first) - 1, last + bisect_right(begins, last)
            if not _near(digits, start, end):
                continue
            window = (max(0, start - BEFORE), _word_end(text, end + AFTER))
            for number in numbers:
                windows[number].append(window)
        return windows


def _near(digits: list[int], start: int, end: int) -> bool:
    """Whether a number is within reach: every citation has a volume, a page or a section."""
    place = bisect_left(digits, start - BEFORE)
    return place < len(digits) and digits[place] < end + AFTER


def _word_end(text: str, end: int) -> int:
    """`end` moved on so that no number is cut in two."""
    if end >= len(text):
        return len(text)
    space = text.find(" ", end)
    return len(text) if space < 0 else space


def _merged(windows: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Overlapping windows as one; they come in the order of their starts."""
    current: tuple[int, int] | None = None
    for start, end in windows:
        if current and start <= current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current:
            yield current
        current = (start, end)
    if current:
        yield current
