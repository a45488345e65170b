"""The votes on hits and answers of a case, for its owner."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from analytics.services.ratings.judgements import HIT, Judgement, JudgementList
from cases.views import case_page, visible_case
from documents.models import Message

PER_PAGE = 50


@login_required
def judgements(request: HttpRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    page = Paginator(JudgementList(case, request.user), PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    conversations = dict(Message.objects.filter(pk__in=[row["answer"] for row in rows if row["answer"]]).values_list("pk", "conversation"))
    return case_page(request, case, "", "analytics/judgements.html", page=page, rows=[_linked(row, case.pk, conversations) for row in rows])


def _linked(row: Judgement, case: UUID, conversations: dict[UUID, UUID]) -> Judgement:
    """With `asked_url`, the search or the answer, and `url`, the document."""
    if row["kind"] == HIT:
        search = f"{reverse('documents:case-search', args=[case])}?{urlencode(row['words'], doseq=True)}"
        page = f"?page={row['page']}" if row["page"] else ""
        return {**row, "asked_url": search, "url": reverse("documents:detail", args=[row["document"]]) + page}
    answer: Any = conversations.get(row["answer"])
    return {**row, "asked_url": f"{reverse('documents:conversation', args=[answer])}#message-{row['answer']}" if answer else "", "url": ""}
