"""What people see of their notices: those of which they still see a document, and of each exactly the documents that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from documents.models import AlertHit, AlertNotice, Document
from documents.services.alerts import showing
from documents.services.search import Hit
from documents.services.search.request import PAGE_SIZE


@dataclass(frozen=True)
class NoticePage:
    """`results` are documents with the passage that fits best; `plain` those that have no passage any more."""

    count: int
    page: int
    pages: int
    first: int
    results: list[Hit]
    plain: list[Document]


def unseen(user: Any) -> int:
    """How many notices wait to be looked at."""
    return AlertNotice.objects.filter(seen=None).visible_to(user).with_hits(user).count()


def listed(user: Any) -> QuerySet[AlertNotice]:
    """Newest first, each with its `count`; those of which nothing is left do not exist."""
    seen = AlertHit.objects.visible_to(user).filter(notice=OuterRef("pk")).order_by().values("notice").annotate(n=Count("pk")).values("n")
    rows = AlertNotice.objects.visible_to(user).with_hits(user).annotate(count=Coalesce(Subquery(seen), 0))
    return rows.select_related("alert__search__case").order_by("-id")


def mark_seen(user: Any, notice: AlertNotice | None = None) -> int:
    """One of them, or all; gives how many had not been seen."""
    rows = AlertNotice.objects.visible_to(user).with_hits(user).filter(seen=None)
    return (rows if notice is None else rows.filter(pk=notice.pk)).update(seen=timezone.now())


def page_of(notice: AlertNotice, user: Any, number: int = 1) -> NoticePage:
    """The documents of a notice that the user sees now, in the order in which they were found."""
    hits = AlertHit.objects.filter(notice=notice).visible_to(user)
    count = hits.count()
    pages = max(1, -(-count // PAGE_SIZE))
    number = min(max(number, 1), pages)
    first = (number - 1) * PAGE_SIZE
    keys = list(hits.order_by("pk").values_list("document", flat=True)[first : first + PAGE_SIZE])
    results = showing.rows(keys, notice, user)
    with_text = {hit.document for hit in results}
    others = Document.objects.visible_to(user).select_related("case").filter(pk__in=[key for key in keys if key not in with_text])
    return NoticePage(count, number, pages, first + 1, results, list(others.order_by("pk")))
