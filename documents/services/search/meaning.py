"""Search by meaning: the nearest vectors of the active model among what the reader may see.

An approximate index under a filter lies (of 500,000 passages it found none of the 1 % a user could see, or a quarter), so the
route depends on how much is visible: few passages are compared exactly, which takes milliseconds; many go through the index.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from pgvector import HalfVector

from documents.models import EmbeddingModel
from documents.services.search.scope import Scope

EXACT_UP_TO = 40_000  # passages: about 20 ms; with 30,000 of 100,000 visible the index misses one in ten of the true best
EXACT_AT_MOST = 200_000  # where the index finds too few; about 100 ms
NEAREST = 100
LEAST_SIMILAR = 0.2  # cosine; below, texts have nothing to do with each other

# "+ 0" is what no index is sorted by.
_NEAREST_EXACTLY = """
SELECT chunk_id, document_id, -distance FROM (
    SELECT chunk_id, document_id, vector <#> %(vector)s::halfvec AS distance
    FROM documents_chunkembedding WHERE model_id = %(model)s {condition}
) AS visible ORDER BY distance + 0, chunk_id LIMIT %(nearest)s
"""
_NEAREST_BY_INDEX = """
WITH nearest AS MATERIALIZED (
    SELECT chunk_id, document_id, vector <#> %(vector)s::halfvec AS distance
    FROM documents_chunkembedding WHERE model_id = %(model)s {condition} ORDER BY vector <#> %(vector)s::halfvec LIMIT %(nearest)s
) SELECT chunk_id, document_id, -distance FROM nearest ORDER BY distance, chunk_id
"""
_HOW_MANY = "SELECT count(*) FROM (SELECT FROM documents_chunkembedding WHERE model_id = %(model)s {condition} LIMIT %(most)s) AS visible"


@dataclass(frozen=True)
class Near:
    """(chunk id, document id, cosine similarity), nearest first; `route` says how they were found."""

    passages: list[tuple[int, object, float]]
    route: str
    incomplete: bool = False


def search_meaning(vector: np.ndarray, model: EmbeddingModel, scope: Scope, *, only: list[int] | None = None) -> Near:
    """The passages nearest to a vector of length 1, or all of the chunks `only` in the order of their nearness."""
    condition, values = scope.condition()
    values |= {"vector": HalfVector(vector).to_text(), "model": model.pk, "nearest": NEAREST, "most": EXACT_UP_TO + 1}
    if only is not None:
        condition, values = condition + " AND chunk_id = ANY(%(only)s)", values | {"only": only, "nearest": len(only)}
        return Near(_rows(_NEAREST_EXACTLY, condition, values), "hits of the words")
    visible = _visible(scope, condition, values)
    if visible <= EXACT_UP_TO:
        return Near(_rows(_NEAREST_EXACTLY, condition, values), "exact")
    rows = _rows(_NEAREST_BY_INDEX, condition, values)
    if len(rows) >= NEAREST or (scope.everything and not scope.narrowed):
        return Near(rows, "index")
    if scope.counts.visible_vectors <= EXACT_AT_MOST:
        return Near(_rows(_NEAREST_EXACTLY, condition, values), "exact after index")
    return Near(rows, "index", incomplete=True)


def _visible(scope: Scope, condition: str, values: dict[str, Any]) -> int:
    """How many vectors may be looked at; beyond EXACT_UP_TO it does not matter how many."""
    visible = scope.counts.visible_vectors
    if visible > EXACT_UP_TO and scope.narrowed:
        with connection.cursor() as cursor:
            cursor.execute(_HOW_MANY.format(condition=condition), values)
            return int(cursor.fetchone()[0])
    return visible


def _rows(statement: str, condition: str, values: dict[str, Any]) -> list[tuple[int, object, float]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(condition=condition), values)
        return cursor.fetchall()
