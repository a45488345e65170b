"""What a sentence may rest on: the words of its sources, and what is known of the documents in which they stand."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from documents.services.chat.contracts import Passage, Source
from documents.services.chat.gate.text.reading import Clause, Reading, reading_of
from documents.services.chat.gate.text.roots import GENERIC, STOP, root
from documents.services.classification.dates import ORDINALS

_PRONOUN = re.compile(r"\b(?:he|him|his|she|her|hers|it|its|they|them|their|theirs|who|the latter|the former)\b", re.I)
_REACH = 600


@dataclass(frozen=True)
class Ground:
    """`passages` are those of the sources, in their order; `evidence` all that may be seen, by which names are tied; `parties` are names
    that the sources' documents are known to have as parties."""

    sources: Sequence[Source]
    passages: Sequence[Passage]
    evidence: Sequence[Passage] = ()
    parties: Sequence[str] = field(default=())

    @cached_property
    def readings(self) -> list[Reading]:
        return [reading_of(source.quote) for source in self.sources]

    @cached_property
    def titles(self) -> Reading:
        """Titles, sections and parties of the sources' documents, one on each line."""
        return reading_of("\n".join(dict.fromkeys([*(text for one in self.passages for text in (one.title, one.context)), *self.parties])))

    @cached_property
    def before(self) -> list[Reading]:
        """For each source whose words point back ("he signed it"): the two sentences before it."""
        found = []
        for source, passage in zip(self.sources, self.passages, strict=True):
            if _PRONOUN.search(source.quote):
                ahead = passage.text[max(0, source.at - _REACH) : source.at]
                starts = reading_of(ahead).sentences[-2:]
                if starts:
                    found.append(reading_of(ahead[starts[0][0] :]))
        return found

    @property
    def dates(self) -> list[datetime.date]:
        return [one.date for one in self.passages if one.date is not None]

    @cached_property
    def roots(self) -> frozenset[str]:
        return frozenset().union(*(one.roots for one in self.readings))

    @cached_property
    def all_roots(self) -> frozenset[str]:
        return frozenset().union(*(one.all_roots for one in self.readings))

    @cached_property
    def clauses(self) -> list[tuple[Reading, Clause]]:
        return [(one, clause) for one in self.readings for clause in one.clauses]

    @cached_property
    def text(self) -> str:
        return "\n".join(source.quote for source in self.sources)


def beside(clause: Clause, ground: Ground) -> list[tuple[Reading, Clause]]:
    """The clauses of the sources that say most of what this one says: a name counts less than other words, a number more."""
    numbers, verbs = _numbers(clause), frozenset(clause.verbs.values())
    scored = []
    for reading, other in ground.clauses:
        shared = clause.telling & other.telling
        if shared:
            capitals = _capitals(clause) & _capitals(other)
            score = sum(0.5 if one in capitals else 2.5 if one in _PLACES or one in verbs else 1.0 for one in shared)
            score -= 3.0 if _capitals(clause) - _capitals(other) and _capitals(other) - _capitals(clause) and not capitals else 0.0
            score += 2.0 * len(numbers & _numbers(other))
            scored.append((score, reading, other))
    top = max((score for score, _reading, _other in scored), default=0.0)
    return [(reading, other) for score, reading, other in scored if score >= top]


def _capitals(clause: Clause) -> frozenset[str]:
    return frozenset(root(word) for word in clause.words if word[0].isupper() and word.casefold() not in STOP) - frozenset(
        root(word) for word in clause.words if word[0].islower()
    )


_PLACES = frozenset(root(word) for word in ORDINALS)


def _numbers(clause: Clause) -> frozenset[str]:
    return frozenset(word for word in clause.words if word.isdigit())


def anchors(reading: Reading, spans: Sequence[tuple[int, int]]) -> list[frozenset[str]]:
    """For each of these places (figures, dates; in order) the roots of what it is said of: the words of its sentence around it, up to
    the comma or "and" that parts it from the next one. Where nothing stands before it ("1,200 in the first year and 640 in the second"), what
    stands before the last one is said of it, too."""
    found: list[frozenset[str]] = []
    before: frozenset[str] = frozenset()
    for place, (start, end) in enumerate(spans):
        low, high = next(((one, other) for one, other in reading.sentences if one <= start < other), (0, len(reading.text)))
        if place and spans[place - 1][1] > low:
            low = max(low, spans[place - 1][1])
            cut = [one.end() for one in _PARTED.finditer(reading.text, low, max(low, start))]
            low = cut[-1] if cut else low
        if place + 1 < len(spans) and spans[place + 1][0] < high:
            high = max(end, spans[place + 1][0])
            cut = [one.start() for one in _PARTED.finditer(reading.text, end, high)]
            high = cut[0] if cut else high
        own = reading_of(reading.text[low:start]).roots
        behind = reading_of(reading.text[end:high]).roots
        if own - GENERIC or not place:
            before = own
        found.append(own | behind | before)
    return found


_PARTED = re.compile(r"[,;:](?=\s)|\b(?:and|but|while|whereas|or|then)\b", re.I)

__all__ = ["Ground", "anchors", "beside"]
