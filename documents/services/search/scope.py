"""What of the installation one search may look at: the one door, and the reader's own filters, as conditions in SQL."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.http import Http404

from cases.models import Case
from documents.models import Document
from documents.services.search import statistics
from documents.services.search.narrowing.conditions import is_narrowed, narrowed
from documents.services.search.request import SearchRequest

MOST_LISTED = 2000  # documents that are named one by one; the filters of more are asked again with every passage
MOST_COUNTED = 250_000

_PASSAGES_OF = """
SELECT (SELECT count(*) FROM (SELECT FROM documents_chunkwords WHERE document_id = ANY(%(documents)s::uuid[]) LIMIT %(most)s) AS words),
       (SELECT count(*) FROM (SELECT FROM documents_chunkembedding
           WHERE model_id = %(model)s::bigint AND document_id = ANY(%(documents)s::uuid[]) LIMIT %(most)s) AS vectors)
"""


@dataclass(frozen=True)
class Scope:
    """`cases` and `library` are what the user may see (or the one case asked for). Where more narrows it, `documents` are those that are
    left, or `selection` is the query that gives them, with its parameters, where they are many."""

    cases: tuple[uuid.UUID, ...]
    library: bool
    counts: statistics.Counts
    documents: tuple[uuid.UUID, ...] | None = None
    selection: tuple[str, tuple[Any, ...]] | None = None

    @property
    def narrowed(self) -> bool:
        return self.documents is not None or self.selection is not None

    @property
    def everything(self) -> bool:
        return self.counts.visible_chunks >= self.counts.chunks and self.counts.visible_vectors >= self.counts.vectors

    def frequencies(self, lexemes: Iterable[str]) -> dict[str, int]:
        """In how many passages of what the reader may see each lexeme stands; other filters are not counted."""
        if self.everything:
            return statistics.frequencies(lexemes)
        return statistics.frequencies_seen(lexemes, self.cases, library=self.library)

    def beginning(self, prefixes: Iterable[str], most: int) -> dict[str, int]:
        """The commonest lexemes of what the reader may see that begin so, with the number of their passages."""
        prefixes = list(prefixes)
        return statistics.beginning_seen(prefixes, self.cases, library=self.library, most=most) if prefixes else {}

    def condition(self) -> tuple[str, dict[str, Any]]:
        """SQL that a row with `case_id` and `document_id` must fulfil, beginning with AND, and its parameters."""
        parts: list[str] = []
        values: dict[str, Any] = {"cases": list(self.cases)}
        if not self.everything:
            seen = "case_id = ANY(%(cases)s::uuid[])"
            parts.append(f"({seen} OR case_id IS NULL)" if self.library else seen)
        if self.documents is not None:
            parts.append("document_id = ANY(%(documents)s::uuid[])")
            values["documents"] = list(self.documents)
        elif self.selection is not None:
            statement, given = self.selection
            named = {f"selected_{number}": value for number, value in enumerate(given)}
            parts.append(f"document_id IN ({statement % tuple(f'%({name})s' for name in named)})")
            values |= named
        return "".join(f" AND {part}" for part in parts), values


def scope_of(request: SearchRequest, kind: str, model_id: int | None) -> Scope:
    """`kind` is the request's, or the query's own. Raises Http404 where the case asked for does not exist for the user."""
    request = replace(request, kind=kind or request.kind)
    visible = Case.objects.visible_to(request.user)
    if request.case is not None:
        visible = visible.filter(pk=request.case)
    if request.library:
        visible = visible.none()
    cases = tuple(visible.order_by().values_list("pk", flat=True))
    if request.case is not None and not cases:
        raise Http404
    library = request.case is None
    scope = Scope(cases, library, statistics.counts(cases, library=library, model_id=model_id))
    return _narrowed(scope, request, model_id) if is_narrowed(request) else scope


def _narrowed(scope: Scope, request: SearchRequest, model_id: int | None) -> Scope:
    """The filters are asked once; how many passages they leave is known then, so that few are looked through one by one, none missed."""
    selected = narrowed(Document.objects.visible_to(request.user), request).order_by().values_list("pk", flat=True)
    documents = tuple(selected[: MOST_LISTED + 1])
    if len(documents) > MOST_LISTED:
        return replace(scope, selection=selected.query.sql_with_params())
    with connection.cursor() as cursor:
        cursor.execute(_PASSAGES_OF, {"documents": list(documents), "model": model_id, "most": MOST_COUNTED})
        chunks, vectors = cursor.fetchone()
    counts = replace(
        scope.counts,
        left_chunks=chunks if chunks < MOST_COUNTED else None,
        left_vectors=vectors if vectors < MOST_COUNTED else None,
    )
    return replace(scope, documents=documents, counts=counts)
