"""One action on all tasks that fit a filter: first how many they are, then the doing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tasks.models import TaskRecord
from tasks.operations import bulk
from tasks.operations.actions import MEANINGS, Action
from tasks.operations.explanations import cause_of
from tasks.operations.filters import FilterError, asked_for
from tasks.views.listing import error_label

SHOWN_GROUPS = 12


@login_required
@require_http_methods(["GET", "POST"])
def act_on_many(request: HttpRequest) -> HttpResponse:
    """The filters and `action` stand in the address, or in the form that confirms them."""
    asked: QueryDict = request.POST if request.method == "POST" else request.GET
    filters = asked_for(asked)
    word = str(asked.get("action"))
    if word not in Action.values:
        raise Http404
    action = Action(word)
    try:
        if request.method == "POST":
            return _do(request, action, filters)
        return _ask(request, action, filters)
    except FilterError as error:
        messages.error(request, str(error))
        return redirect("tasks:list")


def _ask(request: HttpRequest, action: Action, filters: dict[str, list[str]]) -> HttpResponse:
    records = bulk.meant(action, filters, request.user)
    context = {
        "rail": "tasks",
        "action": action,
        "icon": MEANINGS[action].icon,
        "count": records.order_by().count(),
        "groups": _groups(records),
        "inline": bulk.INLINE,
        "fields": [(name, value) for name, values in filters.items() for value in values],
        "back": _list(filters),
    }
    return render(request, "tasks/many.html", context)


def _groups(records: QuerySet[TaskRecord]) -> list[dict[str, Any]]:
    """What is meant, by kind and error, so that a person sees whether it is what he thinks."""
    rows = records.order_by().values_list("name", "error_class", "error_code").annotate(count=Count("pk")).order_by("-count", "name")
    return [_group(*row) for row in rows[:SHOWN_GROUPS]]


def _group(name: str, error_class: str, code: str, count: int) -> dict[str, Any]:
    error = error_label(error_class, code) if error_class or code else ""
    cause = cause_of(error_class, code, "")
    return {"name": name, "error": error, "count": count, "is_hopeless": cause is not None and not cause.retry}


def _do(request: HttpRequest, action: Action, filters: dict[str, list[str]]) -> HttpResponse:
    applied = bulk.apply_to_matching(action, filters, request.user)
    if applied.task is not None:
        messages.success(request, _("This is being done; you may leave this page."))
        return redirect("tasks:detail", applied.task.pk)
    messages.success(request, MEANINGS[action].done % {"count": applied.done})
    if applied.skipped:
        messages.warning(request, _("%(count)d could not be changed.") % {"count": applied.skipped})
    return redirect(_list(filters))


def _list(filters: dict[str, list[str]]) -> str:
    query = QueryDict(mutable=True)
    for name, values in filters.items():
        query.setlist(name, values)
    return f"{reverse('tasks:list')}?{query.urlencode()}"
