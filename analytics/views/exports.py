"""Exports: one's own, and asking for one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from analytics.models import Export
from analytics.services.exports import asking
from analytics.services.exports.known import SOURCES
from analytics.services.exports.sources.base import Source
from documents.errors import Refused

LOCALES = {"en": gettext_lazy("comma between fields, decimal point"), "de": gettext_lazy("semicolon between fields, decimal comma")}


@login_required
@require_http_methods(["GET", "HEAD"])
def export_list(request: HttpRequest) -> HttpResponse:
    found = asking.of_user(request.user)
    topics = " ".join(one.topic for one in found if one.status not in Export.OVER)
    return render(request, "analytics/exports.html", {"exports": found, "topics": topics, "rail": "exports"})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def export_new(request: HttpRequest) -> HttpResponse:
    """What an export of ?what=...&id=... would contain; POST has it written."""
    given = request.POST if request.method == "POST" else request.GET
    source, target = SOURCES.get(given.get("what", "")), _id_of(given.get("id", ""))
    if source is None:
        raise Http404
    form = given.get("format", "") if given.get("format") in Export.Format.values else Export.Format.CSV.value
    context: dict[str, Any] = {"source": source, "target": target, "given": given, "form": form, "words": _words(source, given)}
    context |= {"formats": Export.Format.choices, "locales": LOCALES.items(), "label": Export.What(source.what).label}
    subject = source.subject(request.user, target)
    try:
        options = {**_options(source, given, form), "site": request.build_absolute_uri("/")}
        wanted = asking.order(request.user, source.what, target, form, options)
        if request.method == "POST":
            asking.ask(request.user, wanted)
            messages.success(request, _("The export is being written. Only you can download it, for a limited time."))
            return redirect("analytics:exports")
        context["size"] = asking.estimate(wanted)
        asking.require_possible(wanted, context["size"])
    except Refused as refusal:
        context["refused"] = refusal.message
    return render(request, "analytics/export_new.html", {**context, "subject": subject}, status=422 if "refused" in context else 200)


@login_required
@require_POST
def export_discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    asking.discard(get_object_or_404(Export.objects.visible_to(request.user), pk=pk), request.user)
    return redirect("analytics:exports")


def _id_of(text: str) -> UUID | None:
    """Raises Http404 for what is no id."""
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error


def _words(source: Source, given: QueryDict) -> dict[str, list[str]]:
    return {word: given.getlist(word) for word in sorted(source.words) if any(given.getlist(word))}


def _options(source: Source, given: QueryDict, form: str) -> dict[str, Any]:
    options: dict[str, Any] = {name: given[name] for name in ("since", "until") if name in source.takes and given.get(name)}
    if source.words:
        options["filters"] = _words(source, given)
    if form == "csv" and given.get("locale"):
        options["locale"] = given["locale"]
    return options
