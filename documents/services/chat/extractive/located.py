"""Questions for what stands in a place: "what does Section 14.3 say", "the clause that the fifth defense invokes", "the demand letter". No
Django here.

The place decides which sentences may answer; what is left of the question says which of them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from documents.services.chat.evidence import Statement
from documents.services.chat.evidence.references import SECTIONS, Reference, references_in
from documents.services.chat.words import alike, stems_in

_PART = r"section|clause|paragraph|provision|article|schedule|exhibit|appendix|annex|attachment"
_BY_WHICH = re.compile(
    rf"\b(?:the|that|which)\s+(?P<part>{_PART})\b(?P<between>[^,?]*?),?\s+(?:(?:(?:on|to|in|under|for|from|by)\s+)?which|that)\s+(?P<clause>[^?]+)",
    re.IGNORECASE,
)
_BY_WHOM = re.compile(rf"\b(?:the|that)\s+(?P<part>{_PART})\s+(?P<clause>(?:(?:Mr|Ms|Mrs|Dr)\.\s+)?[A-Z][^?]+)")
_SAYING = re.compile(
    r"\b(?:what|which|how|when|where|who|why|for)\b[^?]*\b(?:say|says|said|state|states|stated|promise\w*|call|calls|called|demand|demands|ask|asks|"
    r"provide\w*|require\w*|prohibit\w*|forbid\w*|give|gives|claim|claims|oblige\w*|allow\w*|read|reads|wording)\b",
    re.IGNORECASE,
)
_NOUN = r"report|letter|answer|complaint|outline|memorandum|agreement|contract|lease|e-?mail|schedule"
_PAPER = re.compile(
    rf"\bthe\s+(?P<words>(?:(?!the\b|of\b|in\b|that\b|which\b)[\w’'.-]+\s+){{0,3}}?)(?P<noun>{_NOUN})\b(?P<of>\s+(?:of|dated)\s+[A-Z]\w+\s+\d{{1,2}},\s+\d{{4}})?",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[a-z\d][.!])(?<!\bMr\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bMrs\.)(?<!\bNo\.)\s+(?=[A-Z])")
_ASIDE = re.compile(r",\s+(?:(?:on|to|in|from|by)\s+)?which\b[^,?]*,", re.IGNORECASE)
IDLE = frozenset(
    stems_in(
        "section clause paragraph provision article schedule exhibit appendix annex report letter answer complaint outline memorandum "
        "wording words text say state provide prohibit forbid allow require oblige promise call demand give right rights mean read contain "
        "possible exact happen result results regulate cite point refer"
    )
)
"""Stems that say that something is said, or where."""
_CONDITION = re.compile(r"\b(?:if|upon|when|where|on\s+termination|unless|in\s+the\s+event)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
REACH = 3
"""Sentences that are told of a place where only what it says is asked."""


@dataclass(frozen=True)
class Located:
    """The sentences of a place, and what is asked of them: "" where only what it says is. `papers`: it is whole documents."""

    statements: tuple[Statement, ...]
    topic: str
    papers: bool = False


Likely = Callable[[str, Sequence[Statement]], "Statement | None"]
"""Which of some sentences is what these words mean, if one is."""


def located(question: str, statements: Sequence[Statement], likely: Likely) -> Located | None:
    """None where the question names no place, or a section that is not among the sentences; without sentences where it is another part."""
    asked = _SENTENCE.split(question.strip())
    last = _ASIDE.sub(" ", asked[-1])
    by_clause = _BY_WHICH.search(last) or _BY_WHOM.search(last)
    if by_clause is not None and not any(references_in(last)) and (place := _bridged(last, by_clause, statements, likely)) is not None:
        return place
    for reference in references_in(question) if _SAYING.search(last) or len(asked) > 1 else ():
        if found := tuple(_of(reference, statements)):
            reach = reference.part not in SECTIONS
            return Located(found, _topic(last, [f"{reference.part} {reference.mark}", reference.paper]), reach)
        return None if reference.part in SECTIONS else Located((), "", papers=True)
    if _SAYING.search(last) and (paper := _PAPER.search(last)) is not None and (found := tuple(_of_paper(paper, statements))):
        return Located(found, _topic(last, [paper[0]]), papers=True)
    return None


def conditional(statement: Statement) -> bool:
    """Whether it says when something is so, as contracts do, without a date."""
    return bool(_CONDITION.search(statement.line))


def _bridged(last: str, by_clause: re.Match[str], statements: Sequence[Statement], likely: Likely) -> Located | None:
    """By what another sentence says of the place: that sentence is looked for among those that refer to such a part."""
    part, clause = by_clause["part"].lower(), by_clause["clause"]
    kinds = SECTIONS if part in SECTIONS or part == "provision" else {part}
    if part not in SECTIONS and (attached := _attached(clause, statements, likely)):
        return Located(attached, _topic(last[: by_clause.start()], []), papers=True)
    referring: dict[Statement, list[Reference]] = {}
    for statement in statements:
        if references := [one for one in references_in(statement.line, statement.passage.document) if one.part in kinds]:
            referring[statement] = references
    by = likely(clause, list(referring))
    if by is None:
        return None
    topic = _topic(
        last[: by_clause.start()] + last[by_clause.start("part") : by_clause.end("part")] + by_clause.groupdict().get("between", ""), []
    )
    for reference in referring[by]:
        if found := tuple(one for one in _of(reference, statements) if one != by):
            return Located(found, topic)
    return None


def _attached(clause: str, statements: Sequence[Statement], likely: Likely) -> tuple[Statement, ...]:
    """The sentences of what came with an e-mail, or is referred to as a whole, where this clause says so."""
    followed = {one.passage.referred for one in statements if one.passage.referred}
    by = likely(clause, [one for one in statements if one.line in followed])
    return tuple(one for one in statements if by is not None and one.passage.referred == by.line)


def _topic(asked: str, places: Sequence[str]) -> str:
    """What is asked without the place; "" where nothing is but what it says."""
    left = asked
    for place in places:
        if place:
            left = re.sub(re.escape(place), " ", left, flags=re.IGNORECASE)
    left = " ".join(left.split())
    return left if stems_in(left) - IDLE else ""


def _of_paper(paper: re.Match[str], statements: Sequence[Statement]) -> Iterator[Statement]:
    noun = stems_in(paper["noun"])
    words = stems_in(f"{paper['words']} {paper['of'] or ''}")
    titles: dict[uuid.UUID, set[str]] = {}
    for statement in statements:
        titles.setdefault(statement.passage.document, stems_in(f"{statement.passage.title} {statement.passage.kind}"))
    meant = {one for one, title in titles.items() if (noun | {other for stem in noun for other in alike(stem)}) & title}
    named = {one for one in meant if words and words & titles[one]}
    chosen = named or (meant if len(meant) == 1 else set())
    yield from (statement for statement in statements if statement.passage.document in chosen)


def _of(reference: Reference, statements: Sequence[Statement]) -> list[Statement]:
    """The sentences of what is referred to: of a contract where no paper is named and the one that refers has no such part."""
    if reference.part not in SECTIONS:
        name = re.compile(rf"\b{reference.part}\s+{re.escape(reference.mark)}\b", re.IGNORECASE)
        titled = [one for one in statements if name.search(one.passage.title)]
        return titled or [one for one in statements if name.search(one.passage.referred)]
    held = [one for one in statements if _is_in(one, reference.mark)]
    words = stems_in(reference.paper)
    named = [one for one in held if words and words <= stems_in(f"{one.passage.title} {one.passage.kind}")]
    own = [one for one in held if one.passage.document == reference.document and "." in reference.mark]
    contracts = [one for one in held if one.passage.kind == "contract"]
    return named or own or contracts


def _is_in(statement: Statement, mark: str) -> bool:
    span = _span(statement.passage.text, mark)
    return span is not None and span[0] <= statement.at < span[1]


def _span(text: str, mark: str) -> tuple[int, int] | None:
    """Where a numbered part stands in a text: from its number to the next that is no part of it."""
    if not _NUMBER.fullmatch(mark):
        return None
    begin = re.search(rf"(?m)^[ \t#]*(?:(?:section|article|§)\s*)?{re.escape(mark)}\.?\s+(?=[A-Z“\"])", text)
    if begin is None:
        return None
    numbers = [int(one) for one in mark.split(".")]
    following = [".".join(map(str, [*numbers[:depth], numbers[depth] + 1])) for depth in range(len(numbers))]
    behind = "|".join(re.escape(one) for one in following)
    end = re.search(rf"(?m)^[ \t#]*(?:(?:section|article|§)\s*)?(?:{behind})(?:\.\d+)?\.?\s+(?=[A-Z“\"])", text[begin.end() :])
    return begin.start(), begin.end() + end.start() if end else len(text)
