"""The sums behind a search: how many passages there are and how many hold a word (see documents/models/statistics.py)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from tasks.base.connections import prepared

FOLD_LOCK = 7_150_431  # any number of our own: the key of the advisory lock of the one who folds
DUE = 32  # deltas; reads add the pending ones, so this bounds their cost

_FOLD_COUNTS = """
WITH gone AS (DELETE FROM documents_passagecountdelta RETURNING case_id, model_id, chunks, length)
INSERT INTO documents_passagecount AS kept (case_id, model_id, chunks, length)
    SELECT case_id, model_id, sum(chunks), sum(length) FROM gone GROUP BY case_id, model_id
ON CONFLICT (case_id, model_id) DO UPDATE SET chunks = kept.chunks + excluded.chunks, length = kept.length + excluded.length
"""
_FOLD_VOCABULARY = """
WITH gone AS (DELETE FROM documents_vocabularydelta RETURNING case_id, words),
counted AS MATERIALIZED (SELECT case_id, key, sum(value::bigint) AS n FROM gone, jsonb_each_text(words) GROUP BY case_id, key),
of_cases AS (
    INSERT INTO documents_casevocabulary AS kept (lexeme, case_id, chunks) SELECT key, case_id, n FROM counted WHERE n <> 0
    ON CONFLICT (lexeme, case_id) DO UPDATE SET chunks = kept.chunks + excluded.chunks
)
INSERT INTO documents_vocabulary AS kept (lexeme, chunks)
    SELECT key, sum(n) FROM counted GROUP BY key HAVING sum(n) <> 0
ON CONFLICT (lexeme) DO UPDATE SET chunks = kept.chunks + excluded.chunks
"""
# A word that stands nowhere any more is forgotten: it may have been a name.
_FORGET = "DELETE FROM documents_vocabulary WHERE chunks = 0"
_FORGET_IN_CASES = "DELETE FROM documents_casevocabulary WHERE chunks = 0"

_COUNTS = """
SELECT coalesce(sum(chunks) FILTER (WHERE model_id IS NULL), 0),
       coalesce(sum(length) FILTER (WHERE model_id IS NULL), 0),
       coalesce(sum(chunks) FILTER (WHERE model_id IS NULL AND seen), 0),
       coalesce(sum(length) FILTER (WHERE model_id IS NULL AND seen), 0),
       coalesce(sum(chunks) FILTER (WHERE model_id = %(model)s::bigint), 0),
       coalesce(sum(chunks) FILTER (WHERE model_id = %(model)s::bigint AND seen), 0)
FROM (SELECT model_id, chunks, length, (case_id = ANY(%(cases)s::uuid[]) OR (%(library)s::boolean AND case_id IS NULL)) AS seen FROM (
        SELECT case_id, model_id, chunks, length FROM documents_passagecount
        UNION ALL SELECT case_id, model_id, chunks, length FROM documents_passagecountdelta) AS kept) AS counted
"""
_FREQUENCIES = """
SELECT asked.lexeme, coalesce(kept.chunks, 0) + coalesce(
    (SELECT sum((words ->> asked.lexeme)::bigint) FROM documents_vocabularydelta), 0)
FROM unnest(%s::text[]) AS asked(lexeme) LEFT JOIN documents_vocabulary AS kept ON kept.lexeme = asked.lexeme
"""
_FREQUENCIES_SEEN = """
SELECT asked.lexeme, coalesce((
    SELECT sum(chunks) FROM documents_casevocabulary AS kept
    WHERE kept.lexeme = asked.lexeme AND (case_id = ANY(%(cases)s::uuid[]) OR (%(library)s::boolean AND case_id IS NULL))), 0) + coalesce((
    SELECT sum((words ->> asked.lexeme)::bigint) FROM documents_vocabularydelta
    WHERE case_id = ANY(%(cases)s::uuid[]) OR (%(library)s::boolean AND case_id IS NULL)), 0)
FROM unnest(%(lexemes)s::text[]) AS asked(lexeme)
"""

_BEGINNING_SEEN = """
SELECT lexeme, sum(n)::bigint FROM (
    SELECT lexeme, chunks AS n FROM unnest(%(prefixes)s::text[]) AS prefix
    JOIN documents_casevocabulary ON lexeme >= prefix AND lexeme < prefix || chr(1114111)
    WHERE case_id = ANY(%(cases)s::uuid[]) OR (%(library)s::boolean AND case_id IS NULL)
    UNION ALL SELECT key, value::bigint FROM documents_vocabularydelta, jsonb_each_text(words), unnest(%(prefixes)s::text[]) AS prefix
    WHERE (case_id = ANY(%(cases)s::uuid[]) OR (%(library)s::boolean AND case_id IS NULL))
      AND key COLLATE "C" >= prefix AND key COLLATE "C" < prefix || chr(1114111)
) AS seen GROUP BY lexeme HAVING sum(n) > 0 ORDER BY 2 DESC, lexeme LIMIT %(most)s
"""


@dataclass(frozen=True)
class Counts:
    """Passages of the installation and of one reader; `vectors` are those of the active model, lengths are in lexemes with repeats."""

    chunks: int
    length: int
    visible_chunks: int
    visible_length: int
    vectors: int
    visible_vectors: int
    left_chunks: int | None = None
    left_vectors: int | None = None
    """What the reader's own filters leave of it, where it is known."""

    @property
    def chunks_within(self) -> int:
        """How many passages are looked through, at most."""
        return self.visible_chunks if self.left_chunks is None else self.left_chunks

    @property
    def vectors_within(self) -> int:
        return self.visible_vectors if self.left_vectors is None else self.left_vectors

    @property
    def average_length(self) -> float:
        """Of the passages that the reader may see."""
        return self.visible_length / self.visible_chunks if self.visible_chunks else 1.0


def counts(cases: Sequence[uuid.UUID], *, library: bool, model_id: int | None) -> Counts:
    """What there is, and what of it lies in these cases (and the library); exact in the caller's snapshot."""
    (row,) = prepared(_COUNTS, {"cases": list(cases), "library": library, "model": model_id})
    return Counts(*map(int, row))


def frequencies(lexemes: Iterable[str]) -> dict[str, int]:
    """In how many passages of the installation each lexeme stands; exact in the caller's snapshot."""
    return {lexeme: int(chunks) for lexeme, chunks in prepared(_FREQUENCIES, [sorted(set(lexemes))])}


def frequencies_seen(lexemes: Iterable[str], cases: Sequence[uuid.UUID], *, library: bool) -> dict[str, int]:
    """The same in the passages of these cases (and the library) only."""
    asked = {"lexemes": sorted(set(lexemes)), "cases": list(cases), "library": library}
    return {lexeme: int(chunks) for lexeme, chunks in prepared(_FREQUENCIES_SEEN, asked)}


def beginning_seen(prefixes: Iterable[str], cases: Sequence[uuid.UUID], *, library: bool, most: int) -> dict[str, int]:
    """The commonest lexemes of these cases (and the library) that begin so, and in how many passages each stands."""
    asked = {"prefixes": sorted(set(prefixes)), "cases": list(cases), "library": library, "most": most}
    return {lexeme: int(chunks) for lexeme, chunks in prepared(_BEGINNING_SEEN, asked)}


def fold() -> bool:
    """Add the pending deltas to the sums. False where another process is doing it just now."""
    with transaction.atomic(), connection.cursor() as cursor:
        # The lock is a statement of its own, so that what follows sees all that the last holder committed.
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [FOLD_LOCK])
        if not cursor.fetchone()[0]:
            return False
        for statement in (_FOLD_COUNTS, _FOLD_VOCABULARY, _FORGET, _FORGET_IN_CASES):
            cursor.execute(statement)
        return True


def fold_if_due() -> bool:
    """Fold where enough deltas wait; cheap enough to be called after every commit that indexed something."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT FROM documents_passagecountdelta LIMIT %s) AS pending", [DUE])
        due = cursor.fetchone()[0] >= DUE
    return due and fold()
