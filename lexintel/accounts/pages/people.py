"""The page "People", for administrators: who has an account, and what may be done about it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.db.models.functions import Concat, Lower
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cases.errors import MatterError
from cases.services import matters
from lexintel.accounts import people
from lexintel.accounts.pages.forms import PersonForm, SuccessorForm
from lexintel.accounts.people import AccountError
from lexintel.accounts.sessions import sessions_of
from lexintel.models import User

PER_PAGE = 50
View = Callable[..., HttpResponse]


def for_administrators(view: View) -> View:
    """It does not exist for others."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not cast(User, request.user).is_superuser:
            raise Http404
        return view(request, *args, **kwargs)

    return login_required(guarded)


def administrator(request: HttpRequest) -> User:
    return cast(User, request.user)


@for_administrators
def people_list(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    person = _added(request, form) if form.is_valid() else None
    if person is not None:
        return _person_page(request, person, link=people.make_link(person, by=administrator(request)))
    asked = request.GET.get("q", "").strip()
    page = Paginator(_listed(asked), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "q": asked, "rail": "people"}
    return render(request, "accounts/people.html", context, status=422 if form.is_bound else 200)


def _listed(asked: str) -> Any:
    found = User.objects.order_by("-is_active", Lower(Concat("first_name", "last_name", "username")))
    if asked:
        words = ("username", "first_name", "last_name", "email")
        for word in asked.split():
            found = found.filter(Q(*((f"{field}__icontains", word) for field in words), _connector=Q.OR))
    return found


def _added(request: HttpRequest, form: PersonForm) -> User | None:
    try:
        return people.add_person(by=administrator(request), **form.cleaned_data)
    except AccountError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
        return None


@for_administrators
def person_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _person_page(request, get_object_or_404(User, pk=pk))


def _person_page(request: HttpRequest, person: User, *, link: str = "", status: int = 200) -> HttpResponse:
    """`link` is the path of a one-time link that was made just now: it is shown in this answer only."""
    context = {
        "person": person,
        "link": request.build_absolute_uri(link) if link else "",
        "sole": matters.sole_owned_by(person),
        "successor": SuccessorForm(person),
        "sessions": sessions_of(person, request.session.session_key),
        "tokens": person.api_tokens.count(),
        "cases": person.memberships.filter(case__deleted_at=None).count(),
        "rail": "people",
    }
    response = render(request, "accounts/person.html", context, status=status)
    response["Cache-Control"] = "no-store"
    response["HX-Push-Url"] = reverse("person", args=[person.pk])
    return response


@for_administrators
@require_POST
def person_link(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new link with which the person chooses a password; the answer itself shows it, the only time."""
    person = get_object_or_404(User, pk=pk, is_active=True)
    return _person_page(request, person, link=people.make_link(person, by=administrator(request)))


@for_administrators
@require_POST
def person_change(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    """One of ACTIONS."""
    person = get_object_or_404(User, pk=pk)
    try:
        messages.success(request, ACTIONS[action](request, person))
    except (AccountError, MatterError) as error:
        messages.error(request, str(error.message))
    return redirect("person", pk=person.pk)


def _close(request: HttpRequest, person: User) -> str:
    people.set_active(person, False, by=administrator(request))
    return _("The account of %(name)s is closed; all of its sessions have ended.") % {"name": person}


def _open(request: HttpRequest, person: User) -> str:
    people.set_active(person, True, by=administrator(request))
    return _("The account of %(name)s is open again.") % {"name": person}


def _promote(request: HttpRequest, person: User) -> str:
    people.set_administrator(person, True, by=administrator(request))
    return _("%(name)s is an administrator now.") % {"name": person}


def _demote(request: HttpRequest, person: User) -> str:
    people.set_administrator(person, False, by=administrator(request))
    return _("%(name)s is not an administrator any more.") % {"name": person}


def _end_sessions(request: HttpRequest, person: User) -> str:
    ended = people.end_sessions(person, by=administrator(request))
    return ngettext("%(n)d session has been ended.", "%(n)d sessions have been ended.", ended) % {"n": ended}


def _hand_over(request: HttpRequest, person: User) -> str:
    form = SuccessorForm(person, request.POST)
    if not form.is_valid():
        raise AccountError(_("Choose who becomes the owner."))
    successor = form.cleaned_data["successor"]
    number = matters.hand_over(person, successor, user=administrator(request))
    sentence = ngettext("%(name)s is now an owner of %(n)d case.", "%(name)s is now an owner of %(n)d cases.", number)
    return sentence % {"name": successor, "n": number}


ACTIONS: dict[str, Callable[[HttpRequest, User], str]] = {
    "close": _close,
    "open": _open,
    "promote": _promote,
    "demote": _demote,
    "end-sessions": _end_sessions,
    "hand-over": _hand_over,
}
