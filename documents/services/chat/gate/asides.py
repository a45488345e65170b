"""Sentences of an answer about the answer: they state nothing of the matter, so that they need no source."""

from __future__ import annotations

import re
from collections.abc import Sequence

from documents.services.chat.contracts import Evidence, Question, Source
from documents.services.chat.gate.naming import names_in
from documents.services.chat.gate.quoting import spans_of
from documents.services.chat.gate.text.figures import NUMBER
from documents.services.chat.gate.text.reading import Reading, reading_of
from documents.services.chat.gate.text.roots import GENERIC, STOP, root

_OF_THE_ANSWER = frozenset(
    root(word)
    for word in """source document passage page case evidence answer question say state mention find found search searched look looked disagree contradict
    differ read agree show tell told unclear clear say record file text material available nothing anything information contain appear directly asked below above
    following both same different version date support supported sentence reference refer cite quote shown note premise assume assumes contrary
    conflict inconsistent other first second here about whether nowhere neither matter retrieved part only single""".split()  # noqa: SIM905
)
_HOLDS_BACK = re.compile(
    r"\b(?:not|no|none|nothing|nowhere|never|neither|nor|cannot|\w+n['’]t|disagree\w*|contradict\w*|differ\w*|conflict\w*|inconsistent|unclear|whether|without|only|could)\b",
    re.I,
)
_ABOUT = re.compile(
    r"\b(?:sources?|documents?|passages?|pages?|case|evidence|answers?|questions?|files?|records?|texts?|searched|nothing|nowhere|they|it|these|this)\b",
    re.I,
)


def says_nothing_of_the_matter(text: str, question: Question, evidence: Evidence, sources: Sequence[Source]) -> bool:
    """Whether it speaks of sources, holds back or says how they differ, and has no quotation, figure, date or name but those of the
    question, of titles and of its own sources."""
    said = Reading(text)
    if spans_of(text):
        return False
    titles = "\n".join(one.title for one in evidence.passages)
    known = [reading_of(one) for one in (question.text, question.standalone, titles, *(source.quote for source in sources))]
    dates = [one.date for one in evidence.passages]
    figures = {(one.value, one.unit, one.key) for reading in known for one in reading.figures}
    if any(
        (one.value, one.unit, one.key) not in figures and not _counts_sources(said, one.start, one.end, one.kind) for one in said.figures
    ):
        return False
    days = [day for reading in known for day in reading.days]
    if any(not any(day.within(one) for one in days) and day.date not in dates for day in said.days):
        return False
    words = {match[0].casefold() for reading in known for match in reading.words}
    for name in names_in(text):
        if any(
            token.fold not in words and token.text.casefold() not in words and not (token.first and _plain(token.text)) for token in name
        ):
            return False
    if not _ABOUT.search(text) and not any(one.title and one.title in text for one in evidence.passages):
        return False
    own = [match[0] for match in said.words if match[0].casefold() not in STOP and not _plain(match[0])]
    return bool(_HOLDS_BACK.search(text)) or len(own) <= 1


def _plain(word: str) -> bool:
    return word.casefold() in STOP or root(word) in GENERIC or root(word) in _OF_THE_ANSWER


def _counts_sources(said: Reading, start: int, end: int, kind: str) -> bool:
    return kind == NUMBER and bool(
        re.match(
            r"\s*(?:of\s+(?:the\s+)?(?:\d+\s+)?)?(?:sources?|documents?|passages?|places?|versions?|answers?)\b", said.text[end : end + 40]
        )
    )
