"""What looks like a citation and is none that a grammar reads: it is told of, so that nobody takes silence for a check."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cases.services.citations import Mention
from documents.services.authorities.checking.possible import TITLES

_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
)
# "12 Foo. Rep. 34", "925 F.5th 1339": a number, words that are abbreviated or end as a series does, a number.
_REPORTED = re.compile(
    r"(?<![\w.§$#/-])(?P<volume>\d{1,4})\s+(?P<reporter>(?:[A-Z][\w'\u2019&]*+\.?\s?(?:\d{1,2}(?:d|th|st|nd|rd)\b\.?)?\s*){1,5}?)\s*(?:at\s+)?(?P<page>\d{1,5})(?![\w-]|[.,]\d|\s*(?:%|percent|Cir\b))"
)
_MARKED = re.compile(r"\.|\d(?:d|th|st|nd|rd)\b")
_NO_REPORTER = re.compile(
    rf"^(?:{_MONTHS}|Ex|Exs|Exh|Dkt|No|Nos|Doc|Docs|ECF|Tr|Dep|Decl|Aff|App|Vol|P|Pp|U\.S|USC|St|Ave|Rd|Blvd|Dr|Ste|Apt|Suite|Street|Avenue|Road|AM|PM|A\.M|P\.M|Cir|Cong)\b\.?",
    re.I,
)
_CODE = re.compile(
    r"(?<![\w.])(?P<title>\d{1,3})\s+(?P<code>U\.?\s?S\.?\s?C\.?(?:\s?A\.?)?|C\.?\s?F\.?\s?R\.?)(?:\s+(?:§+|[Ss]ec(?:tion|s?\.)?|[Pp]t\.?))?\s*(?P<section>\d[\w.:-]*)"
)
_SECTION = re.compile(r"§{1,2}\s?\d[\w.:-]*(?:\([\w]{1,5}\))*|(?<![\w.])§{1,2}\s?[IVX]+\b")
_WORD = r"[A-Z][\w.'\u2019&-]*+"
_SMALL = r"(?:of|the|and|for|ex rel\.|&)"
_NAMED = re.compile(
    rf"(?<![\w.]){_WORD},?\s+(?:(?:{_SMALL}|{_WORD}),?\s+){{0,6}}?v\.?\s+{_WORD}(?:,?\s+(?:{_SMALL}|{_WORD})){{0,8}}"
    r"(?:,\s+(?:No|Nos|Case No|Civ)\.[^()\n]{2,40}?)?,?\s*\((?:[^()]{0,40}\s)?(?:1[6-9]|20)\d\d\)"
)
MOST = 2_000


class Overlooked(NamedTuple):
    """`title` is that of a code that has no such title: (code, title)."""

    start: int
    end: int
    text: str
    title: tuple[str, int] | None = None


def overlooked(text: str, mentions: Sequence[Mention], names: Sequence[tuple[int, int]]) -> list[Overlooked]:
    """In the order of the text; `names` are where names of known citations stand."""
    taken = sorted([(mention.start, mention.end) for mention in mentions] + list(names))
    found: list[Overlooked] = []
    for one in _candidates(text):
        if not _met(taken, one.start, one.end) and not any(other.start < one.end and one.start < other.end for other in found[-4:]):
            found.append(one)
            if len(found) >= MOST:
                break
    return sorted(found)


def _met(taken: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    place = bisect_left(taken, (start, start))
    return any(low < end and start < high for low, high in taken[max(0, place - 3) : place + 3])


def _candidates(text: str) -> Iterator[Overlooked]:
    for found in _CODE.finditer(text):
        code = "usc" if found["code"].replace(" ", "").upper().startswith("U") else "cfr"
        title = int(found["title"])
        yield Overlooked(*found.span(), found[0], None if 1 <= title <= TITLES[code] else (code, title))
    for found in _REPORTED.finditer(text):
        reporter = found["reporter"].strip()
        if _MARKED.search(reporter) and not _NO_REPORTER.match(reporter) and len(reporter) > 1:
            yield Overlooked(*found.span(), found[0])
    for found in _SECTION.finditer(text):
        yield Overlooked(*found.span(), found[0])
    for found in _NAMED.finditer(text):
        yield Overlooked(*found.span(), found[0])
