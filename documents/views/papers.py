"""The papers of a case: the list, what can be made, one paper with what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.models import Case, Role, Ruling
from cases.services import bluebook
from cases.services.citations import keys_in
from cases.views import case_page, visible_case
from documents.errors import Refused
from documents.models import Citation, Document, Paper, PaperFormat, PaperKind, PaperTemplate
from documents.services.papers import asking
from documents.services.papers.kinds import KINDS, hearing, memo, recording
from documents.services.papers.kinds.base import documents_of
from documents.services.search import Hit, SearchError, SearchRequest, search

TAB = "papers"
MOST_CHOICES = 500


@login_required
def case_papers(request: HttpRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    offered = [{"kind": kind, "label": PaperKind(key).label, "missing": kind.missing(case, request.user)} for key, kind in KINDS.items()]
    return case_page(request, case, TAB, "papers/list.html", papers=asking.of_case(case, request.user), offered=offered)


@login_required
def paper_new(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    """What a paper of this kind is to be made from; POST has it made."""
    case = visible_case(request, pk)
    case.require(request.user, Role.EDITOR)
    if kind not in KINDS:
        raise Http404
    refused, hits = "", []
    given = request.POST if request.method == "POST" else request.GET
    try:
        if request.method == "POST":
            return redirect(_asked(request, case, kind))
        hits = _hits(case, request.user, kind, given.get("q", ""))
    except Refused as refusal:
        refused = refusal.message
    templates = [one for one in PaperTemplate.objects.filter(active=True).defer("file", "text") if one.kind in ("", kind)]
    return case_page(
        request, case, TAB, "papers/new.html", kind=KINDS[kind], label=PaperKind(kind).label, refused=refused, given=given.dict(),
        hits=hits, formats=PaperFormat.choices, templates=templates,
        missing=KINDS[kind].missing(case, request.user), choices=_choices(case, request.user, kind), status=422 if refused else 200,
    )  # fmt: skip


def _asked(request: HttpRequest, case: Case, kind: str) -> Paper:
    """Raises Refused."""
    given: dict[str, Any] = {name: value for name, value in request.POST.items() if value and name != "csrfmiddlewaretoken"}
    given["passages"] = request.POST.getlist("passages")
    form, template = str(given.pop("format", "docx")), given.pop("template", "")
    if kind == PaperKind.CASE_BRIEF and not given.get("ruling") and not given.get("document") and given.get("citation"):
        given["ruling"] = _ruling_cited(str(given["citation"]))
    with transaction.atomic():
        file = request.FILES.get("file")
        if file is not None and kind == PaperKind.TABLE_OF_AUTHORITIES:
            given["document"] = asking.accepted_draft(case, request.user, file).pk
        return asking.ask(case, request.user, kind, form, given, site=request.build_absolute_uri("/"), template=template)


def _ruling_cited(written: str) -> UUID:
    keys = keys_in(written)
    found = list(Ruling.objects.filter(keys__overlap=keys)[:2]) if keys else []
    if not found:
        raise Refused(_("The library has no ruling that is cited as “%(cited)s”.") % {"cited": written[:80]}, "no_such_ruling")
    if len(found) > 1:
        raise Refused(
            _("Several rulings of the library are cited so; open the one that is meant, and make its brief there."), "several_rulings"
        )
    return found[0].pk


def _choices(case: Case, user: Any, kind: str) -> Mapping[str, list[tuple[Any, str]]]:
    """What can be chosen from, as (value, label)."""
    if kind == PaperKind.TABLE_OF_AUTHORITIES:
        documents = documents_of(case, user).filter(Document.READ, duplicate_of=None).order_by("title", "pk")
        return {"document": list(documents.values_list("pk", "title")[:MOST_CHOICES])}
    if kind == PaperKind.CASE_BRIEF:
        cited = Citation.objects.visible_to(user).filter(text_version__document__case=case, ruling__isnull=False)
        counted = dict(cited.order_by().values_list("ruling").annotate(n=Count("pk")).order_by("-n")[:MOST_CHOICES])
        known = Ruling.objects.filter(pk__in=counted, documents__deleted_at=None, documents__isnull=False).distinct()
        orders = documents_of(case, user).filter(Document.READ, Q(kind__in=Document.Kind.within("ruling"))).order_by("title", "pk")
        return {
            "ruling": [(one.pk, bluebook.ruling_citation(one)) for one in sorted(known, key=lambda one: one.name)],
            "document": list(orders.values_list("pk", "title")[:MOST_CHOICES]),
        }
    chosen = {PaperKind.HEARING_SUMMARY: hearing.choices, PaperKind.SESSION_ANALYSIS: recording.choices}
    return {"audio": chosen[PaperKind(kind)](case, user)} if kind in chosen else {}


def _hits(case: Case, user: Any, kind: str, question: str) -> list[Hit]:
    """The best passages for the question of a memo, to choose from. Raises Refused (query)."""
    if kind != PaperKind.MEMO or not question.strip():
        return []
    try:
        return search(SearchRequest(q=question[: memo.LONGEST_QUESTION], user=user, case=case.pk)).results[: memo.MOST]
    except SearchError as error:
        raise Refused(str(error.message), "query") from error


def _visible(request: HttpRequest, pk: UUID) -> Paper:
    papers = Paper.objects.visible_to(request.user).select_related("case", "created_by", "document", "previous", "template")
    return get_object_or_404(papers, pk=pk)


@login_required
def paper_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    (paper,) = asking.with_live([_visible(request, pk)])
    later = Paper.objects.visible_to(request.user).filter(previous=paper).order_by("-created").first()
    before = paper.previous if paper.previous and paper.previous.document_id and paper.document_id else None
    if before is not None and before.document is not None and before.document.deleted_at is not None:
        before = None
    return case_page(request, paper.case, TAB, "papers/paper.html", paper=paper, later=later, before=before, kind=KINDS[paper.kind])


@login_required
@require_POST
def paper_act(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    """again, cancel."""
    paper = _visible(request, pk)
    try:
        if action == "again":
            return redirect(asking.again(paper, request.user, site=request.build_absolute_uri("/")))
        if action != "cancel":
            raise Http404
        asking.cancel(paper, request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect(paper)
