from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Role


class CaseForm(forms.ModelForm):
    """A new case needs a title; the rest can wait."""

    class Meta:
        model = Case
        fields = ["title", "docket_number", "court"]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "title": forms.TextInput(attrs={"class": "form-control", "autofocus": True, "autocomplete": "off"}),
            "docket_number": forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
            "court": forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        }
        error_messages = {"title": {"required": _("A case needs a title.")}}


class EditCaseForm(CaseForm):
    class Meta(CaseForm.Meta):
        fields = ["title", "docket_number", "court", "status", "description"]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            **CaseForm.Meta.widgets,
            "title": forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
            "status": forms.Select(attrs={"class": "form-select"}),
            "description": forms.Textarea(attrs={"class": "form-control", "rows": 4}),
        }


class MemberForm(forms.Form):
    """Let a person in by the name he signs in with."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", "autocapitalize": "none"}),
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=Role.choices, initial=Role.EDITOR, widget=forms.Select(attrs={"class": "form-select"})
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)
