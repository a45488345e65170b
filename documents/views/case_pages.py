"""The documents of a case as a person works with them: the list."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Role
from cases.views import case_page, visible_case
from documents.filters import DELETED, STATES, Narrowing
from documents.models import Document, SavedFilter
from documents.services.bulk import downloads, works
from documents.services.organising import tags
from documents.services.reading.facts import kind_groups
from documents.services.reading.failures import reasons_of
from documents.services.reading.overview import attach_live, counts_of, deleted_of, documents_of
from tasks.batches import control

DOCUMENTS_PER_PAGE = 100


@login_required
def case_documents(request: HttpRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    asked = Narrowing.of(request.GET)
    role = case.role_of(request.user)
    may_restore = role is not None and role.includes(Role.EDITOR)
    counts = counts_of(case)
    if not may_restore:
        counts[DELETED] = 0
    found = asked.apply(_listed(case, asked, may_restore))
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
        works=works.under_way(case),
        downloads=downloads.of_case(case, request.user),
        states=_chips(asked.status, counts[DELETED]),
        asked=asked,
        words=asked.words(),
        kind_groups=kind_groups(),
        columns=_columns(asked.order),
        tags=tags.of_cases(case.tags.all()),
        saved=(saved := _saved(case, request.user, asked)),
        saved_now=any(one["on"] for one in saved),
        **_failures(case, asked),
    )


def _listed(case: Case, asked: Narrowing, may_restore: bool) -> Any:
    if asked.status != DELETED:
        return documents_of(case)
    return deleted_of(case) if may_restore else Document.objects.none()


def _failures(case: Case, asked: Narrowing) -> dict[str, Any]:
    """Why documents failed, the reason that is asked for, and how many of what is shown trying again can help."""
    reasons = reasons_of(case) if asked.status == Document.Status.FAILED else []
    reason = next((one for one in reasons if asked.cause and asked.cause in (one.key, *one.codes)), None)
    return {
        "reasons": reasons,
        "reason": reason,
        "can_help": sum(one.count for one in ([reason] if reason else reasons) if one.helps),
    }


def _saved(case: Case, user: Any, asked: Narrowing) -> list[dict[str, Any]]:
    """The reader's filters of this case, each with its address and whether the list shows it now."""
    shown = []
    for saved in SavedFilter.objects.visible_to(user).filter(case=case).select_related("user"):
        narrowing = Narrowing.of(saved.words)
        shown.append({"filter": saved, "query": narrowing.query(), "on": narrowing == asked, "own": saved.user_id == user.pk})
    return shown


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
