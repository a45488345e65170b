"""The words that tell a text from others: those of its index, by how often they stand in it and how rare they are (tf-idf)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from documents.models import Chunk
from documents.services.search.alike.source import Source
from documents.services.search.query.matching import Matching
from documents.services.search.scope import Scope
from documents.services.search.text.variants import MARK
from documents.services.search.text.words import quoted, stems, words_in

MOST = 24
"""Words that are looked for."""
WEIGHED = 400
"""Words of a long text that are weighed, those of most passages first; the others stand in too little of it."""
SHORTEST = 3
LEAST_DIGITS = 4  # of a number, so that neither pages nor years of few digits count

# The authorities that a passage cites stand among its words by their keys; they are compared by themselves.
_WORDS = """
SELECT lexeme, sum(cardinality(positions)), count(*) FROM documents_chunkwords AS kept, unnest(kept.tsv)
WHERE kept.chunk_id = ANY(%s::bigint[]) AND lexeme <> ALL(kept.cites) GROUP BY lexeme
"""
_SHARED = """
SELECT chunk_id, array(SELECT lexeme FROM unnest(%s::text[]) AS lexeme WHERE kept.tsv @@ lexeme::tsquery)
FROM documents_chunkwords AS kept WHERE chunk_id = ANY(%s::bigint[])
"""


@dataclass(frozen=True)
class Telling:
    """{lexeme: weight}, the weightiest first, and how the source writes each."""

    weights: Mapping[str, float]
    written: Mapping[str, str]

    @property
    def matching(self) -> Matching | None:
        """Any of them is enough; None where there are none."""
        if not self.weights:
            return None
        match = " | ".join(quoted(lexeme) for lexeme in sorted(self.weights))
        return Matching(match, "", frozenset(self.weights), frozenset(), frozenset(), True)

    def share(self, lexemes: Collection[str]) -> float:
        """Of the weight of all the words that of these, 0 to 1."""
        whole = sum(self.weights.values())
        return sum(self.weights[lexeme] for lexeme in lexemes) / whole if whole else 0.0

    def said(self, lexemes: Collection[str]) -> list[str]:
        """These as the source writes them, the weightiest first."""
        return [self.written.get(lexeme, lexeme.rpartition(":")[2]) for lexeme in self.weights if lexeme in lexemes]


def telling_words(source: Source, scope: Scope) -> Telling:
    """The weightiest words of the source's passages: (1 + log tf) idf, idf as in BM25."""
    if not source.passages:
        return Telling({}, {})
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, [list(source.passages)])
        rows = [(lexeme, int(times), int(chunks)) for lexeme, times, chunks in cursor.fetchall() if _counts(lexeme)]
    rows.sort(key=lambda row: (-row[2], -row[1], row[0]))
    rows = rows[:WEIGHED]
    frequencies = scope.frequencies(lexeme for lexeme, _times, _chunks in rows)
    of = scope.counts.visible_chunks
    weights = {lexeme: (1 + math.log(times)) * idf(frequencies[lexeme], of) for lexeme, times, _chunks in rows}
    best = sorted(weights, key=lambda lexeme: (-weights[lexeme], lexeme))[:MOST]
    return Telling({lexeme: weights[lexeme] for lexeme in best}, _written(source, best))


def shared(telling: Telling, chunks: Sequence[int]) -> dict[int, frozenset[str]]:
    """Which of the words each passage has."""
    if not telling.weights or not chunks:
        return {}
    by_query = {quoted(lexeme): lexeme for lexeme in telling.weights}
    with connection.cursor() as cursor:
        cursor.execute(_SHARED, [list(by_query), list(chunks)])
        return {chunk: frozenset(by_query[found] for found in has) for chunk, has in cursor.fetchall()}


def idf(chunks: int, of: int) -> float:
    return math.log(1 + max(of - chunks + 0.5, 0.5) / (chunks + 0.5))


def _counts(lexeme: str) -> bool:
    plain = lexeme.rpartition(":")[2]
    return not lexeme.startswith(MARK) and len(plain) >= SHORTEST and (not plain.isdigit() or len(plain) >= LEAST_DIGITS)


def _written(source: Source, lexemes: Iterable[str]) -> dict[str, str]:
    """How the source's passages write each word most often."""
    wanted = set(lexemes)
    texts = Chunk.objects.filter(pk__in=source.passages).values_list("text", "context")
    forms: Counter[tuple[str, str]] = Counter()
    for text, context in texts:
        forms.update((word.folded, text[word.start : word.end].lower()) for word in words_in(text))
        forms.update((word.folded, context[word.start : word.end].lower()) for word in words_in(context))
    known = stems((folded for folded, _form in forms), source.language or "english")
    written: dict[str, str] = {}
    for (folded, form), _count in forms.most_common():
        if (lexeme := known[folded]) in wanted:
            written.setdefault(lexeme, form)
    return written
