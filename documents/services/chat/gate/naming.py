"""Whether each name of a sentence stands in its sources, whole."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from documents.services.chat.contracts import Fault
from documents.services.chat.gate.faults import fault
from documents.services.chat.gate.ground import Ground
from documents.services.chat.gate.text.days import WEEKDAYS
from documents.services.chat.gate.text.reading import Reading
from documents.services.chat.gate.text.roots import GENERIC, STOP, root

_TOKEN = re.compile(r"[^\W_]+(?:[.'’&-][^\W_]+)*\.?|&")
_PARTICLES = frozenset("of de la le du van von der den del di da bin al el y & for".split())  # noqa: SIM905
_HONORIFICS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "prof",
        "professor",
        "sir",
        "madam",
        "judge",
        "justice",
        "hon",
        "honorable",
        "magistrate",
        "attorney",
        "captain",
        "sgt",
        "officer",
    ]
)
_FORMS = frozenset(
    [
        "inc",
        "incorporated",
        "llc",
        "llp",
        "lp",
        "corp",
        "corporation",
        "ltd",
        "limited",
        "co",
        "company",
        "gmbh",
        "ag",
        "sa",
        "plc",
        "bv",
        "nv",
        "kg",
        "pty",
        "jr",
        "sr",
        "esq",
        "ii",
        "iii",
    ]
)
COMMON = frozenset(
    """agreement lease contract order motion complaint answer judgment court judge plaintiff defendant plaintiffs defendants tenant landlord lessor
    lessee buyer seller purchaser supplier customer licensor licensee employer employee company party parties section article exhibit schedule
    clause paragraph page appendix annex amendment district superior supreme circuit county board director directors president chairman
    chairwoman manager officer counsel secretary department service services product products notice invoice report letter email e-mail
    memorandum memo minutes deposition declaration affidavit testimony trial hearing attorney borrower lender contractor subcontractor owner
    agent trustee guarantor petitioner respondent appellant appellee claimant state government ruling opinion rule act statute law code
    confidential information effective date closing term terms engineer expert witness vice chief executive financial operating general
    statement statements purchase supply sale sales master services license licensing employment""".split()  # noqa: SIM905
)
_MONTHS = frozenset(
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
    ]
)
_NEVER = _MONTHS | {day.casefold() for day in WEEKDAYS} | frozenset("i usd eur gbp chf us$ am pm a.m p.m ok no nos".split())  # noqa: SIM905


_DETERMINED = re.compile(
    r"\b(?:the|an?|its|his|her|their|each|every|any|no|all|this|that|these|those|such|some|both|and|or|of|\w+ed|\w+al|\w+ive)\s+$", re.I
)


_ACTS = re.compile(
    r"[A-Z][a-z]+(?<!s)(?<!ing)(?<!tion)(?<!ment)(?<!ly)(?<!ance)(?<!ence)(?:['’]s\s|\s(?:is|was|has|had|did|does|may|shall|must|will|\w+ed|said|says|wrote|sent|paid|made|gave|took|bought|sold)\s)"
)


class Token(NamedTuple):
    start: int
    end: int
    text: str
    fold: str
    capital: bool
    first: bool
    """Of its sentence, where a capital says nothing."""


@lru_cache(maxsize=512)
def tokens_of(text: str) -> tuple[Token, ...]:
    starts = {start for start, _end in Reading(text).sentences}
    found = []
    for match in _TOKEN.finditer(text):
        word = match[0]
        head = not text[max(0, match.start() - 3) : match.start()].strip(" \t\n\"'“‘(«[") or match.start() in starts
        first = any(text[start : match.start()].strip(" \t\n\"'“‘(«[*#>-•") == "" for start in starts if start <= match.start() < start + 4)
        found.append(Token(match.start(), match.end(), word, folded(word), word[0].isupper(), first or (head and match.start() < 3)))
    return tuple(found)


def folded(word: str) -> str:
    word = word.casefold().replace("’", "'").rstrip(".")
    return word.removesuffix("'s").removesuffix("'").replace(".", "").replace("-", "")


def names_in(text: str) -> Iterator[list[Token]]:
    """Runs of words with capitals, without titles before them and forms of firms behind them."""
    run: list[Token] = []
    words = tokens_of(text)
    for place, token in enumerate(words):
        joined = bool(run) and text[run[-1].end : token.start] in (" ", "\n", "") and not _ends_sentence(run[-1], token)
        if (token.capital and (joined or not run)) or (
            joined
            and token.fold in _PARTICLES
            and place + 1 < len(words)
            and words[place + 1].capital
            and text[token.end : words[place + 1].start] == " "
        ):
            run.append(token)
        else:
            if run:
                yield from _parts(run)
            run = [token] if token.capital else []
    if run:
        yield from _parts(run)


def _ends_sentence(before: Token, token: Token) -> bool:
    return token.first and before.text.endswith(".") and len(before.text) > 3


def _parts(run: list[Token]) -> Iterator[list[Token]]:
    """Without words that are no names, parted there."""
    part: list[Token] = []
    for token in run:
        if (
            token.fold in _HONORIFICS
            or token.fold in _NEVER
            or token.fold in COMMON
            or token.fold in _FORMS
            or (token.first and token.fold in STOP)
        ):
            if part:
                yield part
            part = []
        elif token.fold not in _PARTICLES or part:
            part.append(token)
    while part and part[-1].fold in _PARTICLES:
        part.pop()
    if part:
        yield part


class _Known:
    """The words of texts in which a name may stand, by their folded forms."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.rows = [tokens_of(text) for text in texts]
        self.capital = {token.fold for row in self.rows for token in row if token.capital or token.text[0].isdigit()}
        self.lower = {root(token.text) for row in self.rows for token in row if not token.capital}

    def whole(self, name: Sequence[str]) -> bool:
        """Whether the words of a name stand behind each other, but for a middle name, an initial for a first name, a form of a firm."""
        if len(name) == 1:
            return name[0] in self.capital
        return any(self._at(row, place, name) for row in self.rows for place in range(len(row)) if row[place].capital)

    @staticmethod
    def _at(row: Sequence[Token], place: int, name: Sequence[str]) -> bool:
        skipped = 0
        for word in name:
            while place < len(row) and not _same_word(word, row[place]):
                if (not row[place].capital and row[place].fold not in _PARTICLES) or skipped == 2 or word == name[0]:
                    return False
                skipped, place = skipped + 1, place + 1
            if place == len(row):
                return False
            place += 1
        return True

    def initials(self, letters: str) -> bool:
        """Whether words with capitals that begin with these letters stand behind each other."""
        if not 2 <= len(letters) <= 6:
            return False
        for row in self.rows:
            heads = "".join(
                token.fold[:1] if token.capital else " " if token.fold not in ("of", "and", "the", "&", "for") else "" for token in row
            )
            if letters in heads:
                return True
        return False

    def others_with(self, name: Sequence[str]) -> bool:
        """Whether anybody else has the last word of this name behind another first word, or its first word before another."""
        for row in self.rows:
            for before, token in itertools.pairwise(row):
                beside = before.capital and token.capital and before.end + 1 == token.start and token.fold == name[-1]
                if beside and before.fold not in (*name, *_HONORIFICS) and not before.first and before.fold[:1] != name[0][:1]:
                    return True
        return False


def _same_word(word: str, token: Token) -> bool:
    return (
        word == token.fold
        or (len(word) == 1 and token.capital and token.fold[:1] == word)
        or (len(token.fold) == 1 and token.fold == word[:1])
    )


@lru_cache(maxsize=64)
def _known(texts: tuple[str, ...]) -> _Known:
    return _Known(texts)


def faults_of(said: Reading, ground: Ground, question: str = "") -> Iterator[Fault]:
    sources = _known((ground.text, ground.titles.text, *(one.text for one in ground.before)))
    told: set[str] = set()
    for name in names_in(said.text):
        words = [token.fold for token in name if token.fold not in _PARTICLES or token.fold == "&"]
        if not words or " ".join(words) in told:
            continue
        told.add(" ".join(words))
        plain = bool(_DETERMINED.search(said.text, max(0, name[0].start - 30), name[0].start))
        if not _stands(name, words, sources, ground, question, plain=plain, acts=bool(_ACTS.match(said.text, name[0].start))):
            yield fault("name", said.text[name[0].start : name[-1].end].rstrip(".").removesuffix("'s").removesuffix("’s"))


def _stands(name: Sequence[Token], words: list[str], sources: _Known, ground: Ground, question: str, *, plain: bool, acts: bool) -> bool:
    """`acts`: it begins the sentence without an article, and a verb follows. `plain`: it stands behind an article, as words do that are written with a capital for what a contract defines."""
    if name[0].first and len(words) > 1 and (name[0].fold in STOP or root(name[0].text) in GENERIC or root(name[0].text) in sources.lower):
        name, words = name[1:], words[1:]
    if sources.whole(words):
        return True
    if (plain or len(words) > 1 or name[0].first) and all(
        root(token.text) in sources.lower for token in name if token.fold not in _PARTICLES
    ):
        return True
    if len(words) == 1 and name[0].text.isupper() and sources.initials(words[0]):
        return True
    if name[0].first and len(words) == 1:
        return not (acts or _is_name(name[0], ground, question))
    if len(words) > 1 and (words[-1] in sources.capital or words[0] in sources.capital):
        evidence = _known(tuple(one.text for one in ground.evidence))
        return evidence.whole(words) and not evidence.others_with(words)
    return False


def _is_name(token: Token, ground: Ground, question: str) -> bool:
    """Whether the first word of a sentence is a name: elsewhere it has its capital inside a sentence."""
    if token.fold in STOP or root(token.text) in GENERIC or root(token.text) in ground.all_roots:
        return False
    texts = (question, *(one.text for one in ground.evidence))
    inside = {other.fold for row in _known(texts).rows for other in row if other.capital and not other.first}
    return token.fold in inside or token.text.isupper()
