"""The quotations of a draft, and the citation to which each belongs.

A quotation belongs, in this order, to: the citation in whose parenthesis it stands; the citation that follows it with nothing between but
signals and a name; a citation of its sentence, the one behind it before the one in front; the citation of the sentence before it in the
paragraph, which is tried only. A passage set off as a block belongs to the citation that follows it, else to that which introduces it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from cases.services.citations import Mention
from documents.services.authorities.checking.words import words_of
from documents.services.chunking.sentences import sentence_starts

FEWEST_WORDS = 2
"""Of a quotation that belongs to a citation; single words are taken where their sentence is the citation's own."""
LONGEST = 8_000
_NAME_REACH = 320
# A full citation behind the short name of a decision: "Roe, 410 U.S. 113".
_SHORT_NAME = re.compile(r"(?:^|[\s\u201d(])(?P<name>(?:[A-Z][\w.'\u2019&-]* ){0,4}[A-Z][\w.'\u2019&-]*, )\Z")
_BREAK = re.compile(r"\n[ \t\r]*\n\s*|\n(?=[ \t]{4,}\S)|(?<=[.:;!?\u201d\")\]])[ \t]*\n(?=\S)")
_SIGNALS = re.compile(
    r"(?:\s|[.,;:)\]\u201d\"'\u2019\u2014-]|\d{1,3}(?=\s)|\b(?:See|see|also|Accord|accord|Cf|cf|But|but|Compare|with|e\.g|E\.g|Quoting|quoting|citing|id|Id|supra|in)\b)*",
)
_DEFINES = re.compile(r"\(\s*(?:(?:the|this|collectively|together|hereinafter|hereafter|each|an?|or)[,:]?\s+)*$", re.I)
_WORDS_BEFORE_QUOTE = re.compile(r"(?:[^()]{0,60})$")
_OPEN, _CLOSE = "\u201c\u201e\u00ab", "\u201d\u00bb"
_INNER = re.compile(r"(?<![\w\u2019])\u2018([^\u2018\u201c\u201d]{12,4000}?)\u2019(?!\w)")


@dataclass
class Quotation:
    """`start` and `end` are the quoted words without their marks. `places` are indexes of mentions to which it may belong, the likeliest
    first; `sure`: the first is surely meant."""

    start: int
    end: int
    text: str
    block: bool = False
    places: list[int] = field(default_factory=list)
    sure: bool = False


def quotations_of(text: str, mentions: Sequence[Mention]) -> list[Quotation]:
    """In the order of the text; mentions in its order, too."""
    layout = _Layout(text, mentions)
    found = [*_marked(text, layout)]
    blocks = [*_blocks(text, layout)]
    found = [one for one in found if not any(block.start <= one.start < block.end for block in blocks)]
    kept = []
    for one in sorted([*found, *blocks], key=lambda one: (one.start, -one.end)):
        if not one.block:
            layout.attribute(one)
        if _is_quotation(one, layout):
            kept.append(one)
    return kept


def _is_quotation(one: Quotation, layout: _Layout) -> bool:
    count = len(words_of(one.text))
    if not count or (one.places and layout.inside_citation(one)):
        return False
    if _DEFINES.search(layout.text, max(0, one.start - 60), max(0, one.start - 1)) and count <= 6:
        return False
    return count >= FEWEST_WORDS or one.sure


# Quotation marks


def _marked(text: str, layout: _Layout) -> Iterator[Quotation]:
    """Outermost quotations; one that opens again at the head of each paragraph is one."""
    taken: list[tuple[int, int]] = []
    for start, end in _pairs(text, layout):
        if end - start <= LONGEST and text[start:end].strip():
            taken.append((start, end))
            yield Quotation(start, end, text[start:end])
    for single in _INNER.finditer(text):
        start, end = single.span(1)
        if not any(one <= start < other for one, other in taken):
            yield Quotation(start, end, single[1])


def _pairs(text: str, layout: _Layout) -> Iterator[tuple[int, int]]:
    opened: int | None = None
    depth = 0
    for found in re.finditer(rf"[{_OPEN}{_CLOSE}\"]|''|``", text):
        at, mark = found.start(), found[0]
        opens = mark[0] in _OPEN or mark == "``" or (mark == '"' and _opens(text, at, opened is not None))
        if opened is not None and layout.paragraph(at) != layout.paragraph(opened):
            if opens and at == layout.paragraph_start(at) and layout.paragraph(at) == layout.paragraph(opened) + 1:
                continue  # the next paragraph of the same quotation
            if not _reopened(text, opened, at, layout):
                opened, depth = None, 0
        if opens:
            if opened is None:
                opened, depth = found.end(), 1
            elif mark[0] in _OPEN:
                depth += 1
        elif opened is not None:
            depth -= 1
            if depth <= 0:
                yield opened, at
                opened = None


def _reopened(text: str, opened: int, at: int, layout: _Layout) -> bool:
    """Whether each paragraph between began with a quotation mark."""
    return all(text[layout.starts[place]] in _OPEN + '"' for place in range(layout.paragraph(opened) + 1, layout.paragraph(at) + 1))


def _opens(text: str, at: int, inside: bool) -> bool:
    """Whether a straight mark opens: by what stands beside it."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if not before or before.isspace() or before in "([\u2014\u2013-/":
        return bool(after) and not after.isspace() and not (inside and after in ".,;:)")
    return not inside and bool(after) and after.isalnum() and not before.isalnum() and before not in ".,;:?!"


# Blocks


def _blocks(text: str, layout: _Layout) -> Iterator[Quotation]:
    """Paragraphs without quotation marks that a colon introduces or that are set in, with a citation behind them."""
    for place, (start, end) in enumerate(layout.paragraphs):
        body = text[start:end]
        if not place or len(body.split()) < 6 or body.lstrip()[:1] in _OPEN + '"' or re.match(r"\s*(?:[A-Z0-9]{1,4}[.)]|#)\s", body):
            continue
        lead = text[slice(*layout.paragraphs[place - 1])].rstrip()
        set_in = layout.indent(place) >= layout.indent(place - 1) + 4 or body.startswith(">")
        introduced = lead.endswith((":", ",", "\u2014", " that", " as follows"))
        if not (introduced or set_in):
            continue
        own = layout.within(start, end)
        following = layout.leads(place + 1)
        if following is not None and not [one for one in own if layout.mentions[one].start < end - 3]:
            places, stop = [following], end
        elif own and (tail := layout.trailing(place)) is not None:
            places, stop = [tail], layout.name_start(tail)
        elif introduced and set_in and not own and (before := layout.before(start, place - 1)) is not None:
            places, stop = [before], end
        else:
            continue
        if stop - start > 20:
            quoted = text[start:stop].rstrip().rstrip(">").rstrip(" (")
            yield Quotation(start, start + len(quoted), re.sub(r"(?m)^>\s?", "", quoted), block=True, places=places, sure=introduced)


class _Layout:
    """Where paragraphs, sentences and whole citations (with the names before them) stand."""

    def __init__(self, text: str, mentions: Sequence[Mention]) -> None:
        self.text, self.mentions = text, mentions
        cuts = [0, *(found.end() for found in _BREAK.finditer(text)), len(text)]
        self.paragraphs = [(start, end) for start, end in pairwise(cuts) if text[start:end].strip()]
        self.paragraphs = [(start + len(body) - len(body.lstrip()), end) for start, end in self.paragraphs for body in [text[start:end]]]
        self.starts = [start for start, _end in self.paragraphs]
        self._mention_starts = [mention.start for mention in mentions]
        self._names: dict[int, int] = {}
        self._sentences: dict[int, list[int]] = {}

    def paragraph(self, at: int) -> int:
        return max(0, bisect_right(self.starts, at) - 1)

    def paragraph_start(self, at: int) -> int:
        return self.starts[self.paragraph(at)] if self.starts else 0

    def indent(self, place: int) -> int:
        start = self.starts[place]
        line = self.text.rfind("\n", 0, start) + 1
        return len(self.text[line:start].expandtabs(8))

    def name_start(self, index: int) -> int:
        """Where the citation begins: with its name, where that stands right before the number."""
        if index not in self._names:
            before = self.mentions[index - 1].end if index else 0
            self._names[index] = name_start(self.text, self.mentions[index], before)
        return self._names[index]

    def within(self, start: int, end: int) -> list[int]:
        return list(range(bisect_left(self._mention_starts, start), bisect_left(self._mention_starts, end)))

    def leads(self, place: int) -> int | None:
        """The citation with which a paragraph begins."""
        if place >= len(self.paragraphs):
            return None
        start, end = self.paragraphs[place]
        for index in self.within(start, end)[:1]:
            between = self.text[start : max(start, self.name_start(index))]
            if _SIGNALS.fullmatch(between.lstrip("( ")):
                return index
        return None

    def trailing(self, place: int) -> int | None:
        """The first of the citations with which a paragraph ends, after the end of a sentence."""
        start, end = self.paragraphs[place]
        for index in self.within(start, end):
            at = self.name_start(index)
            if re.search(r"[.?!\u201d\"]\s*[(\[]?$", self.text[start:at]) or self.text[at - 1 : at] in "([":
                return index
        return None

    def before(self, at: int, paragraph: int) -> int | None:
        """The last citation of a paragraph before a place."""
        found = self.within(self.starts[paragraph], at)
        return found[-1] if found else None

    def inside_citation(self, one: Quotation) -> bool:
        """The title of an article in a citation is no quotation of it."""
        return any(self.mentions[index].start <= one.start < self.mentions[index].end for index in one.places)

    def attribute(self, one: Quotation) -> None:
        paragraph = self.paragraph(one.start)
        low, high = self.paragraphs[paragraph] if self.paragraphs else (0, len(self.text))
        high = max(high, self.paragraphs[self.paragraph(one.end)][1] if self.paragraphs else high)
        before = [index for index in self.within(low, one.start) if self.mentions[index].end <= one.start]
        after = list(self.within(one.end, high))
        next_one = after[0] if after else self.leads(self.paragraph(one.end) + 1)
        ordered: list[int] = []
        if before and self._in_parenthesis(before[-1], one.start):
            ordered.append(before[-1])
            one.sure = True
        if next_one is not None and self._direct(one.end, next_one):
            ordered.append(next_one)
            one.sure = True
        same = self._sentence_of(one, low, high)
        if after and (self.name_start(after[0]) < same[1] or self._begins_sentence(after[0], same[1])):
            ordered.append(after[0])
            one.sure = True
        if before and self.mentions[before[-1]].end > same[0]:
            ordered.append(before[-1])
            one.sure = True
        # A quotation whose sentence has none: the citations around it in the paragraph are tried.
        ordered += [*after[:1], *before[-1:]]
        if one.sure and ordered and (explained := self._quoting(ordered[0], after)) is not None:
            ordered.insert(1, explained)
        one.places = list(dict.fromkeys(ordered))

    def _direct(self, end: int, index: int) -> bool:
        between = self.text[end : max(end, self.name_start(index))]
        return len(between) < 80 and bool(_SIGNALS.fullmatch(between.replace("(", "")))

    def _in_parenthesis(self, index: int, at: int) -> bool:
        """Whether a parenthesis that opened behind this citation is still open, with a few words before the quotation."""
        between = self.text[self.mentions[index].end : at]
        if len(between) > 400:
            return False
        depth, opened = 0, -1
        for place, mark in enumerate(between):
            if mark == "(":
                depth, opened = depth + 1, place
            elif mark == ")":
                depth -= 1
        return depth > 0 and bool(_WORDS_BEFORE_QUOTE.fullmatch(between[opened + 1 :]) or len(between) - opened < 200)

    def _sentence_of(self, one: Quotation, low: int, high: int) -> tuple[int, int]:
        ends = self._sentence_starts(low, high)
        start = max((at for at in ends if at <= one.start), default=low)
        # A sentence that the quotation ends goes on where the next word is in lower case.
        end = min((at for at in ends if at > one.end), default=high)
        return start, end

    def _sentence_starts(self, low: int, high: int) -> list[int]:
        if low not in self._sentences:
            self._sentences[low] = [low + start for start in sentence_starts(self.text[low:high])]
        return self._sentences[low]

    def _begins_sentence(self, index: int, at: int) -> bool:
        """Whether a citation is the sentence that begins there, but for signals."""
        name = self.name_start(index)
        return name >= at and bool(_SIGNALS.fullmatch(self.text[at:name].lstrip("(")))

    def _quoting(self, index: int, after: Sequence[int]) -> int | None:
        """The citation behind "quoting" in this one's parenthesis, where the same words stand."""
        for other in after:
            if other > index:
                between = self.text[self.mentions[index].end : self.name_start(other)]
                return other if len(between) < 300 and re.search(r"\((?:[^()]*\s)?quoting\s+(?:[A-Z]\w*\s+)*$", between) else None
        return None


def name_start(text: str, mention: Mention, floor: int = 0) -> int:
    """Where a citation begins with its name, which stands behind `floor`, the end of the citation before it."""
    if not mention.name:
        low = max(floor, mention.start - 60)
        short = _SHORT_NAME.search(text[low : mention.start]) if mention.kind == "case" else None
        return low + short.start("name") if short else mention.start
    words = [re.escape(word) for word in mention.name.split()]
    pattern = re.compile(r"[\s,]+".join(words))
    low = max(floor, mention.start - _NAME_REACH - len(mention.name))
    last = deque(pattern.finditer(text, low, mention.start), maxlen=1)
    if last and mention.start - last[0].end() < 200:
        return last[0].start()
    first = text.rfind(mention.name.split()[0], low, mention.start)
    return first if first >= 0 else mention.start
