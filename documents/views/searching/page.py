"""The search page: in everything that one may see, or in one case. Every filter is in the address."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from cases.models import Case
from cases.views import case_page, visible_case
from documents.models import Document
from documents.services.search import MODES, SearchError, SearchRequest, SearchResponse, named, observers
from documents.services.search import search as find
from documents.services.search.asked import filters_in, of_address
from documents.services.search.request import PAGE_SIZE
from documents.views.searching.filters import SORT_LABELS, address_of_place, chips, is_narrowing, panel, places, without_filters
from documents.views.searching.memory import beside_answer, beside_nothing

MODE_LABELS = {"hybrid": gettext_lazy("Both"), "text": gettext_lazy("Words"), "semantic": gettext_lazy("Meaning")}


@login_required
def search(request: HttpRequest) -> HttpResponse:
    if elsewhere := address_of_place(None, request.GET):
        return redirect(elsewhere)
    if case := _asked_case(request):
        query = request.GET.copy()
        del query["case"]
        return redirect(f"{reverse('documents:case-search', args=[case.pk])}?{query.urlencode()}")
    context = _found(request, None)
    return render(request, "documents/search.html", {"rail": "search", **context}, status=_status(context))


@login_required
def case_search(request: HttpRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    if elsewhere := address_of_place(case, request.GET):
        return redirect(elsewhere)
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
    query = request.GET.get("q", "").replace("\x00", " ").strip()
    mode = request.GET.get("mode", "")
    kind = request.GET.get("kind", "")
    context: dict[str, Any] = {
        "q": query,
        "mode": mode if mode in MODES else "hybrid",
        "modes": MODE_LABELS,
        "kind": kind if kind in Document.Kind.values else "",
        "kinds": dict(Document.Kind.choices),
        "dates": {name: request.GET.get(name, "") for name in ("from", "to")},
        "library": case is None and bool(request.GET.get("library")),
        "hearings": bool(request.GET.get("hearings")),
        "places": places(case, request.GET),
        "sorts": SORT_LABELS,
        "sort": next((sort for sort in SORT_LABELS if sort == request.GET.get("sort")), "relevance"),
        "filters": (filters := filters_in(request.GET)),
        "narrowing": is_narrowing(request.GET),
        "without_filters": without_filters(request.GET),
        "chips": list(chips(filters, request.GET, request.user)),
    }
    if not query:
        return context | beside_nothing(request, case)
    try:
        wanted, answer = _answer(request, case)
    except SearchError as error:
        return context | {"error": error, **_place(query, error)}
    observers.tell(observers.of_answer(wanted, answer))
    kept = beside_answer(wanted, answer, case)
    groups = panel(answer.facets, context["kind"], filters, request.GET, case)
    return context | kept | {"answer": answer, "wanted": wanted, "panel": groups, "first": (answer.page - 1) * PAGE_SIZE + 1}


def _place(query: str, error: SearchError) -> dict[str, str]:
    """The query in three parts, the second of them wrong; nothing where the error is about the whole, or about something beside it."""
    if error.end <= error.position:
        return {}
    return {"before": query[: error.position], "wrong": query[error.position : error.end], "after": query[error.end :]}


def _answer(request: HttpRequest, case: Case | None) -> tuple[SearchRequest, SearchResponse]:
    wanted = of_address(request.GET, request.user, case.pk if case else None)
    wanted = replace(wanted, explain=bool(request.GET.get("explain")))
    return wanted, replace(find(wanted), named=named(wanted))
