"""The quotations of a sentence beside the words of its sources: as they stand, corrected, or not there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from documents.services.authorities.checking.comparing import ALTERED, EXACT, Comparison, compare
from documents.services.authorities.checking.quotations import quotations_of
from documents.services.authorities.checking.words import Words, one_line, words_of
from documents.services.chat.contracts import Fault, Passage, Source
from documents.services.chat.gate.faults import fault
from documents.services.chat.places import source_in
from documents.services.chunking.sentences import sentence_starts

LEFT_OUT_WORDS = 60
"""More words under one ellipsis join what does not stand together."""
CHANGED_WORDS, CHANGED_SHARE = 2, 0.2
"""Up to so many words that differ, and up to this share of all, are corrected."""
LEFT_OUT_BETWEEN = 4
"""So many words dropped at one place without an ellipsis, and the quotation is made of pieces."""
_PAIRS = re.compile(
    r"“(?P<a>[^“”]+)”|„(?P<b>[^„“”]+)[“”]|«(?P<c>[^«»]+)»|(?<![\w\d])\"(?P<d>[^\"]+)\"|``(?P<e>.+?)''|(?<![\w’‘])‘(?P<f>[^‘]+?)’(?![\w])|(?<![\w'])'(?P<g>[^'\n]+(?:'\w[^'\n]*)*)'(?!\w)",
    re.S,
)
_BLOCK = re.compile(r"(?m)^[ \t]*>[ \t]?.*(?:\n[ \t]*>[ \t]?.*)*")
_MODAL = frozenset("may shall must can will should might could would only all some any every each".split())  # noqa: SIM905


@dataclass
class Quoted:
    """A sentence with its quotations as the sources have them. `added`: spans of the sources' passages in which quotations stand that the
    sources themselves do not cover. `rest`: the text without its quotations."""

    text: str
    faults: list[Fault] = field(default_factory=list)
    added: list[Source] = field(default_factory=list)
    rest: str = ""
    count: int = 0


@lru_cache(maxsize=256)
def words_in(text: str) -> Words:
    return Words(text)


def spans_of(text: str) -> list[tuple[int, int]]:
    """Where quoted words stand, without their marks; of nested quotations the outermost. One that is never closed goes to the end."""
    found = [(one.start, one.end) for one in quotations_of(text, [])]
    found += [match.span(match.lastgroup or 0) for match in _PAIRS.finditer(text)]
    found += [(match.start() + match[0].find(">") + 1, match.end()) for match in _BLOCK.finditer(text)]
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda one: (one[0], -one[1])):
        if (not kept or start >= kept[-1][1]) and words_of(text[start:end]):
            kept.append((start, end))
    marks = [
        match.start()
        for match in re.finditer(r"“|„|«|(?<!\d)\"", text)
        if not any(start - 1 <= match.start() <= end for start, end in kept)
    ]
    if marks and words_of(text[marks[0] + 1 :]):
        kept = [one for one in kept if one[0] < marks[0]]
        kept.append((marks[0] + 1, len(text)))
    return kept


def quoted(text: str, sources: Sequence[Source], passages: Sequence[Passage], others: Sequence[Passage], titles: str) -> Quoted:
    """`passages` are those of the sources; `others` the rest of what was retrieved and may be seen."""
    result = Quoted(text)
    for start, end in reversed(spans_of(text)):
        result.count += 1
        written = re.sub(r"(?m)^[ \t]*>[ \t]?", "", text[start:end])
        instead, faults, added = _checked(written, sources, passages, others, titles)
        if instead is not None:
            result.text = result.text[:start] + instead + result.text[end:]
        result.faults = [*faults, *result.faults]
        result.added += added
    result.rest = text
    for start, end in reversed(spans_of(text)):
        result.rest = result.rest[:start] + " " + result.rest[end:]
    return result


def _checked(
    written: str, sources: Sequence[Source], passages: Sequence[Passage], others: Sequence[Passage], titles: str
) -> tuple[str | None, list[Fault], list[Source]]:
    """(what to put there, faults, spans to add)."""
    best: tuple[int, Comparison, Words] | None = None
    beside = [(words_in(source.quote), None) for source in sources] + [(words_in(one.text), one) for one in dict.fromkeys(passages)]
    for rank, (words, passage) in enumerate(beside):
        found = compare(written, words)
        if found.status == EXACT or (found.status == ALTERED and found.minor):
            return _standing(written, found, words, passage)
        if found.status == ALTERED and (best is None or _changed(found) < _changed(best[1])):
            best = rank, found, words
    if compare(written, words_in(titles)).status == EXACT:
        return None, [], []
    if best is not None and (instead := _correction(written, best[1], best[2])) is not None:
        passage = beside[best[0]][1]
        return instead, [fault("quote_corrected")], _spans(best[1], best[2], passage)
    if len(words_of(written)) > 1:
        for other in others:
            if compare(written, words_in(other.text)).status == EXACT:
                return None, [fault("quote_elsewhere", one_line(written), other.title)], []
    if (best is not None and _pieces(best[1])) or _made_of_runs(
        written, [words for words, _one in beside] + [words_in(one.text) for one in others]
    ):
        return None, [fault("quote_pieced", one_line(written))], []
    return None, [fault("quote_altered" if best is not None else "quote_not_found", one_line(written))], []


def _standing(written: str, found: Comparison, words: Words, passage: Passage | None) -> tuple[str | None, list[Fault], list[Source]]:
    for segment in found.segments:
        text = segment.found or segment.text
        if segment.kind == "left_out" and (len(text.split()) > LEFT_OUT_WORDS or len(sentence_starts(text)) > 1):
            return None, [fault("quote_pieced", one_line(written))], []
    added = _spans(found, words, passage)
    if not found.minor:
        return None, [], added
    if any(segment.kind == "left_out" for segment in found.segments):
        return None, [fault("quote_altered", one_line(written))], added
    return _as_it_stands(written, words, found.first, found.last), [fault("quote_corrected")], added


def _spans(found: Comparison, words: Words, passage: Passage | None) -> list[Source]:
    """The words as a source, where no source of the sentence has them."""
    if passage is None:
        return []
    return [source_in(passage, words.words[found.first].start, words.words[found.last - 1].end)]


def _as_it_stands(written: str, words: Words, first: int, last: int) -> str:
    """Words of a source for those of a quotation, with the spaces and the punctuation around it that the quotation has."""
    inside = one_line(words.text[words.words[first].start : words.words[last - 1].end])
    place = words_of(written)
    return written[: place[0].start] + inside.replace("“", "‘").replace("”", "’") + written[place[-1].end :]


def _changed(found: Comparison) -> int:
    return sum(max(len(words_of(one.text)), len(words_of(one.found))) for one in found.segments if one.kind in ("added", "dropped", "form"))


def _correction(written: str, found: Comparison, words: Words) -> str | None:
    """The source's words for a quotation that differs little; None where what differs could matter."""
    total = len(words_of(written))
    changed = [one for one in found.segments if one.kind in ("added", "dropped", "form")]
    if found.reordered or found.drops_negation or any(one.kind in ("left_out", "bracket") for one in found.segments) or not changed:
        return None
    if _changed(found) > min(2 * CHANGED_WORDS, max(1, int(total * CHANGED_SHARE))) or total < 5:
        return None
    for one in changed:
        for word in words_of(one.text + " " + one.found):
            if word.negates or word.form[0].isdigit() or word.loose in _MODAL or (one.kind != "form" and word.form[0].isupper()):
                return None
    first, last = found.first, found.last
    if found.segments[0].kind == "added":
        first = max(0, first - len(words_of(found.segments[0].text)))
    if found.segments[-1].kind == "added":
        last = min(len(words.words), last + len(words_of(found.segments[-1].text)))
    if sentence_starts(words.text[words.words[first].start : words.words[last - 1].end]) and not sentence_starts(written):
        return None
    return _as_it_stands(written, words, first, last)


def _pieces(found: Comparison) -> bool:
    """Whether what the quotation leaves out without saying so is much, or the end of a sentence."""
    dropped = [one.text or one.found for one in found.segments if one.kind == "dropped"]
    return found.reordered or any(len(words_of(text)) >= LEFT_OUT_BETWEEN or re.search(r"[.?!]\s+\S", text) for text in dropped)


def _made_of_runs(written: str, texts: Sequence[Words]) -> bool:
    """Whether a quotation is nearly all made of runs of words that stand in these texts."""
    mine = [word.loose for word in words_of(written)]
    if len(mine) < 4:
        return False
    at, covered, runs = 0, 0, 0
    while at < len(mine):
        length = max((run for words in texts for run in _runs(mine, at, words)), default=0)
        if length >= 2:
            covered, runs, at = covered + length, runs + 1, at + length
        else:
            at += 1
    return 2 <= runs <= 5 and covered >= 0.8 * len(mine)


def _runs(mine: Sequence[str], at: int, words: Words) -> Iterator[int]:
    for place in words.places.get(mine[at], ())[:50]:
        length = 0
        while at + length < len(mine) and place + length < len(words.words) and words.words[place + length].loose == mine[at + length]:
            length += 1
        yield length
