"""Signing in and out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from lexintel.accounts.passwords import seconds_to_wait
from lexintel.accounts.throttle import sentence


class Throttled:
    """A form that says when there were too many wrong passwords, and how long to wait."""

    request: HttpRequest | None

    def get_invalid_login_error(self) -> ValidationError:
        if self.request is not None and (seconds := seconds_to_wait(self.request)):
            return ValidationError(sentence(seconds), code="throttled")
        error: ValidationError = super().get_invalid_login_error()  # type: ignore[misc]
        return error


class InOurFrame:
    """A form whose fields look like those of the pages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]
            field.widget.attrs["class"] = "form-control"


class AdminSignInForm(Throttled, InOurFrame, AdminAuthenticationForm):
    """The admin's door, under the same rule."""


class SignInForm(Throttled, InOurFrame, AuthenticationForm):
    error_messages = {
        "invalid_login": _("That name and password do not match. Mind upper and lower case."),
        "inactive": _("This account has been closed. Ask your administrator."),
    }


class SignIn(LoginView):
    template_name = "registration/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        if seconds := seconds_to_wait(self.request):
            response.status_code, response["Retry-After"] = 429, str(seconds)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """`demo_login` is (name, password) where this is the embedded demo, which says its login plainly."""
        return super().get_context_data(demo_login=getattr(settings, "DEMO_LOGIN", None), **kwargs)
