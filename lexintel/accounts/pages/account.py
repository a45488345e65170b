"""The page "Account": one's own name, time zone, password, tokens and sessions."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from lexintel.accounts import people
from lexintel.accounts.pages.forms import PasswordForm, ProfileForm, TokenForm
from lexintel.accounts.sessions import sessions_of
from lexintel.models import ApiToken, User

PROFILE = ("first_name", "last_name", "email", "time_zone")


def _page(request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    user = cast(User, request.user)
    context.setdefault("profile", ProfileForm(initial={field: getattr(user, field) for field in PROFILE}))
    context.setdefault("password", PasswordForm(request))
    context.setdefault("token_form", TokenForm())
    context |= {"tokens": user.api_tokens.all(), "sessions": sessions_of(user, request.session.session_key), "rail": "account"}
    response = render(request, "accounts/account.html", context, status=status)
    response["HX-Push-Url"] = reverse("account")  # the address of what is shown, whichever form was sent
    return response


@login_required
def account(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _page(request, profile=form, status=422)
    people.change_profile(cast(User, request.user), **form.cleaned_data)
    messages.success(request, _("Your account has been changed."))
    return redirect("account")


@sensitive_post_parameters()
@login_required
@require_POST
def change_password(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    form = PasswordForm(request, request.POST)
    if not form.is_valid():
        return _page(request, password=form, status=422)
    people.set_password(user, form.cleaned_data["new_password1"], by=user, keep=request.session.session_key)
    update_session_auth_hash(request, user)
    messages.success(request, _("Your password has been changed. Wherever else you were signed in, you are not any more."))
    return redirect("account")


@login_required
@require_POST
def token_new(request: HttpRequest) -> HttpResponse:
    """The answer itself shows the key, the only time that it can be seen."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, token_form=form, status=422)
    days = form.cleaned_data["days"]
    key = people.make_token(cast(User, request.user), form.cleaned_data["name"], int(days) if days else None)
    return _uncached(_page(request, new_key=key, new_key_name=form.cleaned_data["name"]))


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    user = cast(User, request.user)
    token = get_object_or_404(ApiToken, pk=pk, user=user)
    people.revoke_token(token, by=user)
    messages.success(request, _("The token “%(name)s” has been revoked.") % {"name": token.name})
    return redirect("account")


@login_required
@require_POST
def session_end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = cast(User, request.user)
    people.end_sessions(user, by=user, only=public_id)
    messages.success(request, _("That session has been ended."))
    return redirect("account")


@login_required
@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """All but this one."""
    user = cast(User, request.user)
    ended = people.end_sessions(user, by=user, keep=request.session.session_key)
    sentence = ngettext("%(n)d other session has been ended.", "%(n)d other sessions have been ended.", ended)
    messages.success(request, sentence % {"n": ended})
    return redirect("account")
