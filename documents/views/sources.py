"""Where a case's documents come from by themselves: watched folders and mailboxes, and what they brought and refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cases.models import Role
from cases.views import case_page, visible_case
from documents.errors import Refused
from documents.models import Source, SourceItem
from documents.services.sources import managing, overview
from documents.services.sources.kind import Field, Kind
from documents.services.sources.registry import kind_of, kinds

ITEMS_PER_PAGE = 100
TAB = "documents"
EVERY = [(1, gettext_lazy("every minute")), (5, gettext_lazy("every 5 minutes")), (15, gettext_lazy("every 15 minutes")),
         (60, gettext_lazy("every hour")), (24 * 60, gettext_lazy("every day"))]  # fmt: skip


class SourceForm(forms.Form):
    """What the kind asks for, then what all of them do."""

    def __init__(self, kind: Kind, *args: Any, source: Source | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in kind.fields:
            self.fields[field.name] = _field(field, source)
        every = EVERY if source is None or source.minutes in dict(EVERY) else [*EVERY, (source.minutes, f"{source.minutes} min")]
        self.fields["minutes"] = forms.TypedChoiceField(
            label=_("Look"), coerce=int, choices=every, initial=source.minutes if source else 5,
            widget=forms.Select(attrs={"class": "form-select"}),
        )  # fmt: skip
        self.fields["tags"] = forms.CharField(
            label=_("Tags for everything from there"), required=False, widget=_input(placeholder=_("Scans, Plaintiff")),
            initial=", ".join(source.options.get("tags", [])) if source else "", max_length=1000,
        )  # fmt: skip
        self.fields["folder_tags"] = forms.BooleanField(
            label=_("Make tags of its folders"), required=False, initial=source.options.get("folder_tags", True) if source else True,
            widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        )  # fmt: skip

    def typed(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """(options, password and minutes) for the verbs."""
        data = dict(self.cleaned_data)
        return data, {"password": data.pop("password", ""), "minutes": data.pop("minutes")}


def _input(**attributes: Any) -> forms.TextInput:
    return forms.TextInput(
        attrs={"class": "form-control", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", **attributes}
    )


def _field(field: Field, source: Source | None) -> forms.Field:
    initial = source.options.get(field.name, field.initial) if source else field.initial
    if field.secret:
        password = forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "new-password"})
        return forms.CharField(
            label=field.label, required=source is None, strip=False, max_length=500, widget=password, help_text=field.help
        )
    if field.choices:
        select = forms.Select(attrs={"class": "form-select"})
        return forms.ChoiceField(label=field.label, choices=field.choices, initial=initial, widget=select)
    if field.lines:
        lines = "\n".join(initial) if isinstance(initial, list) else initial
        area = forms.Textarea(attrs={"class": "form-control", "rows": 3, "spellcheck": "false"})
        return forms.CharField(label=field.label, initial=lines, max_length=10_000, widget=area, help_text=field.help)
    return forms.CharField(label=field.label, initial=initial, max_length=4000, widget=_input(), help_text=field.help)


@login_required
def case_sources(request: HttpRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    offered = [{"kind": kind, "off": kind.off()} for kind in kinds().values()]
    return case_page(request, case, TAB, "documents/sources.html", sources=overview.sources_of(case), offered=offered)


@login_required
def source_new(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    case = visible_case(request, pk)
    case.require(request.user, Role.OWNER)
    known = kind_of(kind)
    if known is None:
        raise Http404
    form = SourceForm(known, request.POST or None)
    if form.is_valid():
        options, more = form.typed()
        try:
            source = managing.add(case, request.user, known.key, options, **more)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("It is being looked at for the first time."))
            return redirect(source)
    return case_page(
        request, case, TAB, "documents/source_form.html", form=form, kind=known, off=known.off(), status=422 if form.is_bound else 200
    )


def _visible(request: HttpRequest, pk: UUID) -> Source:
    return get_object_or_404(Source.objects.visible_to(request.user).select_related("case", "created_by"), pk=pk)


@login_required
def source_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    (source,) = overview.described([_visible(request, pk)])
    outcome = request.GET.get("outcome", "")
    page = Paginator(overview.items_of(source, outcome), ITEMS_PER_PAGE).get_page(request.GET.get("page"))
    chips = [{"key": "", "label": _("All"), "count": sum(source.counts.values())}]
    chips += [{"key": key, "label": label, "count": source.counts[key]} for key, label in SourceItem.Outcome.choices]
    shown = [chip for chip in chips if chip["count"] or chip["key"] in ("", outcome)]
    return case_page(request, source.case, TAB, "documents/source.html", source=source, page=page, chips=shown, outcome=outcome)


@login_required
def source_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    source = _visible(request, pk)
    source.require(request.user, Role.OWNER)
    known = kind_of(source.kind)
    if known is None:
        raise Http404
    form = SourceForm(known, request.POST or None, source=source)
    if form.is_valid():
        options, more = form.typed()
        try:
            managing.change(source, request.user, options, **more)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The source has been changed."))
            return redirect(source)
    return case_page(
        request, source.case, TAB, "documents/source_form.html", form=form, kind=known, source=source, status=422 if form.is_bound else 200
    )


@login_required
@require_POST
def source_act(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    """look, again, pause, resume, remove."""
    source = _visible(request, pk)
    case_id = source.case_id
    try:
        if action in ("look", "again"):
            managing.ask_for_look(source, request.user, again=action == "again")
        elif action in ("pause", "resume", "remove"):
            getattr(managing, action)(source, request.user)
        else:
            raise Http404
    except Refused as refusal:
        messages.error(request, refusal.message)
    if action == "remove":
        messages.success(request, _("The source has been removed. What it brought stays in the case."))
        return redirect("documents:case-sources", pk=case_id)
    return redirect(source)
