"""The authorities of a case: the list, where each is cited, what the check found, and decisions on doubtful ones."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cases.models import AuditEvent, Case
from cases.views import case_page, visible_case
from documents import sheets
from documents.models import Citation, CitationDecision, Tag
from documents.services.authorities import case_checks, decisions, of_case, tables
from documents.services.authorities.of_case import CitedAuthority, Narrowed
from documents.services.authorities.passages import passages
from documents.views.checking import HEADINGS

PER_PAGE = 100
PASSAGES_PER_PAGE = 50
FINDINGS_PER_PAGE = 50
KINDS = {
    "case": gettext_lazy("Cases"),
    "constitution": gettext_lazy("Constitutions"),
    "statute": gettext_lazy("Statutes"),
    "regulation": gettext_lazy("Regulations"),
    "rule": gettext_lazy("Rules"),
    "other": gettext_lazy("Other authorities"),
}
_COLUMNS = (
    ("name", gettext_lazy("Authority")),
    ("year", gettext_lazy("Year")),
    ("mentions", gettext_lazy("Mentions")),
    ("documents", gettext_lazy("Documents")),
)


@login_required
def case_authorities(request: HttpRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    tag, asked = _asked(request, case)
    every = of_case.authorities_of(case, tag)
    found = asked.apply(every)
    context: dict[str, Any] = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")), "asked": asked, "tag": tag,
        "tags": case.tags.order_by("name"), "kinds": _kinds(every), "columns": _columns(asked.order), "total": len(every),
        "missing": sum(not one.in_library for one in every), "doubtful": sum(one.doubtful > 0 for one in every),
        "unread": of_case.unread_count(case), "narrowed": asked != Narrowed(order=asked.order), "view": "list",
    }  # fmt: skip
    return case_page(request, case, "authorities", "documents/authorities.html", **context)


def _asked(request: HttpRequest, case: Case) -> tuple[Tag | None, Narrowed]:
    """What of the list is asked for; a tag that the case does not have asks for nothing."""
    values = {
        name: request.GET.get(name, "").replace("\x00", "").strip()[:200] for name in ("q", "kind", "have", "doubtful", "tag", "order")
    }
    tag = case.tags.filter(pk=int(values["tag"])).first() if values["tag"].isdecimal() and len(values["tag"]) < 18 else None
    return tag, Narrowed(
        q=values["q"], kind=values["kind"] if values["kind"] in KINDS else "",
        have=values["have"] if values["have"] in ("yes", "no") else "",
        doubtful=values["doubtful"] == "1", only=tag is not None, order=values["order"] or "-mentions",
    )  # fmt: skip


def _kinds(every: list[CitedAuthority]) -> list[dict[str, Any]]:
    counts = Counter(one.heading for one in every)
    return [{"key": key, "label": label, "count": counts[key]} for key, label in KINDS.items() if counts[key]]


def _columns(order: str) -> list[dict[str, Any]]:
    """Names are sorted from A first, numbers from the largest."""
    columns = []
    for key, label in _COLUMNS:
        first, second = (key, f"-{key}") if key == "name" else (f"-{key}", key)
        after = second if order == first and key != "name" else first
        columns.append({"key": key, "label": label, "next": after, "sort": {key: "ascending", f"-{key}": "descending"}.get(order, "none")})
    return columns


@login_required
def authority_passages(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Each place where one authority is cited."""
    case = visible_case(request, pk)
    name = request.GET.get("authority", "").replace("\x00", "")[:200]
    found = of_case.passages_of(case, name)
    if not found:
        raise Http404
    authority = next(one for one in of_case.authorities_of(case) if one.id == name)
    page = Paginator(found, PASSAGES_PER_PAGE).get_page(request.GET.get("page"))
    shown = passages(list(page.object_list))
    context: dict[str, Any] = {
        "page": page,
        "passages": shown,
        "authority": authority,
        "view": "list",
        "doubtful_below": of_case.DOUBTFUL_BELOW,
    }
    return case_page(request, case, "authorities", "documents/authority.html", **context)


@login_required
def authority_findings(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the check of the case's documents found."""
    case = visible_case(request, pk)
    checked = case_checks.of_case(case, request.user)
    decided = decisions_on(case)
    rows: list[dict[str, Any]] = [
        {
            "document": document,
            "title": title,
            "one": one,
            "decided": decided.get((document, " ".join(one["text"].split())[:300], one["key"])),
        }
        for document, title, one in checked.findings
    ]
    order = list(HEADINGS)
    rows.sort(key=lambda row: order.index(row["one"]["group"]))
    page = Paginator(rows, FINDINGS_PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"page": page, "checked": checked, "headings": HEADINGS, "view": "findings"}
    return case_page(request, case, "authorities", "documents/authority_findings.html", **context)


def decisions_on(case: Case) -> dict[tuple[UUID, str, str], str]:
    rows = CitationDecision.objects.filter(document__case=case, document__deleted_at=None)
    return {(document, text, key): verdict for document, text, key, verdict in rows.values_list("document", "text", "key", "verdict")}


@login_required
@require_POST
def authority_decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    verdict = request.POST.get("verdict", "")
    asked = request.POST.get("citation", "")
    if verdict not in ("", *CitationDecision.Verdict.values) or not (asked.isascii() and asked.isdecimal() and len(asked) < 18):
        raise Http404
    mention = get_object_or_404(Citation.objects.visible_to(request.user).filter(text_version__document__case=case), pk=int(asked))
    decisions.decide(case, mention, verdict, request.user)
    said = {"confirmed": _("Confirmed."), "rejected": _("It counts no longer."), "": _("The decision has been taken back.")}
    messages.success(request, said[verdict])
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("documents:case-authorities", args=[case.pk])
    return redirect(back)


@login_required
@require_safe
def authorities_export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The list as it is narrowed now, as a file for spreadsheets."""
    case = visible_case(request, pk)
    form = request.GET.get("as", "csv")
    if form not in sheets.TYPES:
        return render(request, "400.html", status=400)
    tag, asked = _asked(request, case)
    rows = tables.rows_of(asked.apply(of_case.authorities_of(case, tag)))
    made = sheets.made(rows, form, _("Authorities"))
    AuditEvent.write("authorities.exported", case=case, actor=request.user, target=case, form=form, rows=len(rows) - 1)
    name = f"{case.title} ({_('authorities')}).{form}"
    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(made, content_type=sheets.TYPES[form], headers=headers)
