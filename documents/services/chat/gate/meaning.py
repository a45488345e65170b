"""Whether the sources say what a sentence says: enough of its words, each of its decisive ones, and nobody in another's place."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from documents.services.chat.contracts import Fault
from documents.services.chat.gate.faults import fault
from documents.services.chat.gate.ground import Ground, beside
from documents.services.chat.gate.text.reading import Clause, Reading
from documents.services.chat.gate.text.roots import GENERIC, STOP, bare_of, root

MISSING = 0.2
"""Of the words that tell something, how many may be missing in the sources. Tested by the table of test_chat_gate.py."""
TOGETHER = 0.4
"""Of these words, how many must stand in one sentence of a source."""
_DECISIVE = tuple(
    frozenset(root(word) for word in line.split())
    for line in """admit acknowledge concede confess|deny dispute reject|allege claim contend assert argue accuse|order direct command instruct
    grant|dismiss|settle settlement resolve|terminate cancel rescind end expire|breach violate infringe default|sign execute|pay repay reimburse|sell
    purchase buy acquire|warrant guarantee promise assure|know aware|intend|steal misappropriate theft|approve authorize ratify|refuse decline
    threaten|apologize apologise|lie mislead deceive defraud|kill murder|arrest|convict|fire dismiss discharge|hire employ engage|resign quit|destroy delete
    affirm uphold|reverse overturn|vacate|sanction fine|award|assign transfer|agree consent accept|object oppose|sue|waive release|renew extend|inspect examine
    fabricate forge falsify|bribe|marry|divorce|die dead death|injure hurt|cause|find hold rule conclude decide determine|regret|confirm|withdraw""".replace("\n", "|").split("|")
    if line.strip()
)  # fmt: skip
_ROLES = frozenset(
    root(word)
    for word in "plaintiff defendant tenant landlord buyer seller employer employee licensor licensee lender borrower supplier customer contractor owner principal agent trustee petitioner respondent appellant appellee purchaser lessor lessee".split()  # noqa: SIM905
)
_PASSIVE = re.compile(r"\b(?:was|were|been|being|is|are|be)\b[^,;]{0,40}?\b\w+\s+(?:\w+\s+){0,3}?by\b", re.I)
_ALL = re.compile(
    r"\b(?:all|every|each|everyone|everything|always|entire(?:ly)?|whole|any|both|throughout|complete(?:ly)?|full(?:y)?|in full|none|never|total(?:ly)?)\b",
    re.I,
)
_EVERY = re.compile(r"\b(?:all(?! of a sudden)(?!eg)|every|everyone|everything|always|entire(?:ly)?|each)\b", re.I)
_SOME = re.compile(r"\b(?:some|several|many|most|few|part(?:s|ly)? of|partly|partial(?:ly)?|certain|a number of|one of|two of|half|sometimes|usually|often|generally|mostly|occasionally|a portion of)\b", re.I)  # fmt: skip
_MANY = re.compile(r"\b(?:most|majority|mostly)\b", re.I)
_ONLY = re.compile(
    r"\b(?:only|solely|exclusive(?:ly)?|sole|merely|no(?:body|thing| one)? (?:other|else)|nothing but|alone|just|limited to|unless|except|without|other than)\b",
    re.I,
)
_MY_ONLY = re.compile(r"\b(?:only|solely|exclusively|nothing but|no one else|nobody else)\b(?!\s+(?:after|on|in|when)\b)", re.I)


_OF_DOCUMENT = re.compile(
    r"\b(?:the|this|its|their|\w+['’]s)\s+(?:\w+\s+){0,2}(?P<doc>agreement|contract|lease|order|complaint|motion|report|statute|law|rule|policy|invoice|transcript|deposition"
    r"|schedule|letter|e-?mail|judgment|decision|opinion|brief|answer|declaration|notice|exhibit)\s+(?:\w+\s+){0,3}?(?:provid\w+|stat\w+|sa(?:ys|id)|requir\w+|show\w*|list\w*|sets?"
    r"|specif\w+|not(?:es|ed)|explain\w*|describ\w+|contain\w*|gives?|records?|mention\w*|(?:makes|made)\s+clear)\b",
    re.I,
)


def faults_of(said: Reading, ground: Ground) -> Iterator[Fault]:
    missing = _missing(said, ground)
    if missing or _scattered(said, ground):
        yield fault("not_said")
    if _exchanged(said, ground):
        yield fault("roles")
    yield from _quantifiers(said, ground)


def telling_words(said: Reading) -> list[tuple[str, str]]:
    """(word, root) of what tells something, each root once."""
    found: dict[str, str] = {}
    about = {root(found["doc"]) for found in _OF_DOCUMENT.finditer(said.text)}
    labels = [(one.start, one.end) for one in said.figures]
    for match in said.words:
        low = match[0].casefold()
        if any(start <= match.start() < end for start, end in labels):
            continue
        if low in STOP or low.removesuffix("n't") in STOP or not any(mark.isalpha() for mark in low) or any(mark.isdigit() for mark in low):
            continue
        found.setdefault(root(low), match[0])
    return [(word, stem) for stem, word in found.items() if stem not in GENERIC and stem not in about]


def _missing(said: Reading, ground: Ground) -> bool:
    words = telling_words(said)
    if not words:
        return not said.figures and not said.days and not said.hours  # a sentence that says nothing rests on nothing
    known = _known(ground)
    names = {one.roots for one in ground.before}
    lost = [
        (word, stem)
        for word, stem in words
        if not (word.isupper() and len(word) > 1)
        and not _is_known(word, stem, known)
        and not (word[0].isupper() and any(stem in roots for roots in names))
    ]
    for word, stem in lost:
        if any(stem in group and not group & known for group in _DECISIVE):
            return True
        if word[0].isupper() and len(words) <= 3:
            return True
    weight = sum(2.0 if _is_verb(word) else 1.0 for word, _stem in lost)
    return weight > MISSING * len(words) and (weight > 1 or len(words) < 4)


def _known(ground: Ground) -> frozenset[str]:
    names = frozenset(root(match[0]) for match in ground.titles.words)
    bare = frozenset(root(word) for one in ground.readings for match in one.words if (word := bare_of(match[0])))
    return ground.all_roots | names | bare


def _is_known(word: str, stem: str, known: frozenset[str]) -> bool:
    if stem in known or ((bare := bare_of(word)) and root(bare) in known) or any(stem in group and group & known for group in _DECISIVE):
        return True
    parts = re.split(r"[-/]", word)
    if len(parts) > 1 and all(root(part) in known or part.casefold() in STOP for part in parts):
        return True
    return len(stem) >= 5 and any(len(other) >= 5 and (other.startswith(stem) or stem.startswith(other)) for other in known)


def _is_verb(word: str) -> bool:
    return len(word) > 4 and word.islower() and word.endswith(("ed", "ing"))


def _scattered(said: Reading, ground: Ground) -> bool:
    """Whether its words only come together out of sentences that say other things. Several sources may each say a part."""
    wanted = {stem for _word, stem in telling_words(said)}
    if len(wanted) < 4 or not any(len(reading.sentences) > 1 for reading in ground.readings):
        return False
    best = 0
    for reading in ground.readings:
        for number in range(len(reading.sentences)):
            roots = frozenset().union(*(clause.roots for clause in reading.clauses if clause.sentence == number))
            best = max(best, len(wanted & roots))
    return best < TOGETHER * len(wanted)


# Who did it to whom


def _exchanged(said: Reading, ground: Ground) -> bool:
    for clause in said.clauses:
        for one, verb, two in _acts(clause):
            orders = [_order(other, one, verb, two) for _reading, other in ground.clauses]
            told = {order for order in orders if order is not None}
            if told == {False}:
                return True
        for one, two in _ways(clause):
            ways = [way for _reading, other in ground.clauses for way in _ways(other)]
            if (two, one) in ways and (one, two) not in ways:
                return True
    return False


def _persons(clause: Clause) -> list[tuple[int, str]]:
    """(place among the words, root) of names and of words for parties, each run of capitals by its last word."""
    found: list[tuple[int, str]] = []
    for place, word in enumerate(clause.words):
        stem = root(word)
        if stem in _ROLES or (word[0].isupper() and word.casefold() not in STOP and stem not in GENERIC and len(word) > 1):
            if found and found[-1][0] == place - 1 and word[0].isupper() and stem not in _ROLES and clause.words[place - 1][0].isupper():
                continue
            found.append((place, stem))
    return found


def _acts(clause: Clause) -> Iterator[tuple[str, str, str]]:
    """(who, verb, whom), the passive turned round."""
    people = _persons(clause)
    for (place, one), (later, two) in itertools.pairwise(people):
        between = clause.words[place + 1 : later]
        low = [word.casefold() for word in between]
        if one == two or not between or _OTHERWISE & {*low} or "and" in low or "or" in low or "with" in low:
            continue
        verbs = [root(word) for word in between if word[0].islower() and word.casefold() not in STOP and root(word) not in _ROLES]
        passive = bool(low) and "by" in low and any(word in low for word in ("was", "were", "been", "being", "is", "are", "be"))
        for verb in verbs:
            yield (two, verb, one) if passive else (one, verb, two)


_OTHERWISE = frozenset("that whether who which when while where because if unless".split())  # noqa: SIM905


def _order(other: Clause, one: str, verb: str, two: str) -> bool | None:
    """Whether a clause of the source says it of the two in this order; None where it does not say it of both."""
    acts = list(_acts(other))
    if (one, verb, two) in acts:
        return True
    if (two, verb, one) in acts:
        return False
    return None


def _ways(clause: Clause) -> list[tuple[str, str]]:
    """(from, to) of "from A to B"."""
    people = dict(_persons(clause))
    low = [word.casefold() for word in clause.words]
    froms = [_next_person(people, place) for place, word in enumerate(low) if word == "from"]
    tos = [_next_person(people, place) for place, word in enumerate(low) if word == "to"]
    return [(one, two) for one in froms for two in tos if one and two and one != two]


def _next_person(people: dict[int, str], place: int) -> str:
    return next((people[at] for at in range(place + 1, place + 4) if at in people), "")


# How many


def _quantifiers(said: Reading, ground: Ground) -> Iterator[Fault]:
    for clause in said.clauses:
        near = beside(clause, ground)
        whole = [reading.sentence_of(other) for reading, other in near]
        if near and not _as_many(clause.text, said.sentence_of(clause), whole, [other.text for _reading, other in near]):
            yield fault("quantifier")


def _as_many(text: str, sentence: str, whole: Sequence[str], clauses: Sequence[str]) -> bool:
    """Whether a clause speaks of as many as one of these sentences of the sources does."""
    if _EVERY.search(text):
        return any(_ALL.search(one) and not (_SOME.search(one) and not _EVERY.search(one)) for one in whole)
    if _MANY.search(text):
        return any(_MANY.search(one) or _EVERY.search(one) for one in whole)
    if _MY_ONLY.search(text):
        return any(_ONLY.search(one) for one in whole)
    return bool(_SOME.search(sentence) or _ONLY.search(sentence)) or not all(_partial(one) for one in clauses)


def _partial(text: str) -> bool:
    """Whether a source speaks of some or of those only."""
    return bool(
        re.search(
            r"\b(?:some|most|part|half|few|only|several)\s+of\s+the\b|\bonly\s+(?:the|if|with|to|by|for|those)\b|\bsolely\b|\bpartly\b|\bpartially\b",
            text,
            re.I,
        )
    )
