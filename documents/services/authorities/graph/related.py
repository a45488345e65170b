"""Rulings of the library that have to do with another: they cite the same decisions, or are cited together.

Bibliographic coupling (M. M. Kessler, American Documentation 14, 1963): how many decisions both cite. Co-citation (H. Small, Journal of
the American Society for Information Science 24, 1973): how many other rulings cite both. Texts of the library only.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from cases.models import Ruling

MOST = 10
_TEXTS = "d.case_id IS NULL AND d.deleted_at IS NULL AND d.ruling_id IS NOT NULL"
_RELATED = f"""
WITH own AS (
    SELECT DISTINCT c.key FROM documents_document d JOIN documents_citation c ON c.text_version_id = d.text_version_id
    WHERE {_TEXTS} AND d.ruling_id = %(ruling)s AND c.role = 'authority' AND c.kind = 'case' AND c.key <> ''
        AND c.ruling_id IS DISTINCT FROM %(ruling)s
), coupled AS (
    SELECT d.ruling_id AS id, count(DISTINCT coalesce(c.ruling_id::text, nullif(c.cluster, ''), c.key)) AS n
    FROM own JOIN documents_citation c ON c.key = own.key
    JOIN documents_document d ON d.text_version_id = c.text_version_id
    WHERE {_TEXTS} AND d.ruling_id <> %(ruling)s AND c.role = 'authority' AND c.ruling_id IS DISTINCT FROM d.ruling_id
    GROUP BY d.ruling_id
), citing AS (
    SELECT DISTINCT d.ruling_id, d.text_version_id FROM documents_citation c
    JOIN documents_document d ON d.text_version_id = c.text_version_id
    WHERE {_TEXTS} AND c.ruling_id = %(ruling)s AND c.role = 'authority' AND d.ruling_id <> %(ruling)s
), together AS (
    SELECT c.ruling_id AS id, count(DISTINCT g.ruling_id) AS n FROM citing g
    JOIN documents_citation c ON c.text_version_id = g.text_version_id
    WHERE c.role = 'authority' AND c.ruling_id IS NOT NULL AND c.ruling_id NOT IN (%(ruling)s, g.ruling_id)
    GROUP BY c.ruling_id
)
SELECT r.id, coalesce(k.n, 0), coalesce(t.n, 0) FROM coupled k FULL JOIN together t ON t.id = k.id
JOIN cases_ruling r ON r.id = coalesce(k.id, t.id)
ORDER BY coalesce(k.n, 0) + coalesce(t.n, 0) DESC, r.name, r.id LIMIT %(most)s
"""  # noqa: S608 (fixed text)


@dataclass(frozen=True)
class Related:
    """`shared`: decisions that both cite. `together`: rulings of the library that cite both."""

    ruling: Ruling
    shared: int
    together: int


def related_to(ruling_id: UUID, most: int = MOST) -> list[Related]:
    """The most related first. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_RELATED, {"ruling": ruling_id, "most": most})
        rows = cursor.fetchall()
    rulings = Ruling.objects.in_bulk([pk for pk, _, _ in rows])
    return [Related(rulings[pk], shared, together) for pk, shared, together in rows if pk in rulings]
