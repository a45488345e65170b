"""From the number of a passage to the sentence in it that says a sentence best."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from documents.services.chat.contracts import Passage, Source
from documents.services.chat.injection import orders_in
from documents.services.chat.llm.prompt import Sent
from documents.services.chat.places import source_in
from documents.services.chunking.sentences import headings, sentences_of
from documents.services.search.text.words import words_in

SHORT = 3
"""Letters of a word that says little alone."""
MOST_OF_ONE = 3
"""Sentences of one passage that one sentence may need."""
LONGEST_MARK = 8
"""Characters of a heading beside its title, as its number."""
LEAST_QUOTED = 3
"""Words of a quotation that is looked for."""
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{8,})[\"”“»]")


@dataclass(frozen=True)
class _Sentence:
    start: int
    end: int
    words: frozenset[str]


class _Shown:
    def __init__(self, sent: Sent) -> None:
        self.passage: Passage = sent.passage
        self.text = sent.passage.text[: sent.end]

    @cached_property
    def sentences(self) -> list[_Sentence]:
        """Without headings, which say nothing of the matter."""
        titles = {heading.start: len(heading.title) for heading in headings(self.text)}
        return [
            _Sentence(start, end, telling(self.text[start:end]))
            for start, end in sentences_of(self.text)
            if end > start and not (start in titles and end - start <= titles[start] + LONGEST_MARK)
        ]

    @cached_property
    def believed(self) -> list[_Sentence]:
        """Without what gives orders to the program."""
        orders = orders_in(self.text)
        return [one for one in self.sentences if not any(one.start < end and start < one.end for start, end in orders)]

    @cached_property
    def folded(self) -> list[tuple[int, int, str]]:
        return [(word.start, word.end, word.folded) for word in words_in(self.text)]


class Sources:
    """Of the passages that a model was shown."""

    def __init__(self, sent: Mapping[int, Sent]) -> None:
        self._shown = {number: _Shown(one) for number, one in sent.items()}

    @property
    def texts(self) -> list[str]:
        return [shown.text for shown in self._shown.values()]

    def of(self, sentence: str, numbers: tuple[int, ...]) -> tuple[Source, ...]:
        """Numbers that no passage has are dropped, and so are passages in which nothing of the sentence stands."""
        found: dict[tuple[int, int, int], Source] = {}
        for number in dict.fromkeys(numbers):
            if (shown := self._shown.get(number)) is not None:
                for start, end in _quoted(sentence, shown) or _saying(sentence, shown):
                    source = source_in(shown.passage, start, end)
                    found.setdefault((source.chunk, source.at, source.to), source)
        return tuple(found.values())


def telling(text: str) -> frozenset[str]:
    """Words that say something: long ones by how they begin, and all that have a figure."""
    words = {word.folded for word in words_in(text)}
    return frozenset(word[:5] for word in words if len(word) > SHORT or any(sign.isdigit() for sign in word) or not word.isascii())


def _quoted(sentence: str, shown: _Shown) -> list[tuple[int, int]]:
    """Sentences around what the sentence quotes; what a quotation says is a fact even where it is an order to the program."""
    places = []
    for quotation in _QUOTED.findall(sentence):
        wanted = [word.folded for word in words_in(quotation)]
        have = [word for _start, _end, word in shown.folded]
        if len(wanted) < LEAST_QUOTED:
            continue
        for place in range(len(have) - len(wanted) + 1):
            if have[place : place + len(wanted)] == wanted:
                places.append(_around(shown, shown.folded[place][0], shown.folded[place + len(wanted) - 1][1]))
                break
    return places


def _around(shown: _Shown, start: int, end: int) -> tuple[int, int]:
    held = [one for one in shown.sentences if one.start < end and start < one.end]
    return (min(start, held[0].start), max(end, held[-1].end)) if held else (start, end)


def _saying(sentence: str, shown: _Shown) -> list[tuple[int, int]]:
    """The sentence that shares most, and further ones of the passage that say what it leaves out."""
    wanted = telling(sentence)
    least = min(2, len(wanted))
    taken: list[tuple[int, int]] = []
    while wanted and len(taken) < MOST_OF_ONE and shown.believed:
        best = max(shown.believed, key=lambda one: (len(one.words & wanted), -len(one.words)))
        shared = best.words & wanted
        figure = any(sign.isdigit() for word in shared for sign in word)
        if len(shared) < least and not (taken and figure):
            break
        taken.append((best.start, best.end))
        wanted -= best.words
    return taken
