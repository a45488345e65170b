"""The dashboards: of a case for its members, of the installation for staff."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from analytics.services.dashboards import TAB, staff
from analytics.services.dashboards import case as of_case
from analytics.services.dashboards.ranges import PRESETS, Range, RangeError
from cases.views import case_page, visible_case


@login_required
def case_dashboard(request: HttpRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    asked, wrong = _asked(request)
    board = of_case.dashboard_of(case, request.user, asked)
    context = {**_context(asked, wrong), "board": board, "deadlines": of_case.next_deadlines(case, request.user)}
    return case_page(request, case, TAB, "analytics/case_dashboard.html", status=400 if wrong else 200, **context)


@login_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """For staff; it does not exist for others."""
    if not request.user.is_staff:
        raise Http404
    asked, wrong = _asked(request)
    context = {**_context(asked, wrong), "rail": "board", "board": staff.dashboard_for(request.user, asked)}
    return render(request, "analytics/dashboard.html", context, status=400 if wrong else 200)


def _asked(request: HttpRequest) -> tuple[Range, str]:
    """The range of the address, or the usual one and what is wrong with that of the address."""
    try:
        return Range.of(request.GET), ""
    except RangeError as error:
        return Range.latest(), str(error)


def _context(asked: Range, wrong: str) -> dict[str, Any]:
    return {"asked": asked, "wrong": wrong, "presets": PRESETS, "today": timezone.localdate()}
