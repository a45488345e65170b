"""/reports/: the reports of days, of the installation for staff and of cases for their members."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from analytics.models import DailyReport
from analytics.services.reports import days, listing, making, showing, subscribing, trends
from cases.models import Case, Role
from cases.views import visible_case
from documents.errors import Refused
from documents.services.alerts import mail

RAIL = "reports"
PER_PAGE = 31


@login_required
@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    """Of the installation or of a case that is chosen; of all one's cases where none is."""
    chosen = request.GET.get("case", "")
    case = _chosen_case(request, chosen)
    reports = listing.listed(request.user, case, installation=request.user.is_staff and not chosen)
    page = Paginator(reports, PER_PAGE).get_page(request.GET.get("page"))
    one = case is not None or (request.user.is_staff and not chosen)
    context = {
        "rail": RAIL, "page": page, "rows": listing.rows(page.object_list), "of": case, "chosen": chosen, "one": one,
        "columns": listing.columns(case is None and one),
        "cases": Case.objects.visible_to(request.user).order_by("title", "pk"), "yesterday": days.yesterday(), "first": days.began(case),
        "may_make": one and _may_make(request, case), **(_mail(request, case) if one else {}),
    }  # fmt: skip
    return render(request, "analytics/reports.html", context)


@login_required
@require_safe
def report(request: HttpRequest, day: str) -> HttpResponse:
    """Of the installation: it is there for staff only."""
    if not request.user.is_staff:
        raise Http404
    return _report(request, _day(day), None)


@login_required
@require_safe
def case_report(request: HttpRequest, pk: UUID, day: str) -> HttpResponse:
    return _report(request, _day(day), visible_case(request, pk))


@login_required
@require_POST
def report_make(request: HttpRequest) -> HttpResponse:
    """Have the report of a past day made (again): of the installation and all cases by staff, of a case by its editors."""
    case = _posted_case(request)
    if case is not None:
        case.require(request.user, Role.EDITOR)
    elif not request.user.is_staff:
        raise PermissionDenied(_("The report of the whole installation is for staff."))
    try:
        day = days.parse(request.POST.get("date", ""))
        making.submit(day, case, request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(_list_address(case))
    messages.success(request, _("The report of %(day)s is being made. Open it again in a moment.") % {"day": day.isoformat()})
    return redirect(_address(case, day))


@login_required
@require_POST
def report_subscribe(request: HttpRequest) -> HttpResponse:
    """Have reports sent by e-mail ("on" is 1), or no more."""
    case = _posted_case(request)
    try:
        if request.POST.get("on") == "1":
            subscribing.subscribe(request.user, case)
            messages.success(request, _("You get this report by e-mail each day."))
        else:
            subscribing.unsubscribe(request.user, case)
            messages.success(request, _("You do not get this report by e-mail any more."))
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect(_list_address(case))


def _report(request: HttpRequest, day: datetime.date, case: Case | None) -> HttpResponse:
    found = DailyReport.objects.visible_to(request.user).filter(day=day, case=case).select_related("case").first()
    context: dict[str, Any] = {
        "rail": RAIL, "of": case, "day": day, "report": found, "list": _list_address(case),
        "before": _address(case, day - showing.DAY) if day > days.began(case) else "",
        "after": _address(case, day + showing.DAY) if day < days.yesterday() else "",
        "may_make": _may_make(request, case), "refused": _refused(day, case), **_mail(request, case),
    }  # fmt: skip
    if found is not None:
        context["groups"] = showing.groups(found, linked=case is not None or request.user.is_superuser)
        context["nothing"] = not making.something(found.figures)
        context["charts"] = trends.charts(found.case_id, day, lambda other: _address(case, other))
    return render(request, "analytics/report.html", context, status=404 if context["refused"] and found is None else 200)


def _refused(day: datetime.date, case: Case | None) -> str:
    try:
        days.check(day, case)
    except Refused as refusal:
        return refusal.message
    return ""


def _mail(request: HttpRequest, case: Case | None) -> dict[str, Any]:
    return {"mail_on": mail.is_on(), "subscribed": subscribing.is_subscribed(request.user, case)}


def _may_make(request: HttpRequest, case: Case | None) -> bool:
    if case is None:
        return bool(request.user.is_staff)
    role = case.role_of(request.user)
    return role is not None and role.includes(Role.EDITOR)


def _day(written: str) -> datetime.date:
    try:
        return days.parse(written)
    except Refused as refusal:
        raise Http404 from refusal


def _chosen_case(request: HttpRequest, chosen: str) -> Case | None:
    if chosen in ("", listing.ALL):
        return None
    try:
        return get_object_or_404(Case.objects.visible_to(request.user), pk=UUID(chosen))
    except ValueError as error:
        raise Http404 from error


def _posted_case(request: HttpRequest) -> Case | None:
    return _chosen_case(request, request.POST.get("case", ""))


def _address(case: Case | None, day: datetime.date) -> str:
    if case is None:
        return reverse("analytics:report", args=[day.isoformat()])
    return reverse("analytics:case-report", args=[case.pk, day.isoformat()])


def _list_address(case: Case | None) -> str:
    return reverse("analytics:reports") + (f"?case={case.pk}" if case is not None else "")
