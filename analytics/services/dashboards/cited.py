"""What a case cites, as its dashboard tells it: remembered while the case has the same readings and decisions, at most some minutes.

Counting the mentions of 20,000 documents takes longer than all the rest of a dashboard.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, Max

from cases.models import Case
from documents.models import CitationDecision, Document
from documents.services.authorities.of_case import weights_of

REMEMBERED_SECONDS = 300
"""A new import of law may make two authorities one; no mark of the case tells that."""
MOST = 10
KINDS = ("case", "statute", "constitution", "regulation", "rule", "other")


@dataclass(frozen=True)
class Cited:
    """`kinds`: authorities by kind. `most`: (id in addresses, label, places) of those that are cited most."""

    kinds: dict[str, int]
    mentions: int
    most: list[tuple[str, str, int]]

    @property
    def authorities(self) -> int:
        return sum(self.kinds.values())


def cited_in(case: Case) -> Cited:
    """The caller has asked the case's door. Two queries, five where it is counted anew."""
    key = f"analytics.cited:{case.pk}:{_mark(case)}"
    found: Cited | None = cache.get(key)
    if found is None:
        found = _counted(case)
        cache.set(key, found, REMEMBERED_SECONDS)
    return found


def _mark(case: Case) -> str:
    """Another one after each reading, deletion, move and decision."""
    documents = Document.objects.filter(case=case, deleted_at=None).exclude(text_version=None)
    read = documents.aggregate(n=Count("pk"), newest=Max("text_version_id"), updated=Max("updated"))
    decided = CitationDecision.objects.filter(document__case=case).aggregate(n=Count("pk"), newest=Max("created"))
    told = (read["n"], read["newest"], read["updated"], decided["n"], decided["newest"])
    return "-".join(str(one.timestamp() if hasattr(one, "timestamp") else one) for one in told)


def _counted(case: Case) -> Cited:
    headings, mentions, cited = weights_of(case, MOST)
    kinds: Counter[str] = Counter()
    for heading, count in headings.items():
        kinds[heading if heading in KINDS else "other"] += count
    most = sorted(cited, key=lambda one: (-one.mentions, one.label))[:MOST]
    return Cited(dict(kinds), mentions, [(one.id, one.label, one.mentions) for one in most])
