"""Which of some new documents a search finds, each one decided by itself: no rank among other documents has a say in it.

What has operators, phrases or fields is found as the search page finds it. Plain words and questions find something everywhere, so an
alert asks for more: COVERED of the words' weight (rare words weigh more: their inverse document frequency) in one passage, or an authority
that was asked for, or a passage NEAR in meaning, where something but authorities was asked for. The cosine is of all-MiniLM-L6-v2:
paraphrases of a sentence are at .5 and more, other passages of the same matter below .4; one citation is at .5 to many others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from pgvector import HalfVector

from documents.models import Document, EmbeddingModel
from documents.services import embedding
from documents.services.search import SearchError, SearchRequest
from documents.services.search.query.matching import matching
from documents.services.search.query.parser import Query, leaves_of, parse
from documents.services.search.query.syntax import Cite, Node
from documents.services.search.scope import Scope, scope_of
from tasks import service_registry
from tasks.errors import PermanentError

COVERED = 0.6
NEAR = 0.5
EMBEDDED_CHARACTERS = 1000

_AMONG = "document_id = ANY(%(among)s::uuid[])"
_BY_WORDS = f"SELECT DISTINCT document_id FROM documents_chunkwords WHERE {_AMONG} AND tsv @@ %(match)s::tsquery {{condition}}"  # noqa: S608
_BY_COVERAGE = f"""
SELECT DISTINCT document_id FROM documents_chunkwords WHERE {_AMONG} AND tsv @@ %(match)s::tsquery {{condition}} AND (
    SELECT sum(weight) FROM unnest(%(queries)s::text[], %(weights)s::float8[]) AS asked(query, weight) WHERE tsv @@ query::tsquery
) >= %(least)s
"""  # noqa: S608
_BY_CONDITIONS = f"""
SELECT document_id FROM (SELECT id AS document_id, case_id FROM documents_document) AS document WHERE {_AMONG} {{condition}}
"""  # noqa: S608
_BY_MEANING = f"""
SELECT DISTINCT document_id FROM documents_chunkembedding
WHERE {_AMONG} AND model_id = %(model)s AND -(vector <#> %(vector)s::halfvec) >= %(near)s {{condition}}
"""  # noqa: S608


@dataclass(frozen=True)
class Weighed:
    """The words of a plain query: each one's tsquery, and what it weighs of the whole, which is 1."""

    match: str
    queries: list[str]
    weights: list[float]


class Wanted:
    """What a search looks for, made ready once for many documents. Raises SearchError where it cannot be run, Http404 where its case does
    not exist for its user, RetryableError where meaning cannot be asked just now."""

    def __init__(self, request: SearchRequest) -> None:
        self._user = request.user
        self._mode = request.mode
        self._query = parse(request.q)
        request = self._query.narrowed(request)
        self._match = matching(self._query.root)
        self._model, self._vector = self._meaning()
        self._scope = scope_of(request, request.kind or "", self._model.pk if self._model else None)
        self._weighed = _weighed(self._query, self._scope) if not self._query.strict else None

    def among(self, documents: Sequence[UUID]) -> set[UUID]:
        """Those that the search finds and its user may see."""
        found: set[UUID] = set()
        if self._query.root is None:
            found |= self._asked(_BY_CONDITIONS, documents)
        if self._mode != "semantic" and self._match is not None:
            found |= self._by_words(documents, self._match.match)
        if self._vector is not None and self._query.root is not None and (self._mode == "semantic" or not self._query.strict):
            found |= self._asked(_BY_MEANING, documents, vector=HalfVector(self._vector).to_text(), model=self._model.pk, near=NEAR)  # type: ignore[union-attr]
        return set(Document.objects.visible_to(self._user).filter(pk__in=found, duplicate_of=None).order_by().values_list("pk", flat=True))

    def _by_words(self, documents: Sequence[UUID], match: str) -> set[UUID]:
        if self._weighed is None:
            return self._asked(_BY_WORDS, documents, match=match)
        weighed = self._weighed
        return self._asked(
            _BY_COVERAGE, documents, match=weighed.match, queries=weighed.queries, weights=weighed.weights, least=COVERED - 1e-6
        )

    def _asked(self, statement: str, documents: Sequence[UUID], **values: Any) -> set[UUID]:
        condition, of_scope = self._scope.condition()
        with connection.cursor() as cursor:
            cursor.execute(statement.format(condition=condition), {**of_scope, "among": list(documents), **values})
            return {document for (document,) in cursor.fetchall()}

    def _meaning(self) -> tuple[EmbeddingModel | None, np.ndarray | None]:
        """The active model and the query's vector; nothing where meaning is not asked for. Without any model only the words count."""
        if self._mode == "text" or (self._mode == "hybrid" and (self._query.strict or self._query.only_cited)):
            return None, None
        try:
            vector = service_registry.get("embedding").embed_query(self._query.text[:EMBEDDED_CHARACTERS])
            return embedding.active_model(), vector
        except PermanentError as error:
            if self._mode == "semantic":
                raise SearchError(error.message, "meaning_unavailable") from error
            return None, None


def _weighed(query: Query, scope: Scope) -> Weighed | None:
    """None where only very common words were asked for. An authority counts for the whole query."""
    if query.root is None:
        return None
    known = [(leaf, found) for leaf in leaves_of(query.root) if (found := matching(leaf)) is not None]
    if not known:
        return None
    frequencies = scope.frequencies({lexeme for _leaf, found in known for lexeme in found.lexemes})
    rarity = [_rarity(sum(frequencies[lexeme] for lexeme in found.lexemes), scope.counts.visible_chunks) for _leaf, found in known]
    whole = sum(one for (leaf, _found), one in zip(known, rarity, strict=True) if not _is_authority(leaf)) or 1.0
    weights = [1.0 if _is_authority(leaf) else one / whole for (leaf, _found), one in zip(known, rarity, strict=True)]
    queries = [found.match for _leaf, found in known]
    return Weighed(" | ".join(f"({one})" for one in queries), queries, weights)


def _is_authority(leaf: Node) -> bool:
    return isinstance(leaf, Cite)


def _rarity(chunks: int, of: int) -> float:
    """Inverse document frequency as BM25 has it."""
    return math.log(1 + max(of - chunks + 0.5, 0.5) / (chunks + 0.5))
