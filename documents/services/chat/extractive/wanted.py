"""What a question wants of a sentence: its words, what it names, and the kind of value that would answer it. No Django here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from documents.services.chat.contracts import QuestionType
from documents.services.chat.extractive import doers, names, values
from documents.services.chat.understanding.stated import premise_of
from documents.services.chat.words import OPPOSITES, content_of, is_negative, stem

_FIGURE = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\w.-])\d+(?:\.\d+)?(?![\w])")
_CODE = re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])[\w-]{4,}\b")
_ORDINALS = {word: n for n, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1)}  # noqa: SIM905
_ORDINAL = re.compile(rf"\b(?:(?P<word>{'|'.join(_ORDINALS)})|(?P<digit>\d{{1,2}})(?:st|nd|rd|th))\b", re.I)
_COUNTED = re.compile(r"\b(?:year|quarter|phase|count|defen[cs]e)\s+(one|two|three|four|five|six|seven|eight|nine|ten)\b", re.I)
_NUMBERS = {word: n for n, word in enumerate("one two three four five six seven eight nine ten".split(), 1)}  # noqa: SIM905
_COUNTED_OF = re.compile(r"\bhow\s+(?:many|much)\s+[\w-]+\s+of\s+(?P<what>(?:[a-z-]+\s+)?[a-z-]+)", re.IGNORECASE)
_IS_THING = re.compile(r"\W*how\s+(?:much|high|large)\s+(?:is|was|are|were)\b", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“]([^\"”]{3,200})[\"”]")
_HEAD = re.compile(
    r"\b(?:what|which|whose|how\s+many)\s+(?:of\s+the\s+|(?:is|was|are|were)\s+(?:the|a|an)\s+)?(?P<words>(?:[\w'’-]+\s*){1,4})", re.I
)
_ROLE = re.compile(
    r"\bwho\s+(?:is|was|are|were)\s+(?:(?:the|a|an|its|their|his|her)\s+|(?=(?:counsel|attorney|chief|CEO|CFO|chairman|president|director|secretary|treasurer)\b))(?P<role>[\w'’ -]+?)(?:\s+(?:of|at|in|for|on|to|who|that|which|under|with)\b.*)?\??$"
    r"|\bname\s+of\s+the\s+(?P<named>[\w'’ -]+?)(?:\s+(?:of|at|in|for|on|to|who|that|which|under|with)\b.*)?\??$"
    r"|\bwhat\s+(?:is|was)\s+the\s+(?P<called>[\w'’ -]+?)\s+called\b|\b(?:what|which)\s+(?:\w+\s+)?(?P<which>suppliers?|hospitals?|members?|customers?|distributors?|colleagues?|banks?|insurers?|engineers?|doctors?|competitors?)\b",
    re.IGNORECASE,
)  # fmt: skip
_NUMBERED = re.compile(r"\b(?:[A-Z][a-z]+|row|page|lot|unit|room|phase|entry|invoice|paragraph|line)\s+(?:No\.\s*)?\d[\d,]*\b(?!\s*%)")
_MONTH = re.compile(
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|In|Since|By|Until|After|Before|Section|Article|Exhibit|Schedule|Rule)[a-z]*\s"
)
_GENERIC = frozenset(
    "date day year month time amount sum number kind sort thing name place reason person company firm party many much value wording".split()  # noqa: SIM905
)
_PAST = re.compile(
    r"\b(?:did|was|were|has|have|had)\b|\bwho\s+(?:\w+ed|paid|wrote|sent|told|bought|sold|made|gave|took|left|built|got|met|held)\b", re.I
)
_VERBLESS = frozenset(
    [
        "of",
        "in",
        "at",
        "for",
        "on",
        "by",
        "with",
        "from",
        "that",
        "who",
        "which",
        "and",
        "or",
        "is",
        "are",
        "was",
        "were",
        "do",
        "does",
        "did",
        "has",
        "have",
        "had",
        "can",
        "could",
        "may",
        "might",
        "must",
        "shall",
        "should",
        "will",
        "would",
        "be",
        "been",
        "the",
        "a",
        "an",
        "of",
        "to",
    ]
)


@dataclass(frozen=True)
class Wanted:
    """A question, read."""

    text: str
    given: QuestionType = QuestionType.OTHER
    idle: frozenset[str] = frozenset()
    """Stems that are not looked for."""

    @cached_property
    def kind(self) -> QuestionType:
        return values.sought(self.text, self.given)

    @property
    def has_value(self) -> bool:
        """Whether a sentence without a value of the kind can't answer it."""
        return self.kind in (QuestionType.WHO, QuestionType.WHEN, QuestionType.HOW_MUCH, QuestionType.HOW_LONG, QuestionType.WHY)

    @cached_property
    def words(self) -> dict[str, str]:
        """Stems of what it is about, with the words themselves."""
        return {one: word for one, word in content_of(self.text).items() if one not in self.idle}

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(one.text for one in names.names_in(self.text, products=True))

    @cached_property
    def named(self) -> frozenset[str]:
        """Stems of the words of its names."""
        return frozenset(one for name in self.names for one in content_of(name))

    @cached_property
    def predicate(self) -> list[str]:
        """Stems that are no names: what is said of whom is named."""
        return [one for one in self.words if one not in self.named]

    @cached_property
    def figures(self) -> frozenset[str]:
        """Numbers, ordinals (#2) and codes: a sentence about others is about something else."""
        return figures_in(self.text, of_question=True)

    @cached_property
    def quoted(self) -> tuple[str, ...]:
        return tuple(" ".join(match[1].lower().split()) for match in _QUOTED.finditer(self.text))

    @cached_property
    def head(self) -> frozenset[str]:
        """Stems of what is sought, where it is named: whose handwriting, which patent, what drift; none where it is only a date, an amount."""
        if self.kind in (QuestionType.WHETHER, QuestionType.WHY) or (match := _HEAD.search(self.text)) is None:
            return frozenset()
        found: list[str] = []
        for word in match["words"].split():
            folded = word.lower()
            if folded in _VERBLESS or folded in _GENERIC:
                break
            if stem(folded) in self.predicate and folded not in _ORDINALS:
                found.append(stem(folded))
        return frozenset(found)

    @cached_property
    def numbered(self) -> tuple[str, ...]:
        """What has a number for a name, as row 1,117 and Crane Hall 5: the two belong together."""
        return tuple(" ".join(match[0].lower().split()) for match in _NUMBERED.finditer(self.text) if not _MONTH.match(match[0]))

    @cached_property
    def role(self) -> frozenset[str]:
        """Stems of what someone is whose name is sought: who is the distributor, the name of the judge."""
        match = _ROLE.search(self.text)
        if match is None:
            return frozenset()
        role = match["role"] or match["named"] or match["called"] or match["which"] or ""
        stems = frozenset(content_of(role))
        return (stems - self.named) or (stems if names.roles_in(role) else frozenset())

    @cached_property
    def verb(self) -> str:
        """Stem of what was done, where the question tells it: when did they sign it, who paid."""
        premise = premise_of(self.text)
        doer = doers.doer_and_verb(self.text)
        told = (stem(premise.verb.lower()) if premise is not None else "", doer[1] if doer is not None else "")
        return next((one for one in told if one in self.predicate), "")

    @cached_property
    def opposites(self) -> frozenset[str]:
        """Stems that say the contrary of its own: denied, where it asks when it was admitted."""
        return frozenset(other for one in self.words for other in OPPOSITES.get(one, ()))

    @cached_property
    def opposed(self) -> list[str]:
        """Its own stems that have a contrary."""
        return [one for one in self.words if one in OPPOSITES]

    @property
    def is_of_thing(self) -> bool:
        """How much is it: a denial must be of the thing itself."""
        return _IS_THING.match(self.text) is not None

    @cached_property
    def counted_of(self) -> frozenset[str]:
        """Stems of what it is of that is counted: how many pallets of shrimp."""
        match = _COUNTED_OF.search(self.text)
        return frozenset(stem for stem in content_of(match["what"]) if stem in self.predicate) if match else frozenset()

    @property
    def past(self) -> bool:
        """Whether it asks for what was done."""
        return bool(_PAST.search(self.text))

    @cached_property
    def negative(self) -> bool:
        return is_negative(self.text)


def figures_in(text: str, *, of_question: bool = False) -> frozenset[str]:
    """Values of the numbers of a text (1,117 is 1117), its ordinals (second is #2) and codes (4C530001). Those of a question that bind:
    number words don't, and "first" is too loose a word."""
    found = {_plain(match[0]) for match in _FIGURE.finditer(text)} | {match[0].lower() for match in _CODE.finditer(text)}
    for match in _ORDINAL.finditer(text):
        number = _ORDINALS[match["word"].lower()] if match["word"] else int(match["digit"])
        if not of_question or number > 1 or re.match(r"\s+(?:\w+\s+)?(?:year|quarter)", text[match.end() :]):
            found.add(f"#{number}")
    found |= {f"#{_NUMBERS[match[1].lower()]}" for match in _COUNTED.finditer(text)}
    return frozenset(found)


def _plain(figure: str) -> str:
    bare = figure.replace(",", "")
    return bare.rstrip("0").rstrip(".") if "." in bare else bare
