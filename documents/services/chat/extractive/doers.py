"""Whether a sentence says it of another than a question asks about. No Django here."""

from __future__ import annotations

import re

from documents.services.chat.extractive import names
from documents.services.chat.words import alike, stem, stems_in
from documents.services.search.text.words import words_in

_ASKED = re.compile(r"\b(?i:did|has|have|had|does|do|will|must|may|can)\s+(?P<rest>[A-Z].*)$", re.DOTALL)
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being)\s+(?:\w+\s+)?$")
_BY = re.compile(r"^[^;:.]*\bby\s+(?:the\s+|(?:Mr|Ms|Mrs|Dr)\.\s+)?$")
_NOT_ITS_SUBJECT = re.compile(r"[,;:.]|\b(?:that|who|which|whom|whether|if|and|but|by|of|to|for|from|with|at|in|on)\b", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:I|we|he|she|it|they|his|her|its|their|our|my|us|him|them|you|your)\b", re.IGNORECASE)
_PAPER = re.compile(
    r"(?P<of>(?:[A-Z][\w'’-]+\s+(?:(?:and|of|for)\s+)?){1,5})(?P<noun>Agreement|Contract|Lease|Act|Report|Order|Policy|Plan)\b"
)
_LOOSE = frozenset(stems_in("agreement contract lease act report order policy plan")) | {"our", "thi", "such", "that", "said"}


def is_pronominal(line: str) -> bool:
    """Whether somebody is meant in it who is named elsewhere."""
    return bool(_PRONOUN.search(line) or names.roles_in(line))


def done_by_another(question: str, line: str) -> bool:
    """ "Castellan ordered" is no answer to what Marlowe ordered: the verb of the question has another name for its subject each time."""
    asked = doer_and_verb(question)
    if asked is None:
        return False
    doer, verb = asked
    doers = [name for name in (_subject(line, word.start) for word in words_in(line) if _says(word.folded, verb)) if name]
    return bool(doers) and not any(names.same(name, doer) for name in doers)


def of_another_paper(question: str, line: str) -> bool:
    """The supply agreement is not the Employee Confidentiality Agreement."""
    for noun in {match["noun"].lower() for match in _PAPER.finditer(line)}:
        asked = re.search(rf"\b(?P<of>[\w-]+)\s+{noun}\b", question, re.IGNORECASE)
        if asked is None or not (own := stems_in(asked["of"]) - _LOOSE):
            continue
        called = [stems_in(match["of"]) for match in _PAPER.finditer(line) if match["noun"].lower() == noun]
        if all(of and not {other for one in own for other in (one, *alike(one))} & of for of in called):
            return True
    return False


def doer_and_verb(question: str) -> tuple[str, str] | None:
    """(name, stem of the verb) of "did Marlowe order"."""
    match = _ASKED.search(question)
    if match is None:
        return None
    rest = f"so {match['rest']}"
    found = names.names_in(rest)
    if not found or found[0].start > len("so Ms. "):
        return None
    behind = [word.folded for word in words_in(rest[found[0].end :])]
    verb = next((stem(word) for word in behind if word not in _ADVERBS), "")
    return (found[0].text, verb) if verb else None


_ADVERBS = frozenset("s ever not already also first then finally really actually itself himself herself have been".split())  # noqa: SIM905


def _says(word: str, verb: str) -> bool:
    own = stem(word)
    return own == verb or own in alike(verb)


def _subject(line: str, place: int) -> str:
    """The name right before a verb, or the last before the pronoun that stands there; "" where there is none;
    of a passive the name behind "by"."""
    before = line[:place]
    known = names.names_in(line)
    if _PASSIVE.search(before):
        return next((one.text for one in known if one.start > place and _BY.search(line[place : one.start])), "")
    known = [one for one in known if one.end <= place]
    if not known:
        return ""
    between = before[known[-1].end :]
    if re.match(r"['’]s?\b", between) or _by_preposition(line, known[-1].start):
        return ""
    if re.search(r"\b(?:it|he|she|they)\s+(?:\w+ly\s+|had\s+|has\s+|have\s+)?$", before):
        return known[-1].text if len({one.text for one in known}) == 1 else ""
    return known[-1].text if len(between.split()) <= 2 and not _NOT_ITS_SUBJECT.search(between) else ""


def _by_preposition(line: str, start: int) -> bool:
    return bool(re.search(r"\b(?:of|by|to|for|from|with|at|in|on|against)\s+(?:(?:Mr|Ms|Mrs|Dr)\.\s+)?$", line[:start]))
