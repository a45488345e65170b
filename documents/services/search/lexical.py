"""Search by words: candidates by PostgreSQL's index, the best 200 by its own rank, those put into order exactly by BM25.

ts_rank alone loses a tenth of BM25's nDCG and computing BM25 for all candidates is slow; this way has both
(Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009; k1 and b are its usual values).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from documents.services.search import statistics
from documents.services.search.matching import Matching
from documents.services.search.scope import Scope
from documents.services.search.text.variants import MARK
from documents.services.search.text.words import quoted

CANDIDATES = 4000  # ranked at most; about 5 microseconds each
READ_UP_TO = 5000  # visible passages that are read one by one; the index would go through everybody's first
BEST = 200
K1, B = 1.2, 0.75
OTHERWISE = 0.6
PREFIX_WORDS = 50

_SEARCH = """
WITH matched AS MATERIALIZED (
    SELECT chunk_id, ts_rank(tsv, %(rank)s::tsquery, 1) AS rank
    FROM documents_chunkwords WHERE {matches} {condition} LIMIT %(candidates)s
), best AS (
    SELECT chunk_id, rank FROM matched ORDER BY rank DESC, chunk_id LIMIT %(best)s
)
SELECT chunk_id, document_id, (SELECT count(*) FROM matched), length, tsv::text
FROM best JOIN documents_chunkwords USING (chunk_id) ORDER BY rank DESC, chunk_id
"""
_WORDS_OF_PREFIX = """
SELECT lexeme, chunks FROM unnest(%s::text[]) AS asked(prefix),
    LATERAL (SELECT lexeme, chunks FROM documents_vocabulary
             WHERE lexeme >= prefix AND lexeme < prefix || chr(1114111) ORDER BY chunks DESC LIMIT %s) AS words
"""


@dataclass(frozen=True)
class Found:
    """(chunk id, document id) of the best passages, best first; `matched` were looked at; `capped`: there were more than that;
    `skimmed`: passages with only the commonest words were not looked at."""

    passages: list[tuple[int, object]]
    matched: int = 0
    capped: bool = False
    skimmed: bool = False


def search_words(matching: Matching, scope: Scope) -> Found:
    asked = statistics.frequencies(matching.lexemes | matching.keys)
    match, skimmed = matching.match, False
    if matching.loose:
        match, skimmed = _rarest(matching, asked, scope)
    asked |= _words_of(matching.prefixes)
    condition, values = scope.condition()
    values |= {"match": match, "rank": matching.rank, "candidates": CANDIDATES, "best": BEST}
    matches = "tsv @@ %(match)s::tsquery"
    if scope.counts.visible_chunks <= READ_UP_TO and not scope.everything:
        matches = f"({matches}) IS TRUE"  # which no index answers
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH.format(condition=condition, matches=matches), values)
        rows = cursor.fetchall()
    matched = rows[0][2] if rows else 0
    weights = {f" {quoted(lexeme)}:": _weight(lexeme, chunks, scope.counts.chunks) for lexeme, chunks in asked.items()}
    rows.sort(key=lambda row: -_bm25(row[4], row[3], weights, scope.counts.average_length))
    return Found([(chunk, document) for chunk, document, *_ in rows], matched, matched >= CANDIDATES, skimmed)


def _bm25(tsv: str, length: int, weights: Mapping[str, float], average: float) -> float:
    """Score of a passage by the text form of its tsvector ('word':3,17A 'word':5), which is three times as quick to read as `unnest`.

    `weights` are the inverse document frequencies of the lexemes, each written as it begins in that form.
    """
    tsv, score = f" {tsv}", 0.0
    for lexeme, idf in weights.items():
        at = tsv.find(lexeme)
        if at >= 0:
            start = at + len(lexeme)
            end = tsv.find(" ", start)
            tf = 1 + tsv.count(",", start, end if end >= 0 else len(tsv))
            score += idf * tf * (K1 + 1) / (tf + K1 * (1 - B + B * length / average))
    return score


def _weight(lexeme: str, chunks: int, of: int) -> float:
    """What is written in another way counts for less than what is written as it was typed."""
    return _idf(chunks, of) * (OTHERWISE if lexeme.startswith(MARK) else 1.0)


def _idf(chunks: int, of: int) -> float:
    return math.log(1 + max(of - chunks + 0.5, 0.5) / (chunks + 0.5))


def _words_of(prefixes: frozenset[str]) -> dict[str, int]:
    """The commonest lexemes with these beginnings, to be counted like words that were typed."""
    if not prefixes:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_WORDS_OF_PREFIX, [sorted(prefixes), PREFIX_WORDS])
        return dict(cursor.fetchall())


def _rarest(matching: Matching, chunks: dict[str, int], scope: Scope) -> tuple[str, bool]:
    """Which words of a loose query must bring in the candidates, and whether some were left out.

    What has only a query's commonest words is not among its best 200, so words are taken from the rarest on until there are
    enough candidates. Where the rarest is too common by itself, a second word must stand beside it.
    """
    share = scope.counts.visible_chunks / scope.counts.chunks if scope.counts.chunks else 1.0
    forms: defaultdict[str, list[str]] = defaultdict(list)
    for lexeme in sorted(matching.lexemes, reverse=True):
        forms[lexeme.removeprefix(MARK)].append(lexeme)
    counts = {word: share * sum(chunks[lexeme] for lexeme in lexemes) for word, lexemes in forms.items()}
    words = sorted(forms, key=lambda word: (counts[word], word))
    written = {word: " | ".join(map(quoted, lexemes)) for word, lexemes in forms.items()}
    taken: list[str] = []
    expected = 0.0
    for word in words:
        expected += counts[word]
        if taken and expected > CANDIDATES:
            break
        taken.append(word)
    parts = [f"({matching.cited})"] if matching.cited else []
    if len(taken) == 1 and len(words) > 1 and expected > CANDIDATES and counts[taken[0]] > CANDIDATES:
        others = " | ".join(written[word] for word in words[1:])
        return " | ".join([*parts, f"({written[taken[0]]}) & ({others})"]), True
    return " | ".join([*parts, *(written[word] for word in taken)]), len(taken) < len(words)
