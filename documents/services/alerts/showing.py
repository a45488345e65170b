"""Documents of a notice as rows of a search's result: of each the passage that fits the search best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from pgvector import HalfVector

from documents.models import AlertNotice
from documents.services import embedding
from documents.services.search import Hit, SearchError
from documents.services.search.asked import of_address
from documents.services.search.fusion import Ranked
from documents.services.search.query.matching import Matching, matching
from documents.services.search.query.parser import Query, parse
from documents.services.search.showing.passages import Evidence, hits, permitted
from tasks import service_registry
from tasks.errors import PermanentError, RetryableError

_BY_WORDS = """
SELECT DISTINCT ON (document_id) document_id, chunk_id FROM documents_chunkwords
WHERE document_id = ANY(%(documents)s::uuid[]) AND tsv @@ %(match)s::tsquery
ORDER BY document_id, ts_rank(tsv, %(rank)s::tsquery, 1) DESC, chunk_id
"""
_BY_MEANING = """
SELECT DISTINCT ON (document_id) document_id, chunk_id FROM documents_chunkembedding
WHERE document_id = ANY(%(documents)s::uuid[]) AND model_id = %(model)s
ORDER BY document_id, vector <#> %(vector)s::halfvec, chunk_id
"""
_FIRST = """
SELECT DISTINCT ON (document_id) document_id, chunk_id FROM documents_chunkwords
WHERE document_id = ANY(%(documents)s::uuid[]) ORDER BY document_id, chunk_id
"""
EMBEDDED_CHARACTERS = 1000


def rows(documents: Sequence[UUID], notice: AlertNotice, user: Any) -> list[Hit]:
    """In the order of the documents; those without passages, and those that the user does not see, are left out."""
    query, found = _understood(notice, user)
    by_words = _chunks(_BY_WORDS, documents, match=found.match, rank=found.rank) if found else {}
    others = [document for document in documents if document not in by_words]
    by_meaning = _nearest(others, query) if others and query is not None else {}
    first = _chunks(_FIRST, [document for document in others if document not in by_meaning])
    best = {**first, **by_meaning, **by_words}
    ranked = [Ranked(best[document], document, 1.0) for document in documents if document in best]
    evidence = Evidence(
        frozenset(by_words.values()),
        frozenset(by_meaning.values()),
        found,
        dict(query.citations) if query is not None else {},
        query.text if query is not None else "",
    )
    return hits(permitted(ranked, user), evidence)


def _understood(notice: AlertNotice, user: Any) -> tuple[Query | None, Matching | None]:
    """Nothing where the search, as it was, cannot be understood any more."""
    try:
        asked = of_address(notice.words, user)
        query = parse(asked.q)
        return query, matching(query.root) if asked.mode != "semantic" else None
    except SearchError:
        return None, None


def _nearest(documents: Sequence[UUID], query: Query) -> dict[UUID, int]:
    try:
        vector = service_registry.get("embedding").embed_query(query.text[:EMBEDDED_CHARACTERS])
        model = embedding.active_model()
    except (PermanentError, RetryableError):  # without a model the beginning of each is shown
        return {}
    return _chunks(_BY_MEANING, documents, vector=HalfVector(vector).to_text(), model=model.pk)


def _chunks(statement: str, documents: Sequence[UUID], **values: Any) -> dict[UUID, int]:
    if not documents:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(statement, {"documents": list(documents), **values})
        return dict(cursor.fetchall())
