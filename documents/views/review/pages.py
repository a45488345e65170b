from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Role
from cases.views import case_page, visible_case
from documents.errors import Refused
from documents.filters import Narrowing
from documents.models import Document, ReviewTable
from documents.services.bulk.selection import Selection
from documents.services.reading.facts import kind_groups
from documents.services.review import filling, showing, tables
from documents.services.review.showing import Asked
from tasks.batches import control

TAB = "chat"
ONLY = {
    "": _("All rows"),
    "empty": _("With empty cells"),
    "corrected": _("With corrections"),
    "failed": _("With failures"),
    "stale": _("Read anew since"),
}


@login_required
def case_review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The case's tables; POST makes one and begins to fill it."""
    case = visible_case(request, pk)
    given, refused = request.POST if request.method == "POST" else request.GET, ""
    if request.method == "POST":
        case.require(request.user, Role.EDITOR)
        try:
            return redirect(_made(request, case))
        except Refused as refusal:
            refused = refusal.message
    context: dict[str, Any] = {
        "tables": showing.of_case(case, request.user),
        "kind_groups": kind_groups(),
        "given": given,
        "refused": refused,
        "most": ReviewTable,
        "has_documents": Document.objects.visible_to(request.user).filter(case=case).exists(),
    }
    return case_page(request, case, TAB, "documents/review/list.html", status=422 if refused else 200, **context)


def _made(request: HttpRequest, case: Case) -> ReviewTable:
    questions = [line for line in request.POST.get("questions", "").splitlines() if line.strip()]
    chosen = Selection(case, narrowing=Narrowing.of({"kind": request.POST.get("kind", "")}))
    table = tables.make(case, request.user, request.POST.get("title", ""), questions, chosen.resolved(request.user))
    filling.fill(table, request.user)
    return table


@login_required
def review_table(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A table; with `since` and `rows` only those of these rows that have changed since then."""
    table = get_object_or_404(ReviewTable.objects.visible_to(request.user).select_related("case", "batch"), pk=pk)
    now, questions = timezone.now(), list(table.questions.all())
    if "since" in request.GET:
        return _changed(request, table, questions, now)
    asked = Asked.of(request.GET)
    page = showing.page_of(table, questions, asked, request.GET.get("page"))
    counts = showing.counts(table)
    numbers = {"": counts.rows, "corrected": counts.corrected, "failed": counts.failed, "stale": counts.stale}
    chips = [{"key": key, "label": label, "count": numbers.get(key), "on": key == asked.only} for key, label in ONLY.items()]
    shown = [chip for chip in chips if chip["key"] in ("", "empty", asked.only) or chip["count"]]
    batches = control.shown(table.case_id, table.batch_id) if table.batch_id else []
    return case_page(
        request,
        table.case,
        TAB,
        "documents/review/table.html",
        table=table,
        questions=questions,
        columns=[_column(question, asked.order) for question in questions],
        title_column=_sorting("title", asked.order),
        page=page,
        asked=asked,
        counts=counts,
        chips=shown,
        batches=batches,
        filling=any(one.batch.finished_at is None for one in batches),
        kind_groups=kind_groups(),
        now=now,
    )


def _changed(request: HttpRequest, table: ReviewTable, questions: list[Any], now: Any) -> HttpResponse:
    since = _moment(request.GET["since"].replace(" ", "+")) or now
    rows = [int(one) for one in request.GET.get("rows", "").split(",") if one.isdecimal() and len(one) < 19][: showing.ROWS_PER_PAGE]
    changed = showing.changed_since(table, questions, rows, since)
    context = {"rows": changed, "now": now, "role": table.case.role_of(request.user)}
    return render(request, "documents/review/rows.html", context)


def _moment(text: str) -> datetime | None:
    """None for what is none, or does not say where it is that time."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _column(question: Any, order: str) -> dict[str, Any]:
    return {"question": question, **_sorting(str(question.pk), order)}


def _sorting(key: str, order: str) -> dict[str, str]:
    """What a click on a head sorts by, and how it is sorted now (the value of aria-sort)."""
    return {
        "next": f"-{key}" if order == key else key,
        "sort": {key: "ascending", f"-{key}": "descending"}.get(order, "none"),
    }
