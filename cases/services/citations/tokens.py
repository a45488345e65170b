"""eyecite's tokens without its cost: each pattern runs only where its reporter's name occurs, and those of the plain form (volume, name,
page), which are nearly all, only where a number stands before that name."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from itertools import accumulate
from typing import Any

import ahocorasick
from eyecite.models import CitationToken, Token, TokenExtractor
from eyecite.tokenizers import EXTRACTORS, Tokenizer, token_is_from_nominative_reporter

# Longer than any citation's part before (volume, subject) and after (page, date) its reporter's name.
BEFORE, AFTER = 120, 160
_DIGIT = re.compile(r"\d")
# How the patterns of the plain form begin, and the volume that has to stand before the reporter's name for them.
_PLAIN = r"(?:^|[^a-zA-Z0-9])((?P<volume>[1-9]\d*) (?P<reporter>"
_VOLUME = re.compile(r"(?:^|[^a-zA-Z0-9])[1-9]\d{0,9} $")


def _is_citation(extractor: TokenExtractor) -> bool:
    return getattr(extractor.constructor, "__self__", None) is CitationToken


class NearbyTokenizer(Tokenizer):
    """Gives the tokens of eyecite's own tokenizers for text with single spaces, but those of stop words and of "id." and "supra"."""

    def __init__(self) -> None:
        super().__init__(extractors=list(EXTRACTORS))
        by_name: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        self.everywhere: list[TokenExtractor] = []
        for number, extractor in enumerate(self.extractors):
            if not _is_citation(extractor):
                # Without line breaks no paragraphs match; the words beside citations are looked at by the grammar itself.
                continue
            if not extractor.strings:
                self.everywhere.append(extractor)
                continue
            plain = extractor.regex.startswith(_PLAIN)
            for name in {"".join(string.split()) for string in extractor.strings}:
                by_name[name][plain].append(number)
        self.names = ahocorasick.Automaton()
        for name, (others, plain_ones) in by_name.items():
            self.names.add_word(name, (len(name), tuple(others), tuple(plain_ones)))
        self.names.make_automaton()

    def citations(self, text: str) -> list[CitationToken]:
        """Those that don't overlap, in the order of the text, as eyecite chooses: of those that begin together the longest."""
        kept: list[CitationToken] = []
        for token in sorted(self.extract_tokens(text), key=lambda token: (token.start, -token.end)):
            if not isinstance(token, CitationToken) or (kept and kept[-1].merge(token)):
                continue
            if kept and token.start < kept[-1].end:
                if not token_is_from_nominative_reporter(kept[-1]):
                    continue
                kept.pop()
            kept.append(token)
        return kept

    def extract_tokens(self, text: str) -> Generator[Token, None, None]:
        for extractor in self.everywhere:
            for match in extractor.get_matches(text):
                yield extractor.get_token(match)
        plain, windows = self._places(text)
        for number, start in plain:
            extractor = self.extractors[number]
            pattern: Any = extractor.compiled_regex
            if match := pattern.match(text, start):
                yield extractor.get_token(match)
        for number, found in windows.items():
            extractor = self.extractors[number]
            pattern = extractor.compiled_regex
            for start, end in _merged(found):
                for match in pattern.finditer(text, start, end):
                    yield extractor.get_token(match)

    def _places(self, text: str) -> tuple[set[tuple[int, int]], dict[int, list[tuple[int, int]]]]:
        """Where patterns of the plain form would have to begin, as (extractor, place), and for each other extractor whose reporter is
        named the stretches of text where its pattern may match."""
        words = text.split(" ")
        stripped = "".join(words)
        # Where each word begins in the text without spaces: as many spaces stand before a character as words end before it.
        begins = [0, *accumulate(map(len, words))]
        plain: set[tuple[int, int]] = set()
        windows: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for last, (length, others, plain_ones) in self.names.iter(stripped):
            first = last - length + 1
            start = first + bisect_right(begins, first) - 1
            if plain_ones and (volume := _VOLUME.search(text, max(0, start - 12), start)):
                plain.update((number, volume.start()) for number in plain_ones)
            if not others:
                continue
            end = last + bisect_right(begins, last)
            # Every citation has a volume, a page or a section.
            if _DIGIT.search(text, max(0, start - BEFORE), end + AFTER):
                window = (max(0, start - BEFORE), _word_end(text, end + AFTER))
                for number in others:
                    windows[number].append(window)
        return plain, windows


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
