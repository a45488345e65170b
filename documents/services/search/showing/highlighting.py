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
from documents.services.search.query.matching import DOCKETS, Matching
from documents.services.search.text.variants import MARK, captions_in, lexeme_of, pairs_in, variants_in, words_of
from documents.services.search.text.words import Word, beginning_of, stems, words_beginning, words_in

LENGTH = 300  # characters of a snippet
LEAD = 60  # of them before the first mark


class Mark(NamedTuple):
    """Code points [start, end) of a text, and what of the query stands there."""

    start: int
    end: int
    lexeme: str
    cited: bool = False
    """Is it a citation or docket number that was asked for?"""


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
            yield Mark(variant.start, variant.end, lexeme, cited=lexeme.startswith(DOCKETS))


class Answer(NamedTuple):
    """The sentence [start, end) of a passage that answers best; `at` is where in it the first of what was looked for stands."""

    start: int
    end: int
    at: int


def excerpt(text: str, marks: Sequence[Mark], answer: Answer | None, *, shown: bool) -> Excerpt:
    """The sentence with what is around it; of a long one, or without one, the stretch with the most of what was looked for. The marks
    are drawn only when `shown`."""
    inside = [mark for mark in marks if answer is None or answer.start <= mark.start < answer.end]
    at = answer.at if answer else inside[_densest(inside)].start if inside else 0
    start, end = _window(text, *_around(inside, answer, at))
    drawn = [mark for mark in marks if shown and mark.start >= start and mark.end <= end]
    words = list(dict.fromkeys(text[mark.start : mark.end].lower() for mark in marks)) if shown else []
    return Excerpt(_drawn(text, start, end, drawn), at if marks or answer else start, words)


def _around(inside: Sequence[Mark], answer: Answer | None, at: int) -> tuple[int, int]:
    """Where the excerpt is to begin, and what must be in it."""
    if answer and answer.end - answer.start <= LENGTH:
        return answer.start - min(LEAD, LENGTH - (answer.end - answer.start)), answer.start
    around = inside[_densest(inside)].start if inside else at
    return around - LEAD, around


def best_sentence(text: str, marks: Sequence[Mark], weights: Mapping[str, float]) -> Answer:
    """The first that has the most of what was looked for, by the `weights` of the lexemes; a citation outweighs all words."""
    spans = sentences_of(text)
    starts = [start for start, _end in spans]
    found: defaultdict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        found[max(bisect_right(starts, mark.start) - 1, 0)].append(mark)
    best = max(found, key=lambda place: (_said(found[place], weights), -place))
    cited = [mark for mark in found[best] if mark.cited]
    return Answer(*spans[best], (cited or found[best])[0].start)


def sentence_from(text: str, marks: Sequence[Mark], start: int) -> Answer:
    """The sentence that begins there."""
    end = next((end for begin, end in sentences_of(text) if begin == start), len(text))
    return Answer(start, end, next((mark.start for mark in marks if start <= mark.start < end), start))


def _said(marks: Sequence[Mark], weights: Mapping[str, float]) -> tuple[bool, float]:
    said = {mark.lexeme.removeprefix(MARK): weights.get(mark.lexeme, 1.0) for mark in marks}
    return any(mark.cited for mark in marks), sum(said.values())


def _cited(text: str, citations: Iterable[str]) -> Iterable[Mark]:
    for citation in citations:
        if (at := text.find(citation)) >= 0:
            yield Mark(at, at + len(citation), citation, cited=True)


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


def _window(text: str, begin: int, around: int) -> tuple[int, int]:
    """[start, end) of about LENGTH characters with what is `around`, not within words where there are spaces."""
    start = max(0, min(begin, len(text) - LENGTH))
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
