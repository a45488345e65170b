"""The search page: in everything that one may see, or in one case. Every filter is in the address."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case
from cases.views import case_page, visible_case
from documents.models import Document
from documents.services.search import MODES, SearchError, SearchRequest, SearchResponse, named
from documents.services.search import search as find
from documents.services.search.request import PAGE_SIZE

# Errors that are about the whole query, or about something beside it.
WITHOUT_PLACE = frozenset(
    {"bad_date", "empty", "meaning_unavailable", "only_common_words", "timeout", "too_complex", "too_long", "two_kinds", "unknown_mode"}
)
MODE_LABELS = {"hybrid": gettext_lazy("Both"), "text": gettext_lazy("Words"), "semantic": gettext_lazy("Meaning")}


@login_required
def search(request: HttpRequest) -> HttpResponse:
    if case := _asked_case(request):
        query = request.GET.copy()
        del query["case"]
        return redirect(f"{reverse('documents:case-search', args=[case.pk])}?{query.urlencode()}")
    context = _found(request, None)
    return render(request, "documents/search.html", {"rail": "search", **context}, status=_status(context))


@login_required
def case_search(request: HttpRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    context = _found(request, case)
    return case_page(request, case, "search", "documents/case_search.html", status=_status(context), **context)


def _status(context: dict[str, Any]) -> int:
    error = context.get("error")
    if error is None:
        return 200
    return 503 if error.code == "meaning_unavailable" else 400


def _asked_case(request: HttpRequest) -> Case | None:
    try:
        asked = UUID(request.GET.get("case", ""))
    except ValueError:
        return None
    return Case.objects.visible_to(request.user).filter(pk=asked).first()


def _found(request: HttpRequest, case: Case | None) -> dict[str, Any]:
    """The template's context: the form as asked, and the answer, or the error with its place."""
    query = request.GET.get("q", "").strip()
    mode = request.GET.get("mode", "")
    kind = request.GET.get("kind", "")
    context: dict[str, Any] = {
        "q": query,
        "mode": mode if mode in MODES else "hybrid",
        "modes": MODE_LABELS,
        "kind": kind if kind in Document.Kind.values else "",
        "kinds": dict(Document.Kind.choices),
        "dates": {name: request.GET.get(name, "") for name in ("from", "to")},
    }
    if not query:
        return context
    try:
        answer = _answer(request, case, context)
    except SearchError as error:
        return context | {"error": error, **_place(query, error)}
    return context | {"answer": answer, "first": (answer.page - 1) * PAGE_SIZE + 1}


def _place(query: str, error: SearchError) -> dict[str, str]:
    """The query before and from the place where it goes wrong; nothing where the error has no place."""
    if error.code in WITHOUT_PLACE:
        return {}
    return {"before": query[: error.position], "wrong": query[error.position :]}


def _answer(request: HttpRequest, case: Case | None, asked: dict[str, Any]) -> SearchResponse:
    page = request.GET.get("page", "1")
    wanted = SearchRequest(
        q=asked["q"],
        user=request.user,
        case=case.pk if case else None,
        kind=asked["kind"] or None,
        date_from=_date(asked["dates"]["from"]),
        date_to=_date(asked["dates"]["to"]),
        mode=asked["mode"],
        page=int(page) if page.isdecimal() and len(page) < 6 else 1,
    )
    return replace(find(wanted), named=named(wanted))


def _date(value: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(value) if value else None
    except ValueError as error:
        raise SearchError(_("“%(value)s” is not a date; write it as 2025-02-27.") % {"value": value}, code="bad_date") from error
