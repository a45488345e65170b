"""Which documents belong together: what was attached to what, and which repeat the bytes of which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

_WITH_WHAT_IS_INSIDE = """
WITH RECURSIVE family (id) AS (
    SELECT id FROM documents_document WHERE id = ANY(%s) AND case_id = %s
    UNION
    SELECT child.id FROM documents_document child JOIN family ON child.parent_id = family.id
)
SELECT d.id, d.parent_id, above.deleted_at IS NULL, d.duplicate_of_id
FROM documents_document d JOIN family ON family.id = d.id LEFT JOIN documents_document above ON above.id = d.parent_id
"""


@dataclass(frozen=True)
class Families:
    """`groups` of documents that only go together, and `torn`: those chosen ones that came out of a document which was not."""

    groups: list[list[UUID]]
    torn: list[UUID]


def families_of(case_id: UUID, chosen: Sequence[UUID]) -> Families:
    """The chosen documents of the case with all that is inside them, deleted documents too."""
    with connection.cursor() as cursor:
        cursor.execute(_WITH_WHAT_IS_INSIDE, [list(chosen), case_id])
        rows = cursor.fetchall()
    inside = {pk for pk, *_rest in rows}
    torn = {pk for pk, parent, living, _original in rows if parent is not None and living and parent not in inside}
    links = [(pk, other) for pk, parent, _living, original in rows for other in (parent, original) if other in inside]
    groups = _connected(inside, links)
    whole = [group for group in groups if not torn & set(group)]
    return Families(whole, sorted(pk for group in groups if torn & set(group) for pk in group if pk in torn))


def _connected(nodes: Iterable[UUID], links: Iterable[tuple[UUID, UUID]]) -> list[list[UUID]]:
    """The connected components, each sorted, in the order of their first ids (union-find with path halving)."""
    above = {node: node for node in nodes}

    def top(node: UUID) -> UUID:
        while above[node] != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    for one, other in links:
        above[top(one)] = top(other)
    groups: dict[UUID, list[UUID]] = {}
    for node in sorted(above):
        groups.setdefault(top(node), []).append(node)
    return list(groups.values())
