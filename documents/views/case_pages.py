"""The documents of a case as a person works with them: the list."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from cases.models import Role
from cases.views import case_page, visible_case
from documents.models import Document
from documents.services.reading.failures import reasons_of
from documents.services.reading.overview import STATES, attach_live, counts_of, deleted_of, documents_of
from tasks.batches import control

ORDERS = {"added": "created", "title": "title", "kind": "kind", "pages": "page_count", "date": "date", "status": "status"}
DOCUMENTS_PER_PAGE = 100
DELETED = "deleted"


def ordering(asked: str) -> list[Any]:
    """What to order by for `title`, `-added` and so on; the newest first where nothing valid is asked."""
    key = asked.removeprefix("-")
    nulls_last = True if key == "date" else None
    if asked.startswith("-") or key not in ORDERS:
        return [F(ORDERS.get(key, "created")).desc(nulls_last=nulls_last), "-pk"]
    return [F(ORDERS[key]).asc(nulls_last=nulls_last), "pk"]


@login_required
def case_documents(request: HttpRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    state, kind, asked = (request.GET.get(name, "").strip() for name in ("status", "kind", "q"))
    role = case.role_of(request.user)
    may_restore = role is not None and role.includes(Role.EDITOR)
    counts = counts_of(case)
    if not may_restore:
        counts[DELETED] = 0
    deleted = deleted_of(case) if may_restore else Document.objects.none()
    reasons = reasons_of(case) if state == "failed" else []
    reason = next((one for one in reasons if one.key == request.GET.get("cause")), None)
    found = _filtered(deleted if state == DELETED else documents_of(case), state, kind, asked)
    if reason is not None:
        found = found.filter(error_code__in=reason.codes)
    found = found.order_by(*ordering(request.GET.get("order", "")))
    page = Paginator(found, DOCUMENTS_PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = attach_live(page.object_list)
    return case_page(
        request,
        case,
        "documents",
        "documents/case_documents.html",
        role=role,
        page=page,
        counts=counts,
        batches=control.shown(case.pk),
        states=_chips(state, counts[DELETED]),
        state=state if state in STATES or state == DELETED else "",
        kinds=Document.Kind.choices,
        kind=kind if kind in Document.Kind.values else "",
        q=asked,
        order=request.GET.get("order", "-added"),
        columns=_columns(request.GET.get("order", "-added")),
        reasons=reasons if state == "failed" else [],
        reason=reason,
        can_help=sum(one.count for one in ([reason] if reason else reasons) if one.helps),
    )


def _filtered(documents: QuerySet[Document], state: str, kind: str, asked: str) -> QuerySet[Document]:
    if state in STATES:
        documents = documents.filter(STATES[state][1])
    if kind in Document.Kind.values:
        documents = documents.filter(kind=kind)
    if asked:
        documents = documents.filter(Q(title__icontains=asked) | Q(name__icontains=asked))
    return documents


def _chips(state: str, deleted: int) -> list[dict[str, Any]]:
    labels = {"": _("All"), **{key: label for key, (label, _state) in STATES.items()}}
    if deleted or state == DELETED:
        labels[DELETED] = _("Deleted")
    chosen = state if state in labels else ""
    return [{"key": key, "label": label, "on": key == chosen} for key, label in labels.items()]


def _columns(order: str) -> list[dict[str, Any]]:
    """The table's heads: what a click sorts by, and how it is sorted now (the value of aria-sort)."""
    heads = [
        ("title", _("Title")),
        ("kind", _("Kind")),
        ("pages", _("Pages")),
        ("date", _("Date")),
        ("status", _("Status")),
        ("added", _("Added")),
    ]
    return [
        {
            "key": key,
            "label": label,
            "next": f"-{key}" if order == key else key,
            "sort": {key: "ascending", f"-{key}": "descending"}.get(order, "none"),
        }
        for key, label in heads
    ]
