"""Whether the sources say what a sentence says: enough of its words, each of its decisive ones, and nobody in another's place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from documents.services.chat.contracts import Fault
from documents.services.chat.gate.faults import fault
from documents.services.chat.gate.ground import Ground, beside
from documents.services.chat.gate.text.figures import CODE
from documents.services.chat.gate.text.reading import PAST_FORMS, Reading
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
    fabricate forge falsify|bribe|marry|divorce|die dead death|injure hurt|cause|hold find rule conclude decide determine|regret|unanimously|willfully|intentionally|knowingly|negligently|repeatedly|immediately|voluntarily|fraudulently|secretly|orally verbally|recklessly|maliciously|confirm|withdraw""".replace("\n", "|").split("|")
    if line.strip()
)  # fmt: skip
_ALL = re.compile(
    r"\b(?:all|every|each|everyone|everything|always|entire(?:ly)?|whole|any|both|throughout|complete(?:ly)?|full(?:y)?|in full|none|never|total(?:ly)?)\b",
    re.I,
)
_EVERY = re.compile(r"\b(?:all(?! of a sudden)(?!eg)|every|everyone|everything|always|entire(?:ly)?|each)\b", re.I)
_SOME = re.compile(r"\b(?:some|several|many|most|few|in part|part(?:s|ly)? of|partly|partial(?:ly)?|certain|a number of|one of|two of|half|sometimes|usually|often|generally|mostly|occasionally|a portion of)\b", re.I)  # fmt: skip
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
    if missing or _scattered(said, ground) or _apart(said, ground) or _done_to_another(said, ground):
        yield fault("not_said")
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
    turned = {root("send")} if {root("receive"), "from"} <= ground.all_roots else set()
    turned |= {root("receive")} if {root("pay"), "to"} <= ground.all_roots else set()
    return ground.all_roots | names | bare | turned


def _is_known(word: str, stem: str, known: frozenset[str]) -> bool:
    if stem in known or ((bare := bare_of(word)) and root(bare) in known) or any(stem in group and group & known for group in _DECISIVE):
        return True
    parts = re.split(r"[-/]", word)
    if len(parts) > 1 and all(root(part) in known or part.casefold() in STOP for part in parts):
        return True
    return len(stem) >= 5 and any(len(other) >= 5 and (other.startswith(stem) or stem.startswith(other)) for other in known)


def _is_verb(word: str) -> bool:
    return word in PAST_FORMS or (len(word) > 4 and word.islower() and word.endswith(("ed", "ing")))


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


_BACK = re.compile(r"\b(?:he|him|his|she|her|it|its|they|them|their|this|that|these|those)\b", re.I)
_THE = re.compile(r"\bthe\b", re.I)
_PASSIVE = re.compile(r"^\W*(?:the|an?|its|his|her|their|\w+['’]s)\s+(?P<subject>(?:[\w'’-]+\s+){1,4}?)(?:is|are|was|were|has\s+been|have\s+been|shall\s+be|will\s+be)\s+(?:\w+ly\s+)?(?P<verb>\w+(?:ed|en))\b", re.I)  # fmt: skip


def _apart(said: Reading, ground: Ground) -> bool:
    """Whether a name or number stands only where the sources say something else than the verb it has here. What points back ("its data
    sheet") may have its name in the two sentences before."""
    codes = [one for one in said.figures if one.kind == CODE]
    for clause in said.clauses:
        verbs = set(clause.verbs.values()) & ground.all_roots
        items = [
            root(word)
            for place, word in enumerate(clause.words)
            if word[0].isupper() and (place or clause.start) and root(word) in ground.roots - GENERIC
        ]
        items += [root(said.text[one.start : one.end].split("-")[0]) for one in codes if clause.start <= one.start < clause.end]
        if verbs and any(
            not any(_near(item, verbs, reading) for reading in ground.readings) and len(ground.readings) == 1 for item in items
        ):
            return True
    return False


def _done_to_another(said: Reading, ground: Ground) -> bool:
    """Whether what was done, and what it was done to, stand only in different sentences: "the renewal was postponed"."""
    if len(ground.readings) != 1:
        return False
    (reading,) = ground.readings
    for start, end in said.sentences:
        found = _PASSIVE.match(said.text[start:end])
        subject = [root(word) for word in re.findall(r"[^\W\d_]+", found["subject"]) if word.casefold() not in STOP] if found else []
        if found is None or not subject or not {subject[-1], root(found["verb"])} <= ground.roots - GENERIC:
            continue
        verb = root(found["verb"])
        spans = [reading.text[slice(*span)] for span in reading.sentences]
        if not any(
            verb in own and (subject[-1] in own or (_BACK.search(spans[at]) and at and subject[-1] in reading.roots_by_sentence[at - 1]))
            for at, own in enumerate(reading.roots_by_sentence)
        ):
            return True
    return False


def _near(item: str, verbs: set[str], reading: Reading) -> bool:
    roots = reading.roots_by_sentence
    for number, own in enumerate(roots):
        if verbs & own:
            own_text = reading.text[slice(*reading.sentences[number])]
            before = 2 if _BACK.search(own_text) else 1 if _THE.search(own_text) else 0
            if any(item in roots[at] for at in range(max(0, number - before), number + 1)):
                return True
    return False


# How many


def _quantifiers(said: Reading, ground: Ground) -> Iterator[Fault]:
    for clause in said.clauses:
        near = beside(clause, ground)
        whole = [reading.sentence_of(other) for reading, other in near]
        if near and not _as_many(clause.text, said.sentence_of(clause), whole, [other.text for _reading, other in near]):
            yield fault("quantifier")


def _as_many(text: str, sentence: str, whole: Sequence[str], clauses: Sequence[str]) -> bool:
    """Whether a clause speaks of as many as one of these sentences of the sources does."""
    if any(often.search(text) and not any(often.search(one) for one in whole) for often in _OFTEN):
        return False
    if _EVERY.search(text):
        return any(_ALL.search(one) and not (_SOME.search(one) and not _EVERY.search(one)) for one in whole)
    if _MANY.search(text):
        return any(_MANY.search(one) or _EVERY.search(one) for one in whole)
    if _MY_ONLY.search(text):
        return any(_ONLY.search(one) for one in whole)
    if _SEVERAL.search(text) and all(_SOLE.search(one) for one in clauses):
        return False
    return bool(_SOME.search(sentence) or _ONLY.search(sentence)) or not all(_partial(one) for one in clauses)


_OFTEN = tuple(
    re.compile(rf"\b(?:{adverb}|(?:per|each|every|a)\s+{unit}|once\s+a\s+{unit})\b", re.I)
    for adverb, unit in (
        ("hourly", "hour"),
        ("daily", "day"),
        ("weekly", "week"),
        ("monthly", "month"),
        ("quarterly", "quarter"),
        ("annual(?:ly)?|yearly", "year"),
    )
)
_SEVERAL = re.compile(r"\b(?:several|many|one\s+of|some|various|multiple|numerous)\b", re.I)
_SOLE = re.compile(r"\b(?:sole|only|single|exclusive)\b", re.I)


def _partial(text: str) -> bool:
    """Whether a source speaks of some or of those only."""
    return bool(
        re.search(
            r"\b(?:some|most|part|half|few|only|several)\s+of\s+the\b|\bonly\s+(?:if|with|to|by|for|those)\b|\bin\s+part\b|\bsolely\b|\bpartly\b|\bpartially\b",
            text,
            re.I,
        )
    )
