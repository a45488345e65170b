"""The ways of searching that are compared: the engine's three modes, and two that anybody would think of first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from documents.models import Document
from documents.services.search.engine import search
from documents.services.search.errors import SearchError
from documents.services.search.evaluation.labels import LabelledSearch
from documents.services.search.evaluation.measures import DEPTH, Place, places_of
from documents.services.search.request import MODES, Hit, Mode, SearchRequest

RECIPROCAL, USUAL = "reciprocal rank", "usual recipe"
WAYS = (*MODES, RECIPROCAL, USUAL)
PAGES = 3
"""Of the engine's results that are looked at, at most: as many as it takes to have ten different places."""
K = 60

_USUAL_ROWS = """
CREATE TEMPORARY TABLE usual_recipe AS
SELECT chunk.id, document.id AS document, document.case_id, chunk.page_from, chunk.page_to, to_tsvector('english', chunk.text) AS tsv
FROM documents_chunk AS chunk JOIN documents_document AS document USING (text_version_id) WHERE document.id = ANY(%s::uuid[])
"""
_USUAL = """
SELECT document, page_from, page_to
FROM usual_recipe, (SELECT replace(websearch_to_tsquery('english', %(q)s)::text, ' & ', ' | ')::tsquery AS asked) AS query
WHERE tsv @@ asked AND (%(case)s::uuid IS NULL OR case_id = %(case)s) ORDER BY ts_rank_cd(tsv, asked) DESC, id LIMIT 40
"""


@contextmanager
def usual_recipe(user: Any) -> Iterator[None]:
    """Within it the usual recipe can be asked: the passages that the user may see, as PostgreSQL's own parser and stemmer read them."""
    seen = list(Document.objects.visible_to(user).exclude(text_version=None).values_list("pk", flat=True))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_USUAL_ROWS, [seen])
        yield
        cursor.execute("DROP TABLE usual_recipe")


def found(user: Any, asked: LabelledSearch) -> dict[str, list[Place]]:
    """What each way finds, best first. Raises what `search` raises, but for a query that a mode refuses: that finds nothing."""
    hits = {mode: _hits(user, asked, mode) for mode in MODES}
    ordered: dict[str, list[Place]] = {mode: [_place(hit) for hit in hits[mode]] for mode in MODES}
    ordered[RECIPROCAL] = _reciprocal_rank(hits["text"], hits["semantic"])
    ordered[USUAL] = _usual(asked)
    return ordered


def _hits(user: Any, asked: LabelledSearch, mode: Mode) -> list[Hit]:
    made: list[Hit] = []
    for page in range(1, PAGES + 1):
        try:
            answer = search(SearchRequest(asked.q, user, case=asked.case, mode=mode, page=page))
        except SearchError:
            return made
        made += answer.results
        if page >= answer.pages or len(places_of(asked, map(_place, made))) >= DEPTH:
            break
    return made


def _place(hit: Hit) -> Place:
    return Place(hit.document, hit.page, hit.page)


def _reciprocal_rank(*ways: list[Hit]) -> list[Place]:
    """Plain reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009); a passage leads to the page that the first way says."""
    scores: Counter[int] = Counter()
    places: dict[int, Place] = {}
    for hits in ways:
        for rank, hit in enumerate(hits, 1):
            scores[hit.chunk] += 1 / (K + rank)  # type: ignore[assignment]
            places.setdefault(hit.chunk, _place(hit))
    return [places[chunk] for chunk in sorted(scores, key=lambda chunk: (-scores[chunk], chunk))]


def _usual(asked: LabelledSearch) -> list[Place]:
    """What PostgreSQL's documentation leads to: any of the words, by ts_rank_cd. A hit is right where its passage has a right page, which
    flatters it: the engine must name the page."""
    with connection.cursor() as cursor:
        cursor.execute(_USUAL, {"q": asked.q, "case": asked.case})
        return [Place(*row) for row in cursor.fetchall()]
