"""Search by meaning: the nearest vectors of the active model among what the reader may see.

An approximate index under a filter lies (of 500,000 passages it found none of the 1 % a user could see, or a quarter), so the
route depends on how much is visible: few passages are compared exactly, which takes milliseconds; many go through the index, and through
the more of it the less of it is visible (see vector_index.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from pgvector import HalfVector

from documents.models import EmbeddingModel
from documents.services.search.scope import Scope
from documents.services.search.vector_index import lists_of, probes

EXACT_UP_TO = 60_000  # passages: about 30 ms
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


class Passage(NamedTuple):
    """A passage and the cosine of its vector and the query's."""

    chunk: int
    document: Any
    cosine: float


@dataclass(frozen=True)
class Near:
    """The nearest first; `route` says how they were found."""

    passages: list[Passage]
    route: str
    incomplete: bool = False

    @property
    def told(self) -> str:
        """The route as far as it may be told: whether there is an index, or was asked in vain, depends on what others have."""
        return "exact" if self.route.startswith("exact") else self.route


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
    lists = lists_of(model)
    if not lists:
        return Near(_all(condition, values), "exact, without an index")
    _look_at(probes(lists, _share(scope)))
    rows = _rows(_NEAREST_BY_INDEX, condition, values)
    if len(rows) >= NEAREST or (scope.everything and not scope.narrowed):
        return Near(rows, "index")
    if scope.counts.vectors_within <= EXACT_AT_MOST:
        return Near(_all(condition, values), "exact after index")
    return Near(rows, "index", incomplete=True)


def _share(scope: Scope) -> float:
    """How much of the index may be seen; of what the reader's own filters leave only the least is known."""
    counts = scope.counts
    return min(1.0, (EXACT_UP_TO if scope.narrowed else counts.visible_vectors) / max(counts.vectors, 1))


def _look_at(lists: int) -> None:
    _set("ivfflat.probes", str(lists))


def _set(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


def _all(condition: str, values: dict[str, Any]) -> list[Passage]:
    """Of very many passages: the table is read in its own order, by several processes where PostgreSQL has them."""
    _set("enable_seqscan", "on")
    rows = _rows(_NEAREST_EXACTLY, condition, values)
    _set("enable_seqscan", "off")  # a statement that fails ends the transaction, and the setting with it
    return rows


def _visible(scope: Scope, condition: str, values: dict[str, Any]) -> int:
    """How many vectors may be looked at; beyond EXACT_UP_TO it does not matter how many."""
    visible = scope.counts.vectors_within
    if visible > EXACT_UP_TO and scope.narrowed:
        with connection.cursor() as cursor:
            cursor.execute(_HOW_MANY.format(condition=condition), values)
            return int(cursor.fetchone()[0])
    return visible


def _rows(statement: str, condition: str, values: dict[str, Any]) -> list[Passage]:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(condition=condition), values)
        return [Passage(*row) for row in cursor.fetchall()]
