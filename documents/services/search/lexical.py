"""Search by words: candidates by PostgreSQL's index, the best thousand by its own rank, those put into order exactly by BM25.

ts_rank alone loses a tenth of BM25's nDCG and computing BM25 for all candidates is slow; this way has both. Its rank is divided as BM25
does by a passage's length, for among very many passages with all the words the best would not be among its first otherwise
(Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009; k1 and b are its usual values).
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection

from documents.services.search.contenders import FIRST, SHARES, Contenders, rarest
from documents.services.search.query.matching import Matching, beginning_of_parts
from documents.services.search.scope import Scope
from documents.services.search.text.variants import MARK
from documents.services.search.text.words import quoted

CANDIDATES = 4000  # ranked at most; about 5 microseconds each
MOST_CANDIDATES = 20_000  # of those that have all that was asked for
READ_UP_TO = 5000  # visible passages that are read one by one; the index would go through everybody's first
COMPARED = 1000  # of them by BM25
BEST = 200
SURE, ENOUGH = 10, 50  # the first ones must be right; so many are wanted for the pages and the facets
MOST_OF_A_WORD = 1.3  # times its idf: the BM25 of a word that stands twice in a passage of average length
K1, B = 1.2, 0.75
OTHERWISE = 0.6
PREFIX_WORDS = 50

# A passage with the whole phrase or a citation that was looked for is among the best, whatever its rank.
_SEARCH = """
WITH matched AS MATERIALIZED (
    SELECT chunk_id, coalesce(tsv @@ %(exact)s::tsquery, false) AS exact,
           ts_rank('{{1, 1, 1, 1}}', tsv, %(rank)s::tsquery) / (%(usual)s::float + length) AS rank
    FROM documents_chunkwords WHERE {matches} {condition} LIMIT %(candidates)s
), best AS (
    SELECT chunk_id, rank, exact FROM matched ORDER BY exact DESC, rank DESC, chunk_id LIMIT %(best)s
)
SELECT chunk_id, document_id, length, tsv::text, coalesce(tsv @@ %(phrase)s::tsquery, false), (SELECT count(*) FROM matched)
FROM best JOIN documents_chunkwords USING (chunk_id) ORDER BY rank DESC, chunk_id
"""
_THESE = """
SELECT chunk_id, document_id, length, tsv::text, coalesce(tsv @@ %(phrase)s::tsquery, false)
FROM documents_chunkwords WHERE chunk_id = ANY(%(these)s::bigint[])
"""
_BEGINNINGS = """
SELECT DISTINCT ON (document_id) chunk_id, document_id, length, tsv::text, coalesce(tsv @@ %(phrase)s::tsquery, false)
FROM documents_chunkwords WHERE document_id = ANY(%(own)s::uuid[]) {condition} ORDER BY document_id, chunk_id
"""


class Passage(NamedTuple):
    """A passage as the words know it: its BM25, the share of the query's idf that it holds (0 to 1), whether the whole query stands in it
    word for word, the share of the query's citations and docket numbers that it has, and whether it begins the very text that they name."""

    chunk: int
    document: Any
    score: float
    coverage: float = 0.0
    phrase: bool = False
    cited: float = 0.0
    own: bool = False

    @property
    def exact(self) -> float:
        """Whatever its score: the text that was named comes before those that cite it, and these and the phrase before all others."""
        return 2.0 if self.own else max(self.cited, float(self.phrase))


@dataclass(frozen=True)
class Found:
    """The best passages, best first; `matched` were looked at; `capped`: there were more than that; `skimmed`: passages with only the
    commonest words were not looked at."""

    passages: list[Passage]
    matched: int = 0
    capped: bool = False
    skimmed: bool = False
    measure: _Measure | None = field(default=None, repr=False, compare=False)

    @property
    def weights(self) -> Mapping[str, float]:
        """How much each lexeme says: the inverse document frequency of what it stands for."""
        return self.measure.says if self.measure else {}

    def also(self, chunks: Sequence[int]) -> list[Passage]:
        """What the words know of other passages, found in another way; in one statement."""
        if self.measure is None or not chunks:
            return []
        with connection.cursor() as cursor:
            cursor.execute(_THESE, {"these": list(chunks), "phrase": self.measure.phrase})
            return [self.measure.of(row) for row in cursor.fetchall()]


def search_words(matching: Matching, scope: Scope, texts: Sequence[uuid.UUID] = ()) -> Found:
    """`texts` are documents that the query names: their beginnings come first, as far as the reader may see them."""
    parts = scope.beginning(filter(None, map(beginning_of_parts, matching.keys)), PREFIX_WORDS)
    matching = matching.with_parts(parts.keys()) if parts else matching
    asked = scope.frequencies(matching.lexemes | matching.keys)
    begun = _words_of(matching.prefixes, scope)
    measure = _Measure(matching, asked | begun, begun, scope)
    look = _Look(matching, measure, scope)
    if matching.loose:
        look.loosely(asked)
    else:
        look.at(matching.match, CANDIDATES)
    passages = look.best()
    own = _beginnings(texts, measure, scope)
    passages = [*own, *(passage for passage in passages if all(passage.chunk != begun.chunk for begun in own))]
    return Found(passages, look.matched, look.capped, look.skimmed, measure)


class _Look:
    """Passages found for a query, in one or several statements."""

    def __init__(self, matching: Matching, measure: _Measure, scope: Scope) -> None:
        self.matching, self.measure, self.scope = matching, measure, scope
        condition, self.values = scope.condition()
        exact = [matching.phrase and f"({matching.phrase})", *(_any_of(group) for group in matching.numbers)]
        self.values |= {"rank": matching.rank, "exact": " | ".join(filter(None, exact)) or None, "phrase": matching.phrase or None}
        # What BM25 divides by for a word that stands once, but for a factor.
        self.values |= {"usual": (1 + K1 * (1 - B)) / (K1 * B) * measure.average}
        self.values |= {"best": COMPARED}
        few = scope.counts.chunks_within <= READ_UP_TO and (scope.narrowed or not scope.everything)
        matches = "(tsv @@ %(match)s::tsquery) IS TRUE" if few else "tsv @@ %(match)s::tsquery"  # the first is answered by no index
        self.statement = _SEARCH.format(condition=condition, matches=matches)
        self.found: dict[int, Passage] = {}
        self.matched = 0
        self.capped = self.skimmed = False

    def at(self, match: str, most: int) -> bool:
        """Look at what matches; whether all of it was looked at."""
        with connection.cursor() as cursor:
            cursor.execute(self.statement, self.values | {"match": match, "candidates": most})
            rows = cursor.fetchall()
        self.found |= {row[0]: self.measure.of(row) for row in rows}
        matched = rows[0][-1] if rows else 0
        self.matched = max(self.matched, matched)
        self.capped = matched >= most
        return not self.capped

    def best(self) -> list[Passage]:
        """By their scores; what is exact is among them whatever its score."""
        chosen = sorted(self.found.values(), key=lambda passage: (-passage.exact, -passage.score))[:BEST]
        return sorted(chosen, key=lambda passage: -passage.score)

    def loosely(self, asked: Mapping[str, int]) -> None:
        """The best of the passages with any of the words: all of them where they are few, else those with the most of what is asked."""
        match, self.skimmed = rarest(self.matching, asked, self.scope, CANDIDATES)
        contenders = Contenders(self.measure.typed, self.matching.cited)
        if len(contenders.words) < 2:
            self.at(match, MOST_CANDIDATES)
        elif not self.skimmed or not self._by_shares(contenders):
            self.at(match, CANDIDATES)

    def _by_shares(self, contenders: Contenders) -> bool:
        """Whether what has not been looked at is not among the first."""
        place = FIRST
        if not self.at(contenders.having(SHARES[place]), CANDIDATES):  # so many have so much that they must have more
            while self.capped and place:
                place -= 1
                self.at(contenders.having(SHARES[place]), CANDIDATES if place else MOST_CANDIDATES)
            if self.capped and self.matching.phrase:  # even of those with all the words only some were looked at
                self.at(self.matching.phrase, CANDIDATES)
                self.capped = True
            return True
        while not self._sure(MOST_OF_A_WORD * SHARES[place] * contenders.total):
            place += 1
            if place == len(SHARES) or not self.at(contenders.having(SHARES[place]), CANDIDATES):
                return False
        return True

    def _sure(self, most: float) -> bool:
        """Whether what has not been looked at, which scores at most so much, is not among the first."""
        return len(self.found) >= ENOUGH and self.best()[SURE - 1].score >= most


def _beginnings(texts: Sequence[uuid.UUID], measure: _Measure, scope: Scope) -> list[Passage]:
    if not texts:
        return []
    condition, values = scope.condition()
    with connection.cursor() as cursor:
        cursor.execute(_BEGINNINGS.format(condition=condition), values | {"own": list(texts), "phrase": measure.phrase})
        return [measure.of(row)._replace(own=True) for row in cursor.fetchall()]


def _any_of(lexemes: Iterable[str]) -> str:
    return "(" + " | ".join(map(quoted, sorted(lexemes))) + ")"


class _Measure:
    """How much a passage has of what was asked."""

    def __init__(self, matching: Matching, chunks: Mapping[str, int], begun: Iterable[str], scope: Scope) -> None:
        """`chunks` are the numbers of passages with each lexeme, `begun` those lexemes that begin as was asked."""
        of = scope.counts.visible_chunks
        self.phrase = matching.phrase or None
        self.average = scope.counts.average_length
        self.weights = {f" {quoted(lexeme)}:": _weight(lexeme, number, of) for lexeme, number in chunks.items()}
        terms = [*matching.terms, *filter(None, [frozenset(begun)])]
        idfs = [_idf(min(sum(chunks.get(lexeme, 0) for lexeme in term), of), of) for term in terms]
        self.total = sum(idfs) or 1.0
        self.typed = [(idf, term) for idf, term in zip(idfs, terms, strict=True) if any(chunks.get(lexeme) for lexeme in term)]
        self.says = {lexeme: idf for idf, term in zip(idfs, terms, strict=True) for lexeme in term}
        self.terms = [(idf, frozenset(f" {quoted(lexeme)}:" for lexeme in term)) for idf, term in zip(idfs, terms, strict=True)]
        self.numbers = [frozenset(f" {quoted(lexeme)}:" for lexeme in number) for number in matching.numbers]

    def of(self, row: Sequence[Any]) -> Passage:
        """Of (chunk, document, length, tsvector as text, phrase)."""
        chunk, document, length, tsv, phrase = row[:5]
        score, held = _bm25(tsv, length, self.weights, self.average)
        coverage = sum(idf for idf, forms in self.terms if not forms.isdisjoint(held)) / self.total
        cited = sum(not forms.isdisjoint(held) for forms in self.numbers) / (len(self.numbers) or 1)
        return Passage(chunk, document, score, min(coverage, 1.0), phrase, cited)


def _bm25(tsv: str, length: int, weights: Mapping[str, float], average: float) -> tuple[float, set[str]]:
    """Score of a passage by the text form of its tsvector ('word':3,17A 'word':5), which is three times as quick to read as `unnest`,
    and which of the lexemes it has.

    `weights` are the inverse document frequencies of the lexemes, each written as it begins in that form.
    """
    tsv, score = f" {tsv}", 0.0
    held = set()
    for lexeme, idf in weights.items():
        at = tsv.find(lexeme)
        if at >= 0:
            held.add(lexeme)
            start = at + len(lexeme)
            end = tsv.find(" ", start)
            tf = 1 + tsv.count(",", start, end if end >= 0 else len(tsv))
            score += idf * tf * (K1 + 1) / (tf + K1 * (1 - B + B * length / average))
    return score, held


def _weight(lexeme: str, chunks: int, of: int) -> float:
    """What is written in another way counts for less than what is written as it was typed."""
    return _idf(chunks, of) * (OTHERWISE if lexeme.startswith(MARK) else 1.0)


def _idf(chunks: int, of: int) -> float:
    return math.log(1 + max(of - chunks + 0.5, 0.5) / (chunks + 0.5))


def _words_of(prefixes: frozenset[str], scope: Scope) -> dict[str, int]:
    """The commonest lexemes with these beginnings in what the reader may see, to be counted like words that were typed."""
    return scope.beginning(prefixes, PREFIX_WORDS * len(prefixes))
