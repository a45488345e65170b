"""Mentions find their authorities: those of a document when its citations are extracted, and those that waited when an import brings them.

Both write in transactions that may run at the same time. They meet at an advisory lock, so that of a mention and an authority that come in
the same moment one sees the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

from documents.models import TextVersion
from documents.services.authorities import telling

LOCK = 7_150_440  # advisory: many documents at a time, or one import

# Of several rulings with a key `telling` finds the one that is meant. Of a section's versions the newest is shown, which says its date; who
# asks for another day finds the others by their key.
_RESOLVE = """
WITH asked AS MATERIALIZED (
    SELECT c.id, c.key FROM documents_citation c WHERE {which}
), keys AS MATERIALIZED (
    SELECT DISTINCT key FROM asked
), rulings AS MATERIALIZED (
    SELECT k.key, r.id FROM keys k JOIN cases_ruling r ON r.keys @> ARRAY[k.key]::varchar(120)[]
), sections AS MATERIALIZED (
    SELECT DISTINCT ON (s.key) s.key, s.id FROM cases_statute s JOIN keys k ON k.key = s.key
    ORDER BY s.key, s.as_of DESC NULLS LAST, s.occurrence
), found AS (
    SELECT a.id, count(r.id) AS several, (array_agg(r.id))[1] AS ruling, (array_agg(s.id))[1] AS statute
    FROM asked a LEFT JOIN rulings r ON r.key = a.key LEFT JOIN sections s ON s.key = a.key
    GROUP BY a.id
)
UPDATE documents_citation c SET ruling_id = CASE WHEN f.several > 1 THEN c.ruling_id ELSE f.ruling END, statute_id = f.statute
FROM found f WHERE c.id = f.id
    AND (c.statute_id IS DISTINCT FROM f.statute OR (f.several < 2 AND c.ruling_id IS DISTINCT FROM f.ruling))
"""
_A_READING, _KEYS = "c.text_version_id = %s AND c.key <> ''", "c.key = ANY(%s::varchar[])"
_WAITING_KEYS = """
SELECT DISTINCT c.key FROM documents_citation c WHERE c.ruling_id IS NULL AND c.statute_id IS NULL AND c.key <> '' AND (
    EXISTS (SELECT FROM cases_statute s WHERE s.key = c.key)
    OR EXISTS (SELECT FROM cases_ruling r WHERE r.keys @> ARRAY[c.key]::varchar(120)[])
)
"""
KEYS_AT_ONCE = 5_000


def resolve_reading(version: TextVersion) -> int:
    """The mentions of a reading that were just written, in the transaction that wrote them; how many now lead elsewhere than before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])
        return _resolve(cursor, _A_READING, version.pk) + telling.resolve_by_name(cursor, version.pk)


def resolve_keys(keys: Iterable[str]) -> int:
    """All mentions of these keys, after authorities with them came, changed or went, in that transaction."""
    wanted = sorted(set(keys))
    if not wanted:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        return _resolve(cursor, _KEYS, wanted)


def _resolve(cursor: Any, which: str, asked: Any) -> int:
    cursor.execute(_RESOLVE.format(which=which), [asked])
    changed: int = cursor.rowcount
    return changed + telling.resolve_shared(cursor, which, asked) + telling.resolve_parallel(cursor, which, asked)


def waiting_keys() -> list[str]:
    """Keys of the library whose mentions lead nowhere: none, unless somebody changed authorities by hand."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING_KEYS)
        return [key for (key,) in cursor.fetchall()]
