"""The forms of accounts. What they may do is decided by `lexintel.accounts.people`."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lexintel.accounts.passwords import seconds_to_wait
from lexintel.accounts.throttle import sentence
from lexintel.accounts.zones import zones
from lexintel.models import User

LIFETIMES = (("30", _("30 days")), ("90", _("90 days")), ("365", _("one year")), ("", _("until it is revoked")))


def styled(form: forms.Form) -> None:
    """The frame's classes on every control."""
    for field in form.fields.values():
        widget = field.widget
        kind = "form-select" if isinstance(widget, forms.Select) else "form-check-input" if isinstance(widget, forms.CheckboxInput) else ""
        widget.attrs["class"] = kind or "form-control"


def zone_choices() -> list[tuple[str, Any]]:
    """Zones by continent, the browser's first."""
    groups: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in zones():
        area, _slash, place = name.partition("/")
        groups[area if place else ""].append((name, (place or name).replace("_", " ")))
    plain = groups.pop("", [])
    return [("", _("The one of the browser")), *plain, *groups.items()]


class ProfileForm(forms.Form):
    first_name = forms.CharField(label=_("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=150, required=False)
    email = forms.EmailField(label=_("E-mail address"), max_length=254, required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, choices=zone_choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        styled(self)


class PasswordForm(SetPasswordForm):
    """One's own new password; the present one is asked for at the same door, and under the same rule, as when signing in."""

    old_password = forms.CharField(
        label=_("Present password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    field_order = ["old_password", "new_password1", "new_password2"]

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(request.user, data, prefix="password")
        self.request = request
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password2"].label = _("New password again")
        for field in self.fields.values():
            field.help_text = ""
        styled(self)

    def clean_old_password(self) -> str:
        typed: str = self.cleaned_data["old_password"]
        if authenticate(self.request, username=self.user.get_username(), password=typed) is None:
            if seconds := seconds_to_wait(self.request):
                raise ValidationError(sentence(seconds), code="throttled")
            raise ValidationError(_("This is not your present password."), code="wrong_password")
        return typed


class ChoosePasswordForm(SetPasswordForm):
    """The first password of a new person, or another in place of a forgotten one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password2"].label = _("New password again")
        for field in self.fields.values():
            field.help_text = ""
        styled(self)


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What it is for"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    days = forms.ChoiceField(label=_("Valid"), choices=LIFETIMES, required=False, initial="90")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="token")
        styled(self)


class PersonForm(forms.Form):
    """A new person."""

    username = forms.CharField(
        label=_("User name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"})
    )
    first_name = forms.CharField(label=_("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=150, required=False)
    email = forms.EmailField(label=_("E-mail address"), max_length=254, required=False)
    administrator = forms.BooleanField(label=_("Administrator"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        styled(self)


class SuccessorForm(forms.Form):
    """Who becomes the owner of the cases that a person alone owns."""

    successor = forms.ModelChoiceField(label=_("New owner"), queryset=User.objects.none(), empty_label=_("Choose a person"))

    def __init__(self, person: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["successor"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 (declared above)
        field.queryset = User.objects.filter(is_active=True).exclude(pk=person.pk).order_by("first_name", "last_name", "username")
        styled(self)
