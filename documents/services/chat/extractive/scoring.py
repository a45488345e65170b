"""How well sentences answer a question: their words by what these say, their meaning, and whether they have what is asked for.

A sentence that lacks a name, a figure or the value that the question needs is no answer, however near it is. What is left is weighed by a
linear model, fitted on questions about the demonstration matter and made-up papers; its scale is that of a logit.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from documents.services.chat.contracts import Check, Passage, QuestionType
from documents.services.chat.evidence import Statement
from documents.services.chat.extractive import bearing, doers, names, values
from documents.services.chat.extractive.vectors import Vectors
from documents.services.chat.extractive.wanted import Wanted, figures_in
from documents.services.chat.words import alike, content_of, negated_in, stems_in

COMPARED = 40
"""Sentences that are compared by meaning."""
WORDED = 16
"""Of them those whose words are compared one by one."""
BESIDE, BEFORE, SYNONYM, LIKE = 0.7, 0.5, 0.9, 0.9
"""How much a word counts that stands above the sentence or in the one before it, is another of the same meaning, or a near one at most."""
FAR, NEAR = 0.3, 0.8
"""Cosines of single words: up to the first two have nothing to do with each other, from the second on they say the same."""
GUESSED_COSINE = 0.75
"""Times the share of its words: a sentence's cosine, where vectors can't be had."""

_CAUSE = re.compile(
    r"\b(?:because|since|so\s+that|in\s+order\s+to|due\s+to|owing\s+to|for\s+the\s+reason|as\s+a\s+result|therefore|"
    r"excused?|caused?|result(?:s|ed)?\s+(?:of|from)|on\s+the\s+ground|,\s+as\s)\b",
    re.IGNORECASE,
)
_BEGINS_WITH_PRONOUN = re.compile(
    r"(?:(?:In|On|At|By|As|Since|Until)\s[^,]{3,40},?\s)?(?:he|she|it|its|his|her|they|their|this|these)\b", re.IGNORECASE
)
_STILL_DUE = re.compile(r"\b(?:shall|must|will|falls?\s+due|is\s+due|are\s+due|is\s+to\s+be|may|demand(?:s|ed)?|requests?)\b")
_DEFINED = re.compile(
    r"(?P<name>[A-Z][^()\n“”\"]{2,80}?)\s*\(\s*(?:the\s+|together,?\s+the\s+|hereinafter,?\s+(?:the\s+)?)?"
    r"[“\"](?P<role>[A-Z][\w ]{2,30})[”\"]\s*\)"
)


_NOT_GUESSED = stems_in("buy sell pay reimburse approve accept resign report notify settle admit promise")
"""Verbs for which a word that is only near does not do: who got it delivered has not bought it."""


@dataclass(frozen=True)
class Scored:
    """`score` is a logit. `opposed`: it says that what the question takes for granted is not so. `values` are of the kind sought."""

    statement: Statement
    score: float
    cosine: float = 0.0
    words: float = 0.0
    predicate: float = 0.0
    exact: float = 0.0
    opposed: bool = False
    values: tuple[values.Value, ...] = ()


@dataclass
class _Read:
    """A statement with what stands in it and around it."""

    statement: Statement
    stems: dict[str, str]
    beside: set[str]
    figures: frozenset[str]
    before: set[str]
    cosine: float = 0.0
    matched: dict[str, float] = field(default_factory=dict)


class Scoring:
    """Of one question over what was gathered for it."""

    def __init__(
        self, wanted: Wanted, statements: Sequence[Statement], vectors: Vectors | None, check: Check, least_near: float | None = None
    ) -> None:
        """`least_near`: the least cosine of a sentence without a value, where it is not the usual one."""
        self.least_near = least_near
        self.wanted, self.vectors, self.check = wanted, vectors, check
        self.roles = _roles({statement.passage.chunk: statement.passage for statement in statements}.values())
        self.read = [self._read(statement) for statement in statements]
        seen = Counter(stem for one in self.read for stem in one.stems)
        self.says = {stem: math.log(1 + (len(self.read) + 1) / (1 + seen[stem])) for stem in wanted.words}

    def ranked(self) -> list[Scored]:
        """The sentences that may answer, best first."""
        likely = [one for one in self.read if self._may_answer(one)]
        for one in likely:
            one.matched = {stem: self._literal(one, stem) for stem in self.wanted.words}
        likely.sort(key=lambda one: (-self._share(one.matched) - 0.15 * one.statement.passage.score, one.statement.passage.number))
        likely = likely[:COMPARED]
        self._compare_meaning(likely)
        likely.sort(key=lambda one: -self._share(one.matched) - one.cosine)
        self._compare_words(likely[:WORDED])
        return sorted((self._scored(one) for one in likely if self._fits(one)), key=lambda one: -one.score)

    def _read(self, statement: Statement) -> _Read:
        passage = statement.passage
        beside = f"{statement.heading} {passage.title} {passage.referred}"
        stems = content_of(statement.line)
        around = stems_in(beside)
        for known in (stems, around):
            for role, of_name in self.roles.items():
                if role <= set(known):
                    around |= of_name
                if of_name & set(known):
                    around |= role
        own, further = figures_in(statement.line), figures_in(f"{beside} {statement.before} {statement.section}")
        if any(figure.startswith("#") for figure in own):
            further = frozenset(figure for figure in further if not figure.startswith("#"))
        return _Read(statement, stems, around, own | further, stems_in(statement.before))

    def _may_answer(self, one: _Read) -> bool:
        """Whether it has the figures, the names and the quoted words of the question, here or beside it."""
        wanted, statement = self.wanted, one.statement
        if not wanted.figures <= one.figures | figures_in(str(statement.passage.date or "").replace("-", " ")):
            return False
        lower = " ".join(statement.passage.text.lower().split())
        if any(quoted not in lower for quoted in wanted.quoted):
            return False
        placed = f"{lower} {statement.passage.title.lower()}"
        if any(not re.search(rf"\b{re.escape(one)}(?!\d)", placed) for one in wanted.numbered):
            return False
        near = f"{statement.before} {statement.heading}"
        if not all(
            bearing.may_speak_of(wanted.text, name, statement.line, near, statement.passage.text, statement.passage.title)
            for name in wanted.names
        ):
            return False
        if not bearing.may_be_done_by(wanted.text, statement.line, one.beside, statement.passage.text):
            return False
        around = one.beside | one.before | set(one.stems)
        if doers.done_by_another(wanted.text, statement.line):
            return False
        elsewhere = lower if doers.is_pronominal(f"{statement.before} {statement.line}") and not self._names_others(statement) else ""
        if all(_has_name(name, around, elsewhere) for name in wanted.names):
            return bool(set(wanted.predicate) & around) or self.vectors is not None
        return False

    def _names_others(self, statement: Statement) -> bool:
        """Whether it has names, and none that the question has: its pronouns are theirs."""
        found = names.names_in(statement.line)
        return bool(found) and not any(names.same(one.text, asked) for one in found for asked in self.wanted.names)

    def _literal(self, one: _Read, stem: str) -> float:
        if stem in one.stems:
            return 1.0
        if alike(stem) & one.stems.keys():
            return SYNONYM
        if stem in one.beside or alike(stem) & one.beside:
            return BESIDE
        return BEFORE if stem in one.before else 0.0

    def _compare_meaning(self, likely: Sequence[_Read]) -> None:
        self.check()
        if self.vectors is None:
            cosines = [GUESSED_COSINE * self._share(one.matched) for one in likely]
        else:
            cosines = self.vectors.cosines(self.wanted.text, [_meaning(one.statement) for one in likely])
        for one, cosine in zip(likely, cosines, strict=True):
            one.cosine = cosine

    def _compare_words(self, likely: Sequence[_Read]) -> None:
        """Words of the question that a sentence has not may be there as others of nearly the same meaning."""
        self.check()
        if self.vectors is None:
            return
        missing = {stem: word for stem, word in self.wanted.words.items() if not stem[:1].isdigit() and stem not in self.wanted.named}
        unmatched = {word for one in likely for stem, word in missing.items() if one.matched[stem] < BESIDE}
        if not unmatched:
            return
        wordings = {
            word for one in likely if any(one.matched[stem] < BESIDE for stem in missing) for word in one.stems.values() if word.isalpha()
        }
        known = self.vectors.of_words(sorted(unmatched | wordings))
        for one in likely:
            own = [known[word] for word in one.stems.values() if word in known]
            if not own:
                continue
            matrix = np.array(own)
            for stem, word in missing.items():
                if one.matched[stem] < BESIDE:
                    nearest = float((matrix @ known[word]).max())
                    one.matched[stem] = max(one.matched[stem], min(LIKE, max(0.0, (nearest - FAR) / (NEAR - FAR))))

    def _share(self, matched: Mapping[str, float], among: Iterable[str] | None = None) -> float:
        stems = list(self.says if among is None else among)
        whole = sum(self.says[stem] for stem in stems)
        return sum(self.says[stem] * matched.get(stem, 0.0) for stem in stems) / whole if whole else 0.0

    def _fits(self, one: _Read) -> bool:
        """Whether it has a value of the kind that is sought, or denies what is taken for granted; where no value is, it must be near."""
        if self._values(one) or self._opposed(one):
            return True
        if self.wanted.has_value or (self.wanted.kind == QuestionType.WHETHER and not self._says_of_leave(one)):
            return False
        if self.least_near is not None:
            return one.cosine >= self.least_near
        return one.cosine >= (LEAST_NEAR if len(self.wanted.predicate) > 1 else LEAST_NEAR_OF_ONE)

    def _says_of_leave(self, one: _Read) -> bool:
        """Whether it says of what is asked that somebody may or must do it, where that is asked: a heading is not enough."""
        asked, line = self.wanted.text, one.statement.line
        only_above = [stem for stem in bearing.leave_asked(asked) if stem in one.beside and not {stem, *alike(stem)} & one.stems.keys()]
        return bearing.answers_leave(asked, line) and not only_above

    def _does(self, one: _Read) -> bool:
        """Whether it tells what was done; of what must not be guessed, in this word or one of the same meaning."""
        verb = self.wanted.verb
        if {verb, *alike(verb)} & (one.stems.keys() | one.before):
            return True
        return verb not in _NOT_GUESSED and one.matched.get(verb, 0.0) >= DONE

    def _lacks(self, one: _Read) -> bool:
        """Whether it lacks what is asked whether it is so: aluminium in the fuel says nothing of water in it."""
        asked = [stem for stem in self.wanted.predicate if stem not in bearing.OF_LEAVE]
        return sum(one.matched.get(stem, 0.0) < LEAST_OF_WORD for stem in asked) > max(0, len(asked) - 3) // 2

    def _values(self, one: _Read) -> list[values.Value]:
        wanted, line = self.wanted, one.statement.line
        if wanted.kind == QuestionType.WHY:
            return [values.Value(*match.span(), match[0]) for match in _CAUSE.finditer(line)]
        found = values.values_in(wanted.kind, line, wanted.text)
        if wanted.kind == QuestionType.WHO and wanted.role:
            if not wanted.named <= one.stems.keys() | one.before | one.beside:
                return []
            return [value for value in found if names.is_named_as(line, value.start, value.end, wanted.role)]
        return found

    def _opposed(self, one: _Read) -> bool:
        """Whether it denies what a question for a person, a time, a place or an amount takes for granted."""
        wanted = self.wanted
        if wanted.negative or bearing.asks_identity(wanted.text) or wanted.kind not in values.HAVE_VALUES or one.cosine < LEAST_NEAR_DENIED:
            return False
        contrary, denied = self._against(one)
        if not contrary and not denied:
            return False
        rest = [stem for stem in wanted.predicate if stem not in wanted.opposed] or wanted.predicate
        return self._share(one.matched, rest) >= (LEAST_SHARED_CONTRARY if contrary else LEAST_SHARED_DENIED)

    def _against(self, one: _Read) -> tuple[bool, bool]:
        """Whether it has the contrary of a verb of the question, or says no of any of its words."""
        wanted = self.wanted
        contrary = bool(wanted.opposites & one.stems.keys()) and not any(stem in one.stems for stem in wanted.opposed)
        denied = negated_in(one.statement.line, first=wanted.is_of_thing)
        return contrary, bool(denied & set(wanted.predicate))

    def _scored(self, one: _Read) -> Scored:
        wanted, found, opposed = self.wanted, self._values(one), self._opposed(one)
        words, predicate = self._share(one.matched), self._share(one.matched, wanted.predicate or None)
        exact = self._share({stem: float(value == 1.0) for stem, value in one.matched.items()})
        needed = wanted.has_value or wanted.kind == QuestionType.WHERE
        value = (1.0 if found or opposed else 0.0) if needed else 0.5
        score = weigh(one.cosine, words, predicate, exact, value)
        if wanted.head and max(one.matched.get(stem, 0.0) for stem in wanted.head) < HEAD:
            score -= WITHOUT_HEAD
        if wanted.kind in values.HAVE_VALUES and not wanted.negative and not opposed and any(self._against(one)):
            score -= SAID_NO
        if needed and wanted.past and not opposed and _STILL_DUE.search(one.statement.line) and not _STILL_DUE.search(wanted.text):
            score -= STILL_DUE
        if wanted.kind == QuestionType.WHETHER and self._lacks(one):
            score -= LACKS
        if wanted.counted_of and max(one.matched.get(stem, 0.0) for stem in wanted.counted_of) < HEAD:
            score -= WITHOUT_HEAD
        if (
            (needed or (wanted.kind in (QuestionType.WHAT, QuestionType.WHETHER) and wanted.past))
            and wanted.verb
            and not opposed
            and not self._does(one)
        ):
            score -= WITHOUT_VERB
        if doers.of_another_paper(wanted.text, one.statement.line):
            score -= OF_ANOTHER_PAPER
        return Scored(one.statement, score, one.cosine, words, predicate, exact, opposed, tuple(found))


LEAST_NEAR, LEAST_NEAR_OF_ONE = 0.4, 0.5
"""Cosines of a sentence without a value, where the question says more than one word, or only one."""
LEAST_NEAR_DENIED, LEAST_SHARED_DENIED, LEAST_SHARED_CONTRARY = 0.4, 0.75, 0.5
WITHOUT_HEAD, STILL_DUE, SAID_NO, OF_ANOTHER_PAPER, LACKS = 1.5, 1.0, 1.5, 1.5, 1.0
WITHOUT_VERB = 1.5
HEAD, DONE = 0.5, 0.35
"""How much of what is sought, and of what was done, a sentence must have."""
LEAST_OF_WORD = 0.45
"""How much of each word a sentence must have that says whether something is so."""
_WEIGHTS = (5.7, 0.35, 4.6, 0.0, 0.7)
_BIAS = -6.5


def _meaning(statement: Statement) -> str:
    """What is compared by meaning: of a row also what stands above it, and of what begins with a pronoun the sentence before."""
    if statement.before and _BEGINS_WITH_PRONOUN.match(statement.line):
        return f"{statement.before} {statement.line}"
    return f"{statement.heading}: {statement.line}" if statement.row else statement.line


def weigh(*features: float) -> float:
    return _BIAS + sum(weight * feature for weight, feature in zip(_WEIGHTS, features, strict=True))


def _has_name(name: str, around: set[str], passage: str) -> bool:
    """In the sentence or beside it, or somewhere in its passage, as the names of who write to each other."""
    stems = stems_in(name)
    if not stems or stems <= around:
        return True
    words = [word for word in re.findall(r"[^\W_]+", name.lower()) if len(word) > 2]
    last = words[-1] if words else ""
    return bool(last) and (stems_in(last) <= around or re.search(rf"{re.escape(last)}", passage) is not None)


def _roles(passages: Iterable[Passage]) -> dict[frozenset[str], set[str]]:
    """{stems of a role: those of who has it}: Castellan Robotics LLC, a company ("Buyer")."""
    found: dict[frozenset[str], set[str]] = {}
    for passage in passages:
        for match in _DEFINED.finditer(" ".join(passage.text.split())):
            role = frozenset(stems_in(match["role"]))
            own = {stem for one in names.names_in(match["name"])[:1] for stem in list(stems_in(one.text))[:1]}
            if role and own and not role & own:
                found.setdefault(role, set()).update(own)
    return found
