"""The hits of a search as a file, by the words of the search page's own address."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from documents.api.searching.exports import answer_with
from documents.services.search import SearchError
from documents.services.search.asked import of_address
from documents.services.search.exports import FORMS, export


@login_required
@require_safe
def search_export(request: HttpRequest) -> HttpResponse:
    """`?format=csv|xlsx|docx` beside the words of the search; with `&case=` of one case, 404 where it does not exist for the user."""
    case = _case(request.GET.get("case", ""))
    form = request.GET.get("format", "csv")
    if form not in FORMS:
        return _refused(request, case, _("Results can be had as csv, xlsx or docx."))
    try:
        return answer_with(export(of_address(request.GET, request.user, case), form, request.build_absolute_uri))
    except SearchError as error:
        return _refused(request, case, error.message, 503 if error.code == "meaning_unavailable" else 400)


def _case(asked: str) -> UUID | None:
    try:
        return UUID(asked) if asked else None
    except ValueError as error:
        raise Http404 from error


def _refused(request: HttpRequest, case: UUID | None, sentence: str, status: int = 400) -> HttpResponse:
    """The sentence, and the way back to the search, which shows where its query goes wrong."""
    words = request.GET.copy()
    for word in ("format", "case"):
        words.pop(word, None)
    page = reverse("documents:case-search", args=[case]) if case else reverse("documents:search")
    context = {"rail": "search", "sentence": sentence, "back": f"{page}?{words.urlencode()}"}
    return render(request, "documents/search_export_refused.html", context, status=status)
