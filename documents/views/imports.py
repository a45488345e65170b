"""Imports into the law library, for administrators: a file is given here, and what became of it is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from documents.api.law.imports import report_file
from documents.errors import Refused
from documents.models import LawImport
from documents.services.library import formats, starting
from tasks.models import TaskRecord

PER_PAGE = 50
LONGEST_WANTED = 300  # characters of the citation for which somebody came


@login_required
def imports(request: HttpRequest) -> HttpResponse:
    starting.require_staff(request.user)
    refused = ""
    if request.method == "POST":
        try:
            return redirect(_begun(request))
        except Refused as refusal:
            refused = refusal.message
    page = Paginator(LawImport.objects.select_related("user"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "refused": refused, "rail": "library", "tab": "imports", "is_staff": True, "kinds": LawImport.Kind.choices,
        "kind": request.POST.get("kind") or request.GET.get("kind") or "rulings",
        "wanted": request.GET.get("for", "")[:LONGEST_WANTED],
        "formats": {kind: _known(kind) for kind in LawImport.Kind.values},
    }  # fmt: skip
    return render(request, "library/imports.html", context, status=422 if refused else 200)


def _begun(request: HttpRequest) -> LawImport:
    file, kind = request.FILES.get("file"), request.POST.get("kind", "")
    if file is None:
        raise Refused(_("Choose a file."), "no_file")
    if kind not in LawImport.Kind.values:
        raise Refused(_("Say whether these are rulings or statutes."), "no_kind")
    return starting.import_upload(kind, file, file.name or "", request.user)


def _known(kind: str) -> list[str]:
    return [form.label for form in formats.formats() if form.kind == kind]


@login_required
def one_import(request: HttpRequest, pk: UUID) -> HttpResponse:
    starting.require_staff(request.user)
    record = get_object_or_404(LawImport.objects.select_related("user"), pk=pk)
    form = formats.by_name(record.format)
    context = {"record": record, "format": form.label if form else record.format, "rail": "library", "tab": "imports", "is_staff": True}
    context["percent"] = _percent(record)
    return render(request, "library/import.html", context)


def _percent(record: LawImport) -> float:
    """How far its task is; 0 where none runs."""
    if record.over or record.task_id is None:
        return 0.0
    return TaskRecord.objects.filter(pk=record.task_id).values_list("percent", flat=True).first() or 0.0


@login_required
@require_POST
def again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go on with an import that failed or was cancelled, behind the last record that landed."""
    return _done(request, pk, starting.go_on)


@login_required
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop an import; what has landed stays."""
    return _done(request, pk, starting.cancel)


@login_required
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The report as CSV."""
    starting.require_staff(request.user)
    return report_file(get_object_or_404(LawImport, pk=pk))


def _done(request: HttpRequest, pk: UUID, verb: Callable[[LawImport, Any], LawImport]) -> HttpResponse:
    starting.require_staff(request.user)
    record = get_object_or_404(LawImport, pk=pk)
    try:
        verb(record, request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect(record)
