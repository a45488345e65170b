"""The part of a passage that is shown, with what was looked for marked. Everything is escaped here; only <mark> is added.

PostgreSQL's ts_headline is not safe for HTML and cuts anywhere; and a word is marked when its stem was looked for, whatever its form.
"""

from __future__ import annotations

import html
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.safestring import SafeString

from documents.services.chunking.sentences import sentences_of
from documents.services.search.matching import Matching
from documents.services.search.text.variants import MARK, captions_in, lexeme_of, pairs_in, variants_in, words_of
from documents.services.search.text.words import Word, beginning_of, stems, words_beginning, words_in

LENGTH = 300  # characters of a snippet
LEAD = 60  # of them before the first mark


class Mark(NamedTuple):
    """Code points [start, end) of a text, and what of the query stands there."""

    start: int
    end: int
    lexeme: str


@dataclass(frozen=True)
class Excerpt:
    """`at` is the offset in the text of the best match, or of the excerpt where nothing matched."""

    html: SafeString
    at: int
    words: list[str]


def marks_in(
    texts: Sequence[str], languages: Sequence[str], matching: Matching | None, written: Sequence[Sequence[str]]
) -> list[list[Mark]]:
    """For each text (and its language) where the query's words stand, and the citations as they are `written` in it. One question for
    all stems of a language."""
    # A stem begins like its word, so most words need not be looked at.
    wanted = matching.lexemes if matching else frozenset()
    plain = {lexeme for lexeme in wanted if not lexeme.startswith(MARK)}
    beginnings = frozenset(map(beginning_of, plain | matching.prefixes)) if matching else frozenset()
    words = [list(words_beginning(text, beginnings)) if beginnings else [] for text in texts]
    variants = [list(_variants(text, wanted)) if matching else [] for text in texts]
    folded: defaultdict[str, set[str]] = defaultdict(set)
    for language, found, others in zip(languages, words, variants, strict=True):
        folded[language] |= {word.folded for word in found} | set(words_of(others))
    lexemes = {language: stems(asked, language) for language, asked in folded.items()}
    return [
        _without_overlaps(
            [*_cited(text, citations), *_matched(found, lexemes[language], matching), *_otherwise(others, lexemes[language], wanted)]
        )
        for text, language, found, others, citations in zip(texts, languages, words, variants, written, strict=True)
    ]


def _variants(text: str, wanted: frozenset[str]) -> Iterator[Word]:
    """What may stand in the text for something that was looked for, written in another way."""
    if not any(lexeme.startswith(MARK) for lexeme in wanted):
        return
    yield from variants_in(text)
    for caption in captions_in(text):
        yield from caption
    if any("_" in lexeme for lexeme in wanted):
        words = list(words_in(text))
        yield from (both for _, both in pairs_in(words, stems(word.folded for word in words)))


def _otherwise(variants: Iterable[Word], lexemes: Mapping[str, str], wanted: frozenset[str]) -> Iterator[Mark]:
    for variant in variants:
        if (lexeme := lexeme_of(variant.folded, lexemes)) in wanted:
            yield Mark(variant.start, variant.end, lexeme)


def excerpt(text: str, marks: Sequence[Mark], *, shown: bool) -> Excerpt:
    """The stretch of the text with the most of what was looked for; the marks are drawn only when `shown`."""
    first = _densest(marks)
    start, end = _window(text, marks[first].start if marks else 0)
    drawn = [mark for mark in marks if shown and mark.start >= start and mark.end <= end]
    words = list(dict.fromkeys(text[mark.start : mark.end].lower() for mark in marks)) if shown else []
    return Excerpt(_drawn(text, start, end, drawn), marks[first].start if marks else start, words)


def best_sentence(text: str, marks: Sequence[Mark]) -> int:
    """Where in the text the first mark of that sentence stands that has the most of what was looked for; of several the first."""
    starts = [start for start, _end in sentences_of(text)]
    found: defaultdict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        found[bisect_right(starts, mark.start)].append(mark)
    best = max(found.values(), key=lambda inside: (len({mark.lexeme.removeprefix(MARK) for mark in inside}), -inside[0].start))
    return best[0].start


def _cited(text: str, citations: Iterable[str]) -> Iterable[Mark]:
    for citation in citations:
        if (at := text.find(citation)) >= 0:
            yield Mark(at, at + len(citation), citation)


def _matched(words: Iterable[Word], lexemes: Mapping[str, str], matching: Matching | None) -> Iterator[Mark]:
    prefixes = tuple(prefix.rpartition(":")[2] for prefix in matching.prefixes) if matching else ()
    for word in words:
        lexeme = lexemes[word.folded]
        if matching and (lexeme in matching.lexemes or (prefixes and word.folded.startswith(prefixes))):
            yield Mark(word.start, word.end, lexeme)


def _without_overlaps(marks: Iterable[Mark]) -> list[Mark]:
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept


def _densest(marks: Sequence[Mark]) -> int:
    """The index of the mark after which a snippet holds the most different words, then the most words."""
    best, best_value, after = 0, (0, 0), 0
    inside: Counter[str] = Counter()
    for index, mark in enumerate(marks):
        while after < len(marks) and marks[after].end <= mark.start + LENGTH - LEAD:
            inside[marks[after].lexeme] += 1
            after += 1
        if (value := (len(inside), inside.total())) > best_value:
            best, best_value = index, value
        inside[mark.lexeme] -= 1
        if inside[mark.lexeme] <= 0:
            del inside[mark.lexeme]
        after = max(after, index + 1)
    return best


def _window(text: str, around: int) -> tuple[int, int]:
    """[start, end) of about LENGTH characters, not within words where there are spaces."""
    start = max(0, min(around - LEAD, len(text) - LENGTH))
    end = min(len(text), start + LENGTH)
    if start and (space := text.find(" ", start, min(start + 30, max(around, start)))) >= 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", end - 30, end)) > around:
        end = space
    return start, end


def _drawn(text: str, start: int, end: int, marks: Sequence[Mark]) -> SafeString:
    pieces = ["… "] if start else []
    at = start
    for mark in marks:
        pieces += [_plain(text[at : mark.start]), "<mark>", _plain(text[mark.start : mark.end]), "</mark>"]
        at = mark.end
    pieces.append(_plain(text[at:end]))
    pieces += [" …"] if end < len(text) else []
    return SafeString("".join(pieces))


def _plain(text: str) -> str:
    """Escaped, line ends as spaces."""
    return html.escape(text.replace("\n", " "))
