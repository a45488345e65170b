"""What is shown where a query has conditions but no words: the first passage of each document, by the documents' own dates."""

from __future__ import annotations

from django.db import connection

from documents.services.search.scope import Scope

MOST = 200

_LISTED = """
SELECT chunk_id, document_id FROM (
    SELECT chunk.id AS chunk_id, document.id AS document_id, document.case_id, document.date, document.created
    FROM documents_document AS document
    JOIN documents_chunk AS chunk ON chunk.text_version_id = document.text_version_id AND chunk.index = 0
    WHERE document.deleted_at IS NULL
) AS listed
WHERE true {condition} ORDER BY date {order} NULLS LAST, created DESC, document_id LIMIT %(most)s
"""


def first_passages(scope: Scope, *, oldest_first: bool = False) -> list[tuple[int, object]]:
    """(chunk id, document id) of at most MOST documents of the scope, those without a date last."""
    condition, values = scope.condition()
    statement = _LISTED.format(condition=condition, order="ASC" if oldest_first else "DESC")
    with connection.cursor() as cursor:
        cursor.execute(statement, values | {"most": MOST})
        return list(cursor.fetchall())
