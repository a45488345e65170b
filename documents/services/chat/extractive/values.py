"""The short form of what a sentence answers: a date, an amount, a duration, a name, a place, yes or no. No Django here.

What the question has already is no answer to it, and of several the one nearest to the question's own words is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from documents.services.chat.contracts import QuestionType
from documents.services.chat.extractive import names
from documents.services.chat.words import is_negative, stem, stems_in
from documents.services.search.text.words import words_in
from documents.services.timeline.dates import dates_in

_NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty "
    "thirty forty fifty sixty seventy eighty ninety hundred half"
)
_IN_WORDS = (
    r"(?:" + "|".join(sorted(_NUMBER_WORDS.split(), key=len, reverse=True)) + r")(?:-(?:one|two|three|four|five|six|seven|eight|nine))?"
)
_FIGURE = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_NUMBER = rf"(?:{_FIGURE}|\b{_IN_WORDS}\b)"
_MONEY = re.compile(
    rf"(?:(?:US|USD|EUR|CHF|GBP|CAD)?\s?[$€£]\s?|\b(?:USD|EUR|CHF|GBP|CAD)\s)(?:{_FIGURE})(?:\s(?:thousand|million|billion))?"
    rf"|(?:{_FIGURE}|\b{_IN_WORDS})(?:\s(?:thousand|hundred|million|billion))*\s(?:(?:US\s)?dollars?|euros?|pounds(?:\ssterling)?|francs|cents)\b"
    r"(?:\san?\shour)?",
    re.IGNORECASE,
)
_POUNDS = re.compile(r"\bpounds$", re.IGNORECASE)
_WEIGHED = re.compile(r"\b(?:weigh\w*|gross|net|load\w*|lift\w*|tons?|tonnes?|heavy)\b", re.IGNORECASE)
_SHARE = re.compile(rf"{_NUMBER}\s?(?:%|percent\b|per\scent\b|ppm\b|parts\sper\smillion\b)", re.IGNORECASE)
_QUANTITY = re.compile(rf"(?<![\w.,$§-])(?:{_NUMBER})(?![\w.,-]*\d)(?:\s(?P<unit>[a-z][a-z-]+))?", re.IGNORECASE)
_UNIT = r"(?:second|minute|hour|(?:business|working|calendar)\sday|day|week|month|quarter|year|decade|contract\syear)s?"
_DURATION = re.compile(rf"\b(?:{_NUMBER})(?:\s?\(\d+\))?[\s-](?:more\s|full\s|consecutive\s)?{_UNIT}\b", re.IGNORECASE)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY = re.compile(rf"\b(?:{_MONTHS})\s\d{{1,2}}\b(?!,?\s\d)|\b\d{{1,2}}\s(?:{_MONTHS})\b(?!,?\s\d)")
_YEAR = re.compile(r"(?<![\w$.,/-])(?:18|19|20)\d\d(?![\w,/-]*\d)(?=[\s,.;:)]|$)")
_TIME = re.compile(r"\b\d{1,2}(?::\d{2})\s?(?:[ap]\.?m\b\.?)?|\b\d{1,2}\s?[ap]\.?m\b\.?", re.IGNORECASE)
_ASKS_TIME = re.compile(r"\bwhat\s+time\b|\bat\s+what\s+hour\b", re.IGNORECASE)
_ASKS_YEAR = re.compile(r"\b(?:what|which)\s+year\b", re.IGNORECASE)
_MANY = re.compile(r"\bhow\s+many\s+(?P<what>[\w-]+(?:\s+[\w-]+)?)", re.IGNORECASE)
_ASKED = (
    (QuestionType.WHO, re.compile(r"\b(?:who|whom|whose)\b|\b(?:what|which)\s+(?:person|company|firm|party|employee|witness|judge|lawyer|attorney|expert|manager)\b|\b(?:what|which)\s+(?:\w+\s+)?(?:suppliers?|hospitals?|members?|customers?|distributors?|colleagues?|banks?|insurers?|engineers?|doctors?|competitors?|employees|companies|people|persons)\b|\bname\s+of\s+the\b(?!\s+(?:\w+\s+)?(?:product|sensor|ship|file|case|device|method|document)\b)|\bwhat\s+is\s+the\s+[\w\s]{2,30}\s+called\b|\bsurname\b", re.I)),
    (QuestionType.HOW_LONG, re.compile(r"\bhow\s+long\b|\b(?:what|which)\s+(?:is\s+the\s+)?(?:notice\s+)?(?:period|duration|length)\b|\b(?:length|duration)\s+of\b|\bhow\s+many\s+(?:\w+\s+)?(?:seconds|minutes|hours|days|weeks|months|years)\b|\bwithin\s+what\s+time\b", re.I)),
    (QuestionType.WHEN, re.compile(r"\bwhen\b|\b(?:what|which)\s+(?:\w+\s+)?(?:date|day|year|month|time)\b|\bdate\s+of\b|\bsince\s+when\b|\bhow\s+late\b", re.I)),
    (QuestionType.HOW_MUCH, re.compile(r"\bhow\s+(?:much|many|high|large|heavy|big|often)\b|\b(?:what|which)\s+(?:\w+\s+){0,4}(?:amount|price|rent|fee|cost|salary|rate|sum|deposit|percentage|(?<!serial )(?<!docket )(?<!phone )(?<!case )(?<!account )number|quantity|value|share|interest|penalty|damages|bonus|wage)s?\b(?!\s+of\s+the\s+(?:drive|docket|case))", re.I)),
    (QuestionType.WHERE, re.compile(r"\bwhere\b|\b(?:what|which)\s+(?:is\s+the\s+)?(?:\w+\s+)?(?:place|city|town|state|country|address|court|location|venue)\b", re.I)),
    (QuestionType.WHY, re.compile(r"\bwhy\b|\bfor\s+what\s+reason\b", re.I)),
    (QuestionType.WHETHER, re.compile(r"^\W*(?:(?:and|but|so|then),?\s+)?(?:is|are|was|were|do|does|did|has|have|had|can|could|may|might|must|shall|should|will|would)(?:n't)?\b", re.I)),
    (QuestionType.HOW, re.compile(r"^\W*how\b", re.I)),
    (QuestionType.WHAT, re.compile(r"\b(?:what|which)\b", re.I)),
)  # fmt: skip
_PLACE = re.compile(
    r"\b(?:in|at|on|to|near|from|of)\s+(?P<place>(?:the\s+)?(?:\d+\s+)?[A-Z][\w'’&.-]*(?:,?\s+(?:of\s+|the\s+|and\s+)?[A-Z][\w'’&.-]*)*)"
)
_ADDRESS = re.compile(
    r"\b\d{1,5}\s+(?:[A-Z][\w'’.-]*\s+){1,4}(?:Street|St\.|Road|Lane|Avenue|Wharf|Drive|Quay|Square)(?:,\s+[A-Z][\w ]+){0,2}"
)
_NO_PLACE = re.compile(
    rf"^(?:the\s+)?(?:{_MONTHS}|Section|Article|Exhibit|Schedule|Agreement|Complaint|Answer|Count|Mr|Ms|Mrs|Dr|Paragraph|[IVX]+\b)"
)


_REPORTS = re.compile(
    r"\s+(?:has\s+|have\s+)?(?P<verb>suggest(?:s|ed)?|argue[sd]?|claim(?:s|ed)?|allege[sd]?|says?|said|contends?|contended|assert(?:s|ed)?|admit(?:s|ted)?|"
    r"den(?:y|ies|ied)|state[sd]?|report(?:s|ed)?)\s+that\b"
)
"""Who says that somebody did it did not do it."""
_THING = re.compile(
    r"\b(?:Process|Method|System|Table|Agreement|Contract|Confidentiality|Quantity|Act|Rules?|Motion|Order|Notice|Code|Project|Program|Period)$"
)
_ABBREVIATED = re.compile(r"\b(?:[ap]\.m|Inc|Ltd|Co|Corp|St|Jr|Sr|[A-Z])\.$")
_ORDINAL_STEMS = frozenset(stem(word) for word in ("first", "second", "third", "fourth", "fifth", "sixth"))
_CODES = re.compile(r"\b(?=[\w-]*\d)[A-Z0-9][\w-]{3,}\b")
_BARE = re.compile(r"(?:in|of|at|on|against|for|during|and|to|each|per|a|was|were|agree|which|that)\b")


class Value(NamedTuple):
    """[start, end) of a sentence, and what stands there on one line."""

    start: int
    end: int
    text: str


def sought(question: str, given: QuestionType = QuestionType.OTHER) -> QuestionType:
    """What kind of value would answer: "what is the rent" asks how much. The type that was told, where it says more than WHAT."""
    told = given not in (QuestionType.OTHER, QuestionType.WHAT, QuestionType.COUNT, QuestionType.LIST)
    if told and not (given == QuestionType.HOW_MUCH and _MANY.search(question)):
        return given
    found = [(match.start(), order, kind) for order, (kind, pattern) in enumerate(_ASKED) if (match := pattern.search(question))]
    return min(found)[2] if found else given


def value_in(kind: QuestionType, sentence: str, question: str) -> str:
    """ "3 May 2024", "$4,523,000", "Dr. Ingrid Solheim", "30 days", "Yes" or "No" only where it is sure; "" where there is none."""
    kind = sought(question, kind)
    if kind == QuestionType.WHETHER:
        return _yes_or_no(sentence, question)
    found = values_in(kind, sentence, question)
    return _nearest(found, sentence, question).text if found else ""


def values_in(kind: QuestionType, sentence: str, question: str) -> list[Value]:
    """All that could be it, in their order; `kind` is one that `sought` gave. Without what stands in the question."""
    finder = _FINDERS.get(kind)
    if finder is None:
        return []
    asked = " ".join(question.lower().split())
    return [one for one in finder(sentence, question) if one.text.lower() not in asked]


def _dates(sentence: str, question: str) -> Iterator[Value]:
    if _ASKS_TIME.search(question):
        yield from _found(_TIME, sentence)
        return
    spans = [(one.start, one.end) for one in dates_in(sentence)]
    for pattern in (_DAY, _YEAR):
        spans += [one.span() for one in pattern.finditer(sentence) if not _within(one.start(), spans)]
    yield from _values(sorted(spans), sentence)


def _amounts(sentence: str, question: str) -> Iterator[Value]:
    many = _MANY.search(question)
    if many is not None:
        yield from _counted(sentence, many["what"])
        return
    money = [one for one in _found(_MONEY, sentence) if not (_POUNDS.search(one.text) and _WEIGHED.search(sentence))]
    shares = list(_found(_SHARE, sentence))
    if re.search(r"\b(?:percent|percentage|rate|interest|share|drift|error|residual)\b", question, re.I):
        yield from shares or money
    elif money or shares:
        yield from money or shares
    elif re.search(r"\b(?:load|weigh\w*|heavy|large|number|quantity|often)\b", question, re.I):
        yield from _quantities(sentence)


def _counted(sentence: str, what: str) -> Iterator[Value]:
    """Numbers of what is counted: with its name close behind them, and bare ones in a sentence that has it."""
    named = stems_in(what)
    if not named & stems_in(sentence):
        return
    for one in _quantities(sentence):
        number, unit = one.text.split(" ", 1) if " " in one.text else (one.text, "")
        bare = (not unit or _BARE.match(unit)) and not _YEAR.match(number + " ") and not (number.lower() == "one" and unit == "of")
        if named & stems_in(" ".join(sentence[one.start : one.end + 60].split()[:5])) or bare:
            yield one if stems_in(unit) & named else Value(one.start, one.start + len(number), number)


def _quantities(sentence: str) -> Iterator[Value]:
    taken = [one.span() for one in _TIME.finditer(sentence) if ":" in one[0]]
    taken += [(one.start, one.end) for one in dates_in(sentence)] + [one.span() for one in _DAY.finditer(sentence)]
    for match in _QUANTITY.finditer(sentence):
        if not _within(match.start(), taken) and not re.search(
            r"(?:§+|No\.|¶|Sections?|Exhibit|Schedule|Rule|row)\s*$", sentence[: match.start()]
        ):
            yield Value(*match.span(), " ".join(match[0].split()))


def _durations(sentence: str, question: str) -> Iterator[Value]:
    yield from _found(_DURATION, sentence)


def _people(sentence: str, question: str) -> Iterator[Value]:
    known, asked = names.names_in(question, products=True), stems_in(question)
    for one in names.names_in(sentence):
        reports = _REPORTS.match(sentence[one.end :])
        if (reports is not None and not stems_in(reports["verb"]) & asked) or _THING.search(one.text):
            continue
        if not any(names.same(one.text, other.text) for other in known):
            yield Value(one.start, one.end, one.text)


def _places(sentence: str, question: str) -> Iterator[Value]:
    spans = [match.span() for match in _ADDRESS.finditer(sentence)]
    for match in _PLACE.finditer(sentence):
        if not _NO_PLACE.match(match["place"]) and not _within(match.start("place"), spans):
            spans.append(match.span("place"))
    yield from _values(sorted(spans), sentence)


def _codes(sentence: str, question: str) -> Iterator[Value]:
    """What is called by a number: serial numbers and the like."""
    if re.search(r"\bnumber\b", question, re.I):
        yield from _found(_CODES, sentence)


_FINDERS: dict[QuestionType, Callable[[str, str], Iterator[Value]]] = {
    QuestionType.WHEN: _dates,
    QuestionType.HOW_MUCH: _amounts,
    QuestionType.HOW_LONG: _durations,
    QuestionType.WHO: _people,
    QuestionType.WHERE: _places,
    QuestionType.WHAT: _codes,
}
HAVE_VALUES = frozenset(_FINDERS) - {QuestionType.WHAT}


def _found(pattern: re.Pattern[str], sentence: str) -> Iterator[Value]:
    yield from _values((match.span() for match in pattern.finditer(sentence)), sentence)


def _values(spans: Iterable[tuple[int, int]], sentence: str) -> Iterator[Value]:
    for start, end in spans:
        text = " ".join(sentence[start:end].split()).rstrip(",;")
        if text.endswith(".") and start + len(sentence[start:end]) == len(sentence.rstrip()) and not _ABBREVIATED.search(text):
            text = text[:-1]
        yield Value(start, end, text)


def _within(place: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def _nearest(found: list[Value], sentence: str, question: str) -> Value:
    """By the distance in words to the question's own words: to its figures and ordinals alone where the sentence has them ("640 in the second")."""
    wanted = stems_in(question)
    places = [(word.start, stem(word.folded)) for word in words_in(sentence)]
    matched = [(start, one) for start, one in places if one in wanted]
    anchors = [(start, one) for start, one in matched if one[:1].isdigit() or one in _ORDINAL_STEMS] or matched

    def distance(value: Value) -> tuple[float, int]:
        near = [_between(places, value, start) for start, _one in anchors if not value.start <= start < value.end]
        return (sum(sorted(near)[:3]), value.start) if near else (99.0, value.start)

    return min(found, key=distance)


def _between(places: list[tuple[int, str]], value: Value, start: int) -> float:
    low, high = sorted((value.start, start))
    return sum(low <= place < high for place, _stem in places)


def _yes_or_no(sentence: str, question: str) -> str:
    """Only where the sentence has every word of the question, so that just its negation can make the difference."""
    wanted = stems_in(question)
    if not wanted or not wanted <= stems_in(sentence) or sentence.rstrip().endswith("?"):
        return ""
    return "Yes" if is_negative(sentence) == is_negative(question) else "No"
