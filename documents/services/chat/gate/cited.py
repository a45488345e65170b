"""The authorities that a sentence cites: in its sources, in the law library, or in neither."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from cases.services import citations as law
from documents.services.authorities.checking.judging import FOUND, LOOK, NAME_MISMATCH, POINTERS, Library, judge, keys_of
from documents.services.authorities.checking.quotations import name_start
from documents.services.chat.contracts import Fault
from documents.services.chat.gate.faults import fault
from documents.services.chat.gate.ground import Ground

_LIKELY = re.compile(r"\d\s+[A-Z][\w.' ]{0,20}?\s\d|§|\bv\.\s|U\.\s?S\.\s?C|C\.\s?F\.\s?R|\bR(?:ule|\.)\s?\d|Const\b")


@dataclass
class Cited:
    """`text` is the sentence without the citations that were looked up, whose figures and names are not those of the matter."""

    text: str
    faults: list[Fault] = field(default_factory=list)


@lru_cache(maxsize=256)
def _keys(text: str) -> frozenset[str]:
    return frozenset(mention.key for mention in law.extract(text) if mention.key) if _LIKELY.search(text) else frozenset()


def cited(text: str, ground: Ground) -> Cited:
    """Two queries where the sentence cites an authority, else none."""
    result = Cited(text)
    if not _LIKELY.search(text):
        return result
    mentions = [one for one in law.extract(text) if one.role in ("authority", "history") and one.kind not in POINTERS and one.key]
    if not mentions:
        return result
    sources = frozenset().union(*(_keys(source.quote) for source in ground.sources))
    verdicts = judge(mentions, text, Library(keys_of(mentions)), {}, {})
    for mention, verdict in zip(mentions, verdicts, strict=True):
        if verdict.status == NAME_MISMATCH or set(verdict.codes()) & LOOK:
            result.faults.append(fault("citation_mismatch", mention.text))
        elif verdict.status != FOUND:
            result.faults.append(fault("citation_unknown", mention.text, blocking=mention.key not in sources))
        start = name_start(text, mention) if mention.key in sources or verdict.status == FOUND else mention.start
        result.text = result.text[:start] + " " * (mention.end - start) + result.text[mention.end :]
    result.text = re.sub(r"\([\w. ]{0,24}(?:1[789]|20)\d\d\)", lambda one: " " * len(one[0]), result.text)
    return result
