"""What of the installation one search may look at: the one door, and the reader's own filters, as conditions in SQL."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.http import Http404

from cases.models import Case
from documents.services.search import statistics
from documents.services.search.request import SearchRequest


@dataclass(frozen=True)
class Scope:
    """`cases` and `library` are what the user may see (or the one case asked for); the rest narrows it."""

    cases: tuple[uuid.UUID, ...]
    library: bool
    kind: str
    date_from: datetime.date | None
    date_to: datetime.date | None
    counts: statistics.Counts

    @property
    def narrowed(self) -> bool:
        return bool(self.kind or self.date_from or self.date_to)

    @property
    def everything(self) -> bool:
        return self.counts.visible_chunks >= self.counts.chunks and self.counts.visible_vectors >= self.counts.vectors

    def condition(self) -> tuple[str, dict[str, Any]]:
        """SQL that a row with `case_id` and `document_id` must fulfil, beginning with AND, and its parameters."""
        parts: list[str] = []
        if not self.everything:
            seen = "case_id = ANY(%(cases)s::uuid[])"
            parts.append(f"({seen} OR case_id IS NULL)" if self.library else seen)
        if self.narrowed:
            parts.append(f"document_id IN (SELECT id FROM documents_document WHERE {self._of_document()})")  # noqa: S608 -- no value of anybody is in it
        return "".join(f" AND {part}" for part in parts), {
            "cases": list(self.cases),
            "kind": self.kind,
            "date_from": self.date_from,
            "date_to": self.date_to,
        }

    def _of_document(self) -> str:
        wanted = ["deleted_at IS NULL"]
        wanted += ["kind = %(kind)s"] if self.kind else []
        wanted += ["date >= %(date_from)s"] if self.date_from else []
        wanted += ["date <= %(date_to)s"] if self.date_to else []
        return " AND ".join(wanted)


def scope_of(request: SearchRequest, kind: str, model_id: int | None) -> Scope:
    """Raises Http404 where the case asked for does not exist for the user."""
    visible = Case.objects.visible_to(request.user)
    if request.case is not None:
        visible = visible.filter(pk=request.case)
    cases = tuple(visible.order_by().values_list("pk", flat=True))
    if request.case is not None and not cases:
        raise Http404
    library = request.case is None
    counts = statistics.counts(cases, library=library, model_id=model_id)
    return Scope(cases, library, kind, request.date_from, request.date_to, counts)
