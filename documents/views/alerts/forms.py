from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.errors import Refused
from documents.models import SearchAlert
from documents.services.alerts.webhook import LONGEST_URL

WHERE = {"bad_when": "when", "bad_hour": "hour", "email_is_off": "email", "no_email": "email", "webhook_is_off": "webhook_url",
         "webhook_refused": "webhook_url"}  # fmt: skip
"""The field that a refusal is about."""


class AlertForm(forms.Form):
    when = forms.ChoiceField(
        label=_("When"), choices=SearchAlert.When.choices, initial=SearchAlert.When.AT_ONCE,
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip
    hour = forms.TypedChoiceField(
        label=_("A daily one, at"), coerce=int, choices=[(hour, f"{hour:02d}:00") for hour in range(24)], initial=7,
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip
    email = forms.BooleanField(label=_("Also by e-mail"), required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"}))
    webhook_url = forms.CharField(
        label=_("Webhook"), required=False, max_length=LONGEST_URL,
        widget=forms.URLInput(attrs={"class": "form-control", "autocomplete": "off", "placeholder": "https://hooks.example.org/lexintel"}),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, alert: SearchAlert | None = None) -> None:
        known = {name: getattr(alert, name) for name in ("when", "hour", "email", "webhook_url")} if alert is not None else None
        super().__init__(data, initial=known)

    def refuse(self, refusal: Refused) -> None:
        self.add_error(WHERE.get(refusal.code), refusal.message)
