"""One's own saved searches and search history: /searches/, and what the search page shows of them."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.models import Case
from cases.views import visible_case
from documents.errors import Refused
from documents.models import PastSearch, SavedSearch
from documents.services.search import SearchRequest, SearchResponse
from documents.services.search.asked import query_of, words_of
from documents.services.searches import history, saved
from documents.services.searches.told import narrowed_by

HISTORY_PER_PAGE = 100
RECENT = 5
OFFERED = 8


def beside_answer(wanted: SearchRequest, answer: SearchResponse, case: Case | None) -> dict[str, Any]:
    """The search page's context for keeping what was searched for; its first page is noted in the history."""
    if answer.page == 1:
        history.record(wanted, answer)
    return {"query": query_of(wanted), "saved_as": saved.same(wanted.user, case, words_of(wanted))}


def beside_nothing(request: HttpRequest, case: Case | None) -> dict[str, Any]:
    """The search page's context where nothing is asked yet: the last searches and the saved ones, in a case those of the case."""
    past, kept = PastSearch.objects.visible_to(request.user), SavedSearch.objects.visible_to(request.user)
    if case is not None:
        past, kept = past.filter(case=case), kept.filter(case=case)
    return {
        "recent_searches": _told(past.select_related("case")[:RECENT]),
        "saved_searches": _told(kept.select_related("case")[:OFFERED]),
    }


@login_required
def searches(request: HttpRequest) -> HttpResponse:
    return _page(request)


@login_required
@require_POST
def search_save(request: HttpRequest) -> HttpResponse:
    case = visible_case(request, _uuid(request.POST["case"])) if request.POST.get("case") else None
    typed = {name: request.POST.get(name, "") for name in ("name", "query", "case")}
    replace = bool(request.POST.get("replace"))
    try:
        kept = saved.save(request.user, typed["name"], saved.of_query(typed["query"]), case=case, replace=replace)
    except Refused as refusal:
        may_replace = refusal.code == "search_exists"
        said = {"q": " ".join(saved.of_query(typed["query"]).get("q", [])), "error": refusal.message, "may_replace": may_replace}
        return _page(request, status=422, saving={**typed, **said, "place": case})
    messages.success(request, _("Saved as “%(name)s”.") % {"name": kept.name})
    return redirect(kept)


@login_required
@require_POST
def search_act(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    """rename, delete."""
    kept = get_object_or_404(SavedSearch.objects.visible_to(request.user), pk=pk)
    if action == "rename":
        try:
            saved.change(kept, request.user, name=request.POST.get("name", ""))
        except Refused as refusal:
            return _page(request, status=422, renaming={"pk": pk, "name": request.POST.get("name", ""), "error": refusal.message})
    elif action == "delete":
        saved.delete(kept, request.user)
        messages.success(request, _("“%(name)s” has been deleted.") % {"name": kept.name})
    else:
        raise Http404
    return redirect("documents:searches")


@login_required
@require_POST
def history_clear(request: HttpRequest) -> HttpResponse:
    history.delete_all(request.user)
    messages.success(request, _("Your history has been deleted."))
    return redirect("documents:searches")


@login_required
@require_POST
def history_keep(request: HttpRequest) -> HttpResponse:
    """keep=1 turns it on, keep=0 off."""
    wanted = request.POST.get("keep")
    if wanted not in ("0", "1"):
        raise Http404
    history.keep(request.user, wanted == "1")
    said = _("Your searches are noted from now on.") if wanted == "1" else _("Your history has been deleted, and none is kept.")
    messages.success(request, said)
    return redirect("documents:searches")


@login_required
@require_POST
def past_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    history.delete(get_object_or_404(PastSearch.objects.visible_to(request.user), pk=pk), request.user)
    return redirect("documents:searches")


def _page(request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
    page = Paginator(history.of(request.user), HISTORY_PER_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    past = [{**one, "day": _day(timezone.localdate(one["search"].last), today)} for one in _told(page.object_list)]
    kept = _told(SavedSearch.objects.visible_to(request.user).select_related("case", "alert"))
    context |= {"rail": "search", "kept": kept, "past": past, "page": page, "keeps_history": history.is_kept(request.user)}
    return render(request, "documents/searches.html", context, status=status)


def _told(found: Any) -> list[dict[str, Any]]:
    """With `filters` in words, and `q`, what is looked for; a search by filters alone is called by them."""
    told = [(one, narrowed_by(one.words)) for one in found]
    return [{"search": one, "q": one.words.get("q") or ", ".join(filters), "filters": filters} for one, filters in told]


def _day(day: datetime.date, today: datetime.date) -> str:
    if day == today:
        return _("Today")
    return _("Yesterday") if today - day == datetime.timedelta(days=1) else date_format(day, "l, j F Y")


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise Http404 from error
