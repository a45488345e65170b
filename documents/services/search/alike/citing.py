"""Who cites the same authorities, and, of a ruling, which rulings are cited together with it.

Bibliographic coupling (M. M. Kessler, American Documentation 14, 1963) and co-citation (H. Small, Journal of the American Society for
Information Science 24, 1973), among what the user may see. The pages of a ruling count both for the library as a whole.
"""

from __future__ import annotations

import math
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import connection

from cases.models import Ruling
from documents.models import Citation
from documents.services.search.alike.source import Source
from documents.services.search.scope import Scope

MOST_KEYS = 200
CANDIDATES = 4000  # passages
MOST_TOGETHER = 100

_OF_PASSAGE = "SELECT key, count(*) FROM documents_chunkwords, unnest(cites) AS key WHERE chunk_id = ANY(%s::bigint[]) GROUP BY key"
_OF_TEXTS = "SELECT key, count(*) FROM documents_chunkwords, unnest(cites) AS key WHERE document_id = ANY(%s::uuid[]) GROUP BY key"
_CITING = """
SELECT chunk_id, document_id, ARRAY(SELECT unnest(cites) INTERSECT SELECT unnest(%(keys)s::text[]))
FROM documents_chunkwords WHERE cites && %(keys)s::text[] {condition} LIMIT %(most)s
"""
_TOGETHER = """
WITH citing AS MATERIALIZED (
    SELECT DISTINCT document_id FROM documents_chunkwords WHERE cites && %(keys)s::text[] {condition} LIMIT %(most)s
), together AS (
    SELECT mention.ruling_id AS ruling, count(DISTINCT citing.document_id) AS n
    FROM citing JOIN documents_document AS document ON document.id = citing.document_id AND document.deleted_at IS NULL
    JOIN documents_citation AS mention ON mention.text_version_id = document.text_version_id
    WHERE mention.role = 'authority' AND mention.ruling_id IS NOT NULL AND mention.ruling_id <> %(ruling)s
        AND document.ruling_id IS DISTINCT FROM mention.ruling_id
    GROUP BY mention.ruling_id ORDER BY n DESC, mention.ruling_id LIMIT %(together)s
)
SELECT own.id, together.n FROM together JOIN documents_document AS own ON own.ruling_id = together.ruling
"""
_BEGINNINGS = """
SELECT document_id, min(chunk_id) FROM documents_chunkwords WHERE document_id = ANY(%(documents)s::uuid[]) {condition} GROUP BY document_id
"""


@dataclass(frozen=True)
class Citing:
    """`shared`: of each passage the authorities that it has in common with the source. `together`: of each text how many others cite its
    ruling beside the source. `beginnings`: the first passages of those. `rarity`: what each authority counts, 0 to 1."""

    documents: dict[int, uuid.UUID]
    shared: dict[int, frozenset[str]]
    rarity: dict[str, float]
    together: dict[uuid.UUID, int]
    beginnings: dict[uuid.UUID, int]


def citing(source: Source, scope: Scope) -> Citing:
    authorities = _authorities(source)
    rows = _rows(_CITING, scope, {"keys": sorted(authorities), "most": CANDIDATES}) if authorities else []
    documents = {chunk: document for chunk, document, _keys in rows}
    shared = {chunk: frozenset(authorities[key] for key in keys) for chunk, _document, keys in rows}
    having: defaultdict[str, set[uuid.UUID]] = defaultdict(set)
    for chunk, authority in ((chunk, authority) for chunk, found in shared.items() for authority in found):
        having[authority].add(documents[chunk])
    # What everybody cites says little; counted among the texts that were found, so among what the user sees.
    rarity = {authority: 1 / (1 + math.log(len(texts))) for authority, texts in having.items()}
    together = _together(source, scope)
    beginnings = dict(_rows(_BEGINNINGS, scope, {"documents": list(together)})) if together else {}
    return Citing(documents, shared, rarity, {pk: n for pk, n in together.items() if pk in beginnings}, beginnings)


def _authorities(source: Source) -> dict[str, str]:
    """{key: the authority that it means} of what the source cites: parallel citations are one."""
    with connection.cursor() as cursor:
        cursor.execute(*((_OF_PASSAGE, [list(source.passages)]) if source.of_passage else (_OF_TEXTS, [list(source.documents)])))
        counted: Counter[str] = Counter(dict(cursor.fetchall()))
    keys = [key for key, _count in counted.most_common(MOST_KEYS)]
    mentions = Citation.objects.authorities().filter(text_version__document__in=source.documents, key__in=keys)
    means = {key: key for key in keys}
    for key, ruling, statute, cluster in mentions.values_list("key", "ruling_id", "statute_id", "cluster").distinct():
        means[key] = str(ruling or statute or cluster or key)
    return means


def _together(source: Source, scope: Scope) -> dict[uuid.UUID, int]:
    if source.what != "ruling":
        return {}
    keys = Ruling.objects.values_list("keys", flat=True).get(pk=source.key)
    if not keys:
        return {}
    asked = {"keys": keys, "ruling": source.key, "most": CANDIDATES, "together": MOST_TOGETHER}
    return dict(_rows(_TOGETHER, scope, asked))


def _rows(statement: str, scope: Scope, values: dict[str, object]) -> list[tuple[Any, ...]]:
    condition, scoped = scope.condition()
    with connection.cursor() as cursor:
        cursor.execute(statement.format(condition=condition), scoped | values)
        return cursor.fetchall()
