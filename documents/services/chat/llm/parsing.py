"""What a model says, sentence by sentence, as drafts with their sources. Nothing of it can become anything else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from documents.services.chat.contracts import Draft
from documents.services.chat.llm.cleaning import Thoughts, plain, without_thoughts_before
from documents.services.chat.llm.prompt import NOTHING_FOUND
from documents.services.chat.llm.sourcing import Sources
from documents.services.chunking.sentences import sentence_starts
from documents.services.search.text.words import words_in

LONGEST = 2000
"""Characters of a line or a sentence; a longer one is cut there."""
MOST_SENTENCES, MOST_REPEATED, MOST_PIECES = 60, 12, 500
_NUMBERS = r"\d{1,3}(?:[ ]{0,2}(?:[,;]|\band\b|[-–])[ ]{0,2}\d{1,3}){0,20}"
_PAGES = r"(?:,? ?(?:pp?\.|pages?|S\.|Seite)[^\]\n]{0,30})?"
_MARKER = re.compile(
    rf"[ \t]{{0,3}}(?:\[ ?(?:(?:passages?|sources?|quellen?):?)?[ ]?[\^#]?({_NUMBERS}){_PAGES} ?\]|【 ?({_NUMBERS})[^】]{{0,20}}】)",
    re.IGNORECASE,
)
_MARKERS = re.compile(rf"{_MARKER.pattern}(?:[ ]?[,;]?[ ]?{_MARKER.pattern}){{0,30}}", re.IGNORECASE)
_LEADING = re.compile(rf"(?:{_MARKER.pattern}[ ]{{0,3}}[.,]?){{1,30}}", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)\s*[-–]\s*(\d+)")
MOST_OF_A_RANGE = 10
_BEFORE_POINT = re.compile(r"[ ]+(?=[.,;:!?])")
_DECLINES = re.compile(
    r"^(?:(?:i\W?m|i am)\s+(?:sorry|afraid|unable|not able)|sorry\b|i\s+(?:can\W?t|cannot|won\W?t|could not|am not able)\b"
    r"|as\s+an?\s+(?:ai|language|large)\b"
    r"|es tut mir leid|ich kann (?:das|diese|ihnen|dir)|je (?:suis désolé|ne peux pas)|lo siento)",
    re.IGNORECASE,
)
_NOTHING = re.compile(rf"\W*{NOTHING_FOUND}\W*", re.IGNORECASE)


class Parser:
    """`feed` and `end` give what is whole: sentences with sources, each once."""

    def __init__(self, sources: Sources) -> None:
        self.nothing_found = self.declined = self.full = False
        self._sources, self._known = sources, sources.texts
        self._thoughts, self._held = Thoughts(), ""
        self._said: set[tuple[str, ...]] = set()
        self._repeated = self._count = self._tried = 0

    def feed(self, words: str) -> Iterator[Draft]:
        if self.full or self.nothing_found:
            return
        self._held = without_thoughts_before(self._held + self._thoughts.feed(words))
        *lines, self._held = self._held.replace("\r", "\n").replace("**", "").split("\n")
        for line in lines:
            yield from self._drafts(pieces_of(line[:LONGEST]))
        while len(self._held) > LONGEST and not self.full:
            line, self._held = self._held[:LONGEST], self._held[LONGEST:]
            yield from self._drafts(pieces_of(line))
        whole = pieces_of(self._held)
        if len(whole) > 1 and ("]" in whole[-1] or not whole[-1].startswith(("[", "【"))):  # else perhaps a marker of the one before
            self._held = whole.pop()
            yield from self._drafts(whole)

    def end(self) -> Iterator[Draft]:
        rest, self._held = without_thoughts_before(self._held + self._thoughts.end()), ""
        yield from self._drafts(pieces_of(rest))

    def _drafts(self, pieces: list[str]) -> Iterator[Draft]:
        for piece in pieces:
            self._tried += 1
            self.full = self.full or self._tried >= MOST_PIECES
            if not (self.nothing_found or self.full) and (draft := self._draft(piece)) is not None:
                self._count += 1
                self.full = self.full or self._count >= MOST_SENTENCES
                yield draft

    def _draft(self, piece: str) -> Draft | None:
        if _NOTHING.fullmatch(_MARKER.sub("", piece)):
            self.nothing_found = not self._count
            return None
        numbers = numbers_in(piece)
        text = _BEFORE_POINT.sub("", plain(_MARKERS.sub("", piece), self._known))
        words = tuple(word.folded for word in words_in(text))
        if not words or (not numbers and text.endswith(":")):
            return None
        if not numbers and _DECLINES.match(text):
            self.declined = True
            return None
        if words in self._said:
            self._repeated += 1
            self.full = self.full or self._repeated >= MOST_REPEATED
            return None
        self._said.add(words)
        sources = self._sources.of(text, numbers)
        return Draft(text, sources, verbatim=bool(sources) and text == sources[0].quote)


def pieces_of(line: str) -> list[str]:
    """The sentences of a line, each with the markers behind it."""
    starts = [0, *sentence_starts(line), len(line)]
    pieces: list[str] = []
    for start, end in pairwise(starts):
        piece = line[start:end]
        if pieces and (markers := _LEADING.match(piece)):
            pieces[-1] += markers[0]
            piece = piece[markers.end() :].lstrip()
        if piece.strip():
            pieces.append(piece)
    return pieces


def numbers_in(piece: str) -> tuple[int, ...]:
    """The passages that a sentence names, in order."""
    found: list[int] = []
    for first, second in _MARKER.findall(piece):
        told = _RANGE.sub(_spelled_out, first or second)
        found += [int(number) for number in re.findall(r"\d+", told)]
    return tuple(dict.fromkeys(found))


def _spelled_out(found: re.Match[str]) -> str:
    first, last = int(found[1]), int(found[2])
    return ",".join(map(str, range(first, last + 1))) if first < last < first + MOST_OF_A_RANGE else f"{first},{last}"
