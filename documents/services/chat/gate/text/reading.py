"""A text as the checks of the gate look at it: sentences, clauses, and the roots of what each says. Made once for each text."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property, lru_cache
from itertools import pairwise

from documents.services.chat.gate.text.days import Day, Hour, days_in, hours_in
from documents.services.chat.gate.text.figures import Figure, figures_in
from documents.services.chat.gate.text.roots import GENERIC, STOP, content_of, root, tokens
from documents.services.chunking.sentences import sentence_starts

_VERB_AHEAD = r"(?:did|does|do|has|had|have|was|were|is|are|shall|may|must|will|would|can|could|never|not|also|then|he|she|it|they|to|no)\b"
_CUT = re.compile(
    rf"[;:\u2014]\s|,\s+(?=(?:but|and|or|nor|while|whereas|although|though|because|since|if|when|where|which|who|provided|yet|so|as|shall|may|must|did|does|will)\b)"
    r"|,\s+(?=an?\s+\w+\s+(?:that|which|who)\b)|\s(?=(?:in|under|by|to|for|of|on|at|with|from|upon)\s+(?:which|whom)\b)|\s(?=not\s+to\s)|\s(?=to\s+the\s+extent\b)"
    rf"|,\s+(?!Inc|LLC|Ltd|Corp|LP|L\.)(?=(?:(?:the|an?|its|his|her|their)\s+)?[\w.]+\s+{_VERB_AHEAD})"
    rf"|\s(?=(?:but|because|although|though|whereas|while|if|unless|and\s+(?:(?:the|an?|its|his|her|their|no)\s+)?(?:\w+\s+)?{_VERB_AHEAD})\s)",
    re.I,
)


class Clause:
    """Offsets are those of the whole text; `sentence` is the number of its sentence. `joined`: of each word, whether only
    space is between it and the word before."""

    def __init__(self, text: str, start: int, sentence: int) -> None:
        self.text, self.start, self.end, self.sentence = text, start, start + len(text), sentence
        found = tokens(text)
        self.words = [one[0] for one in found]
        self.joined = [place > 0 and text[found[place - 1].end() : one.start()].isspace() for place, one in enumerate(found)]

    @cached_property
    def low(self) -> str:
        return self.text.replace("\u2019", "'")

    @cached_property
    def roots(self) -> frozenset[str]:
        return frozenset(content_of(self.words))

    @cached_property
    def telling(self) -> frozenset[str]:
        """Without what any sentence may say, unless nothing else is left."""
        return self.roots - GENERIC or self.roots

    @cached_property
    def verbs(self) -> dict[int, str]:
        """Words (place, root) that are surely or likely verbs: behind an auxiliary or "to", in a past form, the present of some."""
        found: dict[int, str] = {}
        low = [word.casefold() for word in self.words]
        for place, word in enumerate(low):
            if word in _AUXILIARIES:
                ahead = next(
                    (
                        at
                        for at in range(place + 1, min(place + (2 if word == "to" else 5), len(low)))
                        if low[at] not in STOP and root(low[at]) not in _VALUES
                    ),
                    None,
                )
                if ahead is not None and self.words[ahead][0].islower() and "to" not in low[place + 1 : ahead]:
                    found[ahead] = root(low[ahead])
            elif self.words[place][0].islower() and (word in PAST_FORMS or word in _NOW or (len(word) > 4 and word.endswith("ed"))):
                found[place] = root(word)
        return found


_NOW = frozenset(
    [
        "denies",
        "alleges",
        "contends",
        "asserts",
        "admits",
        "owns",
        "sells",
        "buys",
        "makes",
        "supplies",
        "pays",
        "owes",
        "ships",
        "employs",
        "requires",
        "warrants",
        "promises",
        "agrees",
        "needs",
        "wants",
        "uses",
        "holds",
        "keeps",
        "receives",
        "sends",
        "gives",
        "demands",
        "replies",
        "manufactures",
        "begins",
        "ends",
        "provides",
        "forbids",
        "permits",
        "allows",
    ]
)
_AUXILIARIES = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "has",
        "have",
        "had",
        "do",
        "does",
        "did",
        "shall",
        "should",
        "will",
        "would",
        "may",
        "might",
        "must",
        "can",
        "could",
        "to",
        "not",
    ]
)
_VALUES = frozenset(
    root(word)
    for word in [
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "twenty",
        "thirty",
        "days",
        "day",
        "months",
        "month",
        "years",
        "year",
        "weeks",
        "week",
        "written",
    ]
)
PAST_FORMS = frozenset(
    [
        "sank",
        "struck",
        "fled",
        "drove",
        "flew",
        "hid",
        "shot",
        "caught",
        "burnt",
        "sought",
        "blew",
        "bit",
        "drank",
        "ran",
        "swore",
        "tore",
        "threw",
        "slept",
        "stuck",
        "shook",
        "sprang",
        "rose",
        "grew",
        "dealt",
        "crept",
        "wore",
        "forgave",
        "overheard",
        "undertook",
        "paid",
        "made",
        "gave",
        "sent",
        "sold",
        "told",
        "wrote",
        "took",
        "kept",
        "left",
        "lost",
        "met",
        "began",
        "bought",
        "brought",
        "came",
        "went",
        "got",
        "held",
        "found",
        "built",
        "spent",
        "drew",
        "withdrew",
        "signed",
        "used",
        "said",
        "knew",
        "saw",
        "broke",
        "chose",
        "fell",
        "felt",
        "led",
        "lent",
        "stole",
        "taught",
        "thought",
        "won",
        "bore",
        "put",
        "cut",
        "set",
        "read",
        "let",
    ]
)


class Reading:
    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        starts = [0, *sentence_starts(self.text), len(self.text)]
        return [(start, end) for start, end in pairwise(starts) if self.text[start:end].strip()]

    @cached_property
    def clauses(self) -> list[Clause]:
        found = []
        for number, (start, end) in enumerate(self.sentences):
            cuts = [start, *(cut.end() for cut in _CUT.finditer(self.text, start, end)), end]
            for low, high in pairwise(cuts):
                clause = Clause(self.text[low:high], low, number)
                if clause.words:
                    found.append(clause)
        return found

    def sentence_of(self, clause: Clause) -> str:
        return self.text[slice(*self.sentences[clause.sentence])]

    def clause_at(self, offset: int) -> Clause | None:
        place = bisect_right(self.clauses, offset, key=lambda one: one.start) - 1
        return self.clauses[place] if place >= 0 else None

    @cached_property
    def words(self) -> list[re.Match[str]]:
        return tokens(self.text)

    @cached_property
    def content(self) -> list[str]:
        return content_of(found[0] for found in self.words)

    @cached_property
    def roots(self) -> frozenset[str]:
        return frozenset(self.content)

    @cached_property
    def all_roots(self) -> frozenset[str]:
        return frozenset(root(found[0]) for found in self.words)

    @cached_property
    def roots_by_sentence(self) -> list[frozenset[str]]:
        return [frozenset(content_of(found[0] for found in tokens(self.text[start:end]))) for start, end in self.sentences]

    @cached_property
    def days(self) -> list[Day]:
        return days_in(self.text)

    @cached_property
    def hours(self) -> list[Hour]:
        return hours_in(self.text)

    @cached_property
    def figures(self) -> list[Figure]:
        taken = [*((one.start, one.end) for one in self.days), *((one.start, one.end) for one in self.hours)]
        return figures_in(self.text, taken)


@lru_cache(maxsize=256)
def reading_of(text: str) -> Reading:
    """Remembered, for one source stands under several sentences. Of a process, and never of what may be seen."""
    return Reading(text)
