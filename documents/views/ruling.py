"""The pages of a ruling beside its text: who cites it, what it cites, what was said of it, and the picture of its neighbourhood."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cases.models import Ruling
from documents.models import TreatmentCue
from documents.services.authorities import law_facts, lookup
from documents.services.authorities.graph import cues, edges, neighbourhood, picture, related

PER_PAGE = 20


@login_required
def cited_by(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Texts that cite it: those of the library, or those of the user's cases (`?in=cases`)."""
    ruling = _ruling(request, pk)
    order = _order(request, edges.CITING_ORDERS)
    rows = {of_cases: edges.citing_texts(request.user, ruling, of_cases=of_cases, order=order) for of_cases in (False, True)}
    of_cases = request.GET.get("in") == "cases"
    page = Paginator(rows[of_cases], PER_PAGE).get_page(request.GET.get("page"))
    places = [
        {"key": "", "label": _("In the library"), "count": rows[False].count(), "on": not of_cases},
        {"key": "cases", "label": _("In your cases"), "count": rows[True].count(), "on": of_cases},
    ]
    listed = {"page": page, "edges": edges.as_citing(request.user, ruling, list(page.object_list)), "places": places, "of_cases": of_cases}
    return render(request, "library/ruling_cited_by.html", {**_frame(request, ruling, "cited-by"), **listed, **_orders(order)})


@login_required
def cites(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The authorities that it cites."""
    ruling = _ruling(request, pk)
    order = _order(request, edges.CITED_ORDERS)
    page = Paginator(edges.cited_authorities(request.user, ruling, order=order), PER_PAGE).get_page(request.GET.get("page"))
    listed = {"page": page, "edges": edges.as_cited(request.user, ruling, list(page.object_list))}
    return render(request, "library/ruling_cites.html", {**_frame(request, ruling, "cites"), **listed, **_orders(order)})


@login_required
def treatment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The sentences that say what was done to it."""
    ruling = _ruling(request, pk)
    page = Paginator(cues.of_ruling(request.user, ruling), PER_PAGE).get_page(request.GET.get("page"))
    context = {**_frame(request, ruling, "treatment"), "page": page, "cues": cues.shown(request.user, page.object_list)}
    return render(request, "library/ruling_treatment.html", context)


@login_required
def graph(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Its neighbourhood as a picture and as the table of the same."""
    ruling = _ruling(request, pk)
    around = neighbourhood.around(request.user, ruling)
    order = request.GET.get("order", "")
    context = {
        **_frame(request, ruling, "graph"), "around": around, "picture": picture.drawn(around), "rows": _sorted(around.nodes, order),
        "columns": _columns(order), "related": related.related_to(ruling.pk), "kinds": _kinds(around),
    }  # fmt: skip
    return render(request, "library/ruling_graph.html", context)


@login_required
@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirm or reject a cue, or take that back."""
    state = request.POST.get("state", "")
    cue = cues.visible(request.user, pk)
    if state not in TreatmentCue.State.values:
        return HttpResponseBadRequest(_("A cue can be confirmed, rejected or unreviewed."))
    cue = cues.decide(request.user, cue.pk, state)
    messages.success(request, _("%(kind)s: %(state)s.") % {"kind": cue.get_kind_display(), "state": cue.get_state_display().lower()})
    ruling = cue.citation.ruling if cue.citation is not None else None
    return redirect("documents:ruling-treatment", ruling.pk) if ruling is not None else redirect(cue.document)


def _ruling(request: HttpRequest, pk: UUID) -> Ruling:
    return get_object_or_404(lookup.rulings_for(request.user).select_related("importance"), pk=pk)


def _frame(request: HttpRequest, ruling: Ruling, tab: str) -> dict[str, Any]:
    return {"rail": "library", **law_facts.of_ruling(ruling, request.user), "law_tab": tab}


def _order(request: HttpRequest, known: Iterable[str]) -> str:
    asked = request.GET.get("order", "")
    return asked if asked in known else "depth"


def _orders(order: str) -> dict[str, Any]:
    labels = {"depth": _("Most mentions"), "date": _("Newest"), "importance": _("Importance"), "name": _("Name")}
    return {"orders": [{"key": key if key != "depth" else "", "label": label, "on": key == order} for key, label in labels.items()]}


# -- the table of the neighbourhood ------------------------------------------------------------------------------------------------

_KEYS: dict[str, Any] = {
    "number": lambda node: node.number,
    "name": lambda node: node.name.casefold(),
    "date": lambda node: node.dated,
    "cites": lambda node: node.cites,
    "cited": lambda node: node.cited,
    "importance": lambda node: -1 if node.percentile is None else node.percentile,
}


def _sorted(nodes: list[neighbourhood.Node], order: str) -> list[neighbourhood.Node]:
    """The nodes in the order of a column (descending with a minus before it); their numbers stay."""
    key = _KEYS.get(order.removeprefix("-"), _KEYS["number"])
    return sorted(nodes, key=lambda node: (key(node), node.number), reverse=order.startswith("-"))


def _columns(order: str) -> list[dict[str, Any]]:
    """The table's heads: what a click sorts by, and how it is sorted now (the value of aria-sort)."""
    labels = {
        "number": _("No."), "name": _("Name"), "date": _("Date"), "cites": _("Cites it"), "cited": _("Cited by it"),
        "importance": _("Importance"),
    }  # fmt: skip
    now = order or "number"
    return [
        {
            "key": key, "label": label, "number": key in ("cites", "cited", "importance"), "next": f"-{key}" if now == key else key,
            "sort": {key: "ascending", f"-{key}": "descending"}.get(now, "none"),
        }
        for key, label in labels.items()
    ]  # fmt: skip


def _kinds(around: neighbourhood.Neighbourhood) -> list[tuple[str, str, int]]:
    """The legend: (kind, what it is, how many there are)."""
    rulings, missing, documents = (around.counts[kind] for kind in (neighbourhood.RULING, neighbourhood.MISSING, neighbourhood.DOCUMENT))
    told = [
        (neighbourhood.RULING, ngettext("ruling of this library", "rulings of this library", rulings), rulings),
        (neighbourhood.MISSING, _("not in the library"), missing),
        (neighbourhood.DOCUMENT, ngettext("document of your cases", "documents of your cases", documents), documents),
    ]
    return [row for row in told if row[2]]
