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
WITH gone AS (DELETE FROM documents_vocabularydelta RETURNING words)
INSERT INTO documents_vocabulary AS kept (lexeme, chunks)
    SELECT key, sum(value::bigint) FROM gone, jsonb_each_text(words) GROUP BY key HAVING sum(value::bigint) <> 0
ON CONFLICT (lexeme) DO UPDATE SET chunks = kept.chunks + excluded.chunks
"""
# A word that stands nowhere any more is forgotten: it may have been a name.
_FORGET = "DELETE FROM documents_vocabulary WHERE chunks = 0"

_COUNTS = """
SELECT coalesce(sum(chunks) FILTER (WHERE model_id IS NULL), 0),
       coalesce(sum(length) FILTER (WHERE model_id IS NULL), 0),
       coalesce(sum(chunks) FILTER (WHERE model_id IS NULL AND seen), 0),
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


@dataclass(frozen=True)
class Counts:
    """Passages of the installation and of one reader; `vectors` are those of the active model."""

    chunks: int
    length: int
    visible_chunks: int
    vectors: int
    visible_vectors: int

    @property
    def average_length(self) -> float:
        return self.length / self.chunks if self.chunks else 1.0


def counts(cases: Sequence[uuid.UUID], *, library: bool, model_id: int | None) -> Counts:
    """What there is, and what of it lies in these cases (and the library); exact in the caller's snapshot."""
    (row,) = prepared(_COUNTS, {"cases": list(cases), "library": library, "model": model_id})
    return Counts(*map(int, row))


def frequencies(lexemes: Iterable[str]) -> dict[str, int]:
    """In how many passages of the installation each lexeme stands; exact in the caller's snapshot."""
    return {lexeme: int(chunks) for lexeme, chunks in prepared(_FREQUENCIES, [sorted(set(lexemes))])}


def fold() -> bool:
    """Add the pending deltas to the sums. False where another process is doing it just now."""
    with transaction.atomic(), connection.cursor() as cursor:
        # The lock is a statement of its own, so that what follows sees all that the last holder committed.
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [FOLD_LOCK])
        if not cursor.fetchone()[0]:
            return False
        for statement in (_FOLD_COUNTS, _FOLD_VOCABULARY, _FORGET):
            cursor.execute(statement)
        return True


def fold_if_due() -> bool:
    """Fold where enough deltas wait; cheap enough to be called after every commit that indexed something."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT FROM documents_passagecountdelta LIMIT %s) AS pending", [DUE])
        due = cursor.fetchone()[0] >= DUE
    return due and fold()
