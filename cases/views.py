"""The pages of cases: the list, one case, its members, its activity. What they show of documents is registered in cases.tabs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cases import tabs
from cases.activity import happenings
from cases.errors import MatterError
from cases.filters import Days
from cases.forms import CaseForm, EditCaseForm, MemberForm, RoleForm
from cases.models import AuditEvent, Case, Membership, Role
from cases.services import matters, summaries

ORDERS = {
    "activity": (gettext_lazy("Last activity"), ["-last_activity", "-pk"]),
    "title": (gettext_lazy("Title"), ["title", "pk"]),
    "created": (gettext_lazy("Newest"), ["-created", "-pk"]),
}
CASES_PER_PAGE = 50
EVENTS_PER_PAGE = 50


def visible_case(request: HttpRequest, pk: UUID) -> Case:
    """The case of a page's address, or 404 for who may not see it."""
    return get_object_or_404(Case.objects.visible_to(request.user), pk=pk)


def case_page(request: HttpRequest, case: Case, tab: str, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A page inside a case's frame (templates/cases/base_case.html)."""
    role = context.pop("role") if "role" in context else case.role_of(request.user)
    return render(request, template, {"case": case, "role": role, "active_tab": tab, **context}, status=status)


@login_required
def case_list(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()
    order = request.GET.get("order", "")
    order = order if order in ORDERS else "activity"
    page = Paginator(_listed(request, asked).order_by(*ORDERS[order][1]), CASES_PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = summaries.attach(page.object_list)
    context = {"page": page, "q": asked, "order": order, "orders": {key: label for key, (label, _by) in ORDERS.items()}, "rail": "cases"}
    return render(request, "cases/list.html", context)


def _listed(request: HttpRequest, asked: str) -> QuerySet[Case]:
    last = AuditEvent.objects.filter(case=OuterRef("pk")).order_by("-id").values("created")[:1]
    cases = Case.objects.visible_to(request.user).described_for(request.user)
    if asked:
        cases = cases.filter(Q(title__icontains=asked) | Q(docket_number__icontains=asked) | Q(court__icontains=asked))
    return cases.annotate(last_activity=Coalesce(Subquery(last), "created"))


@login_required
def case_new(request: HttpRequest) -> HttpResponse:
    form = CaseForm(request.POST or None)
    if form.is_valid():
        return redirect(matters.create_case(user=request.user, **form.cleaned_data))
    return render(request, "cases/new.html", {"form": form, "rail": "cases"}, status=422 if form.is_bound else 200)


@login_required
def case_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    summaries.attach([case])
    events = happenings(case.audit_events.select_related("actor")[:60])[:8]
    return case_page(request, case, "overview", "cases/detail.html", overviews=tabs.overviews_of(case, request.user), events=events)


@login_required
def case_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    case.require(request.user, Role.EDITOR)
    form = EditCaseForm(request.POST or None, instance=case)
    if form.is_valid():
        matters.update_case(case, user=request.user, **form.cleaned_data)
        messages.success(request, _("The case has been changed."))
        return redirect(case)
    # The form has written what was typed into its instance; the frame shows the case as it is.
    return case_page(request, visible_case(request, pk), "", "cases/edit.html", form=form, status=422 if form.is_bound else 200)


@login_required
def case_members(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who may see the case; an owner lets people in here."""
    case = visible_case(request, pk)
    form = MemberForm(request.POST or None)
    if request.method == "POST":
        case.require(request.user, Role.OWNER)
        if form.is_valid() and _add_member(request, case, form):
            return redirect("cases:members", pk=case.pk)
    members = case.memberships.select_related("user").order_by("created")
    status = 422 if form.is_bound else 200
    return case_page(request, case, "members", "cases/members.html", form=form, members=members, roles=Role.choices, status=status)


def _add_member(request: HttpRequest, case: Case, form: MemberForm) -> bool:
    try:
        person = matters.find_person(form.cleaned_data["username"])
        matters.add_member(case, person, form.cleaned_data["role"], user=request.user)
    except MatterError as error:
        form.add_error(error.field or None, error.message)
        return False
    messages.success(request, _("%(name)s is now a member of this case.") % {"name": person})
    return True


@login_required
@require_POST
def member_change(request: HttpRequest, pk: UUID, member: int) -> HttpResponse:
    """Give a member another role, or take him out (`remove`)."""
    case = visible_case(request, pk)
    membership = get_object_or_404(Membership, pk=member, case=case)
    try:
        if "remove" in request.POST:
            return _removed(request, case, membership)
        form = RoleForm(request.POST)
        if form.is_valid():
            matters.change_role(membership, form.cleaned_data["role"], user=request.user)
    except MatterError as error:
        messages.error(request, error.message)
    return redirect("cases:members", pk=case.pk)


def _removed(request: HttpRequest, case: Case, membership: Membership) -> HttpResponse:
    matters.remove_member(membership, user=request.user)
    if membership.user == request.user:
        messages.success(request, _("You have left the case “%(title)s”.") % {"title": case.title})
        return redirect("cases:list")
    messages.success(request, _("%(name)s is no longer a member of this case.") % {"name": membership.user})
    return redirect("cases:members", pk=case.pk)


@login_required
def case_activity(request: HttpRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    days = Days.of(request.GET)
    events = days.apply(case.audit_events.select_related("actor"))
    page: Page[AuditEvent] = Paginator(events, EVENTS_PER_PAGE).get_page(request.GET.get("page"))
    return case_page(request, case, "activity", "cases/activity.html", page=page, events=happenings(page.object_list), days=days)
