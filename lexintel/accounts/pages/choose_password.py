"""The page behind a one-time link: choose a password, and be signed in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from lexintel.accounts import people
from lexintel.accounts.pages.forms import ChoosePasswordForm
from lexintel.models import User


class ChoosePassword(PasswordResetConfirmView):
    """Django's view keeps the token in the session and redirects, so that the link does not stand in the address of a page with content."""

    template_name = "registration/choose_password.html"
    form_class = ChoosePasswordForm
    token_generator = people.links
    reset_url_token = "password"  # noqa: S105 (the last word of the address)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(person=self.user if self.validlink else None, **kwargs)

    def form_valid(self, form: ChoosePasswordForm) -> HttpResponse:  # type: ignore[override]
        assert isinstance(self.user, User)  # noqa: S101 (dispatch lets nobody else come here)
        del self.request.session[INTERNAL_RESET_SESSION_TOKEN]
        people.set_password(self.user, form.cleaned_data["new_password1"], by=self.user)
        login(self.request, self.user, settings.AUTHENTICATION_BACKENDS[0])
        messages.success(self.request, _("Welcome. Your password has been set."))
        return HttpResponseRedirect(reverse(settings.LOGIN_REDIRECT_URL))
