"""The law library: rulings by court and year, sections by code and title, and the page of each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from cases.models import Ruling, RulingSource, Statute
from cases.services.authorities import court_name
from documents.models import Document
from documents.services.authorities import law_facts, lookup
from documents.views.detail import reading_page

PER_PAGE = 50
MOST_COURTS = 40
CODES = {"usc": "U.S.C.", "cfr": "C.F.R."}


@login_required
def rulings(request: HttpRequest) -> HttpResponse:
    asked, court, year = (request.GET.get(name, "").replace("\x00", "").strip() for name in ("q", "court", "year"))
    found = lookup.with_words(lookup.rulings_for(request.user), asked) if asked else lookup.rulings_for(request.user)
    narrowed = found.filter(court_id=court) if court else found
    if year.isdecimal() and len(year) == 4:
        narrowed = lookup.of_year(narrowed, int(year))
    page = Paginator(narrowed.order_by(F("date").desc(nulls_last=True), "-id"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "q": asked, "court": court, "year": year, "courts": _courts(asked), "years": _years(asked, court),
        "court_label": court_name(court) or court, **_frame(request, "rulings", bool(asked or court or year)),
    }  # fmt: skip
    return render(request, "library/rulings.html", context)


@login_required
def statutes(request: HttpRequest) -> HttpResponse:
    asked, code, title = (request.GET.get(name, "").replace("\x00", "").strip() for name in ("q", "code", "title"))
    found = lookup.versions_on(lookup.statutes_for(request.user))
    found = lookup.sections_with_words(found, asked) if asked else found
    narrowed = found.filter(code=code) if code else found
    narrowed = narrowed.filter(title=title) if title else narrowed
    page = Paginator(lookup.in_order(narrowed), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "q": asked, "code": code, "title": title, "titles": _titles(asked),
        **_frame(request, "statutes", bool(asked or code or title)),
    }  # fmt: skip
    return render(request, "library/statutes.html", context)


@login_required
def ruling(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Its first text in the reader; its facts alone where it has none. One that was found to be another leads there."""
    if merged := RulingSource.objects.filter(former=pk).select_related("ruling").first():
        return redirect(merged.ruling)
    found = get_object_or_404(lookup.rulings_for(request.user).select_related("importance"), pk=pk)
    if (text := _text_of(Document.objects.filter(ruling=found).order_by("opinion__position", "created", "pk"), request)) is not None:
        return reading_page(request, text)
    return render(request, "library/bare.html", {"rail": "library", **law_facts.of_ruling(found, request.user)})


@login_required
def statute(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(lookup.statutes_for(request.user), pk=pk)
    if (text := _text_of(Document.objects.filter(statute=found).order_by("pk"), request)) is not None:
        return reading_page(request, text)
    return render(request, "library/bare.html", {"rail": "library", **law_facts.of_statute(found)})


def _text_of(documents: QuerySet[Document], request: HttpRequest) -> UUID | None:
    return documents.filter(pk__in=Document.objects.visible_to(request.user).values("pk")).values_list("pk", flat=True).first()


def _frame(request: HttpRequest, tab: str, narrowed: bool) -> dict[str, Any]:
    """What both lists share. `empty` says that the library has nothing of the kind at all."""
    model = Ruling if tab == "rulings" else Statute
    return {"rail": "library", "tab": tab, "narrowed": narrowed, "empty": not model.objects.exists(), "is_staff": request.user.is_staff}


def _courts(asked: str) -> list[dict[str, Any]]:
    """The courts of what was found, those of most rulings first."""
    found = lookup.with_words(Ruling.objects.all(), asked) if asked else Ruling.objects.all()
    rows = found.exclude(court_id="").order_by().values_list("court_id").annotate(n=Count("pk")).order_by("-n", "court_id")[:MOST_COURTS]
    return [{"id": court, "label": court_name(court) or court, "count": count} for court, count in rows]


def _years(asked: str, court: str) -> list[tuple[int, int]]:
    found = lookup.with_words(Ruling.objects.all(), asked) if asked else Ruling.objects.all()
    found = found.filter(court_id=court) if court else found
    return list(found.exclude(date=None).order_by().values_list("date__year").annotate(n=Count("pk")).order_by("-date__year"))


def _titles(asked: str) -> list[dict[str, Any]]:
    found = lookup.sections_with_words(Statute.objects.all(), asked) if asked else Statute.objects.all()
    rows = found.filter(~Q(code="")).order_by().values_list("code", "title").annotate(n=Count("key", distinct=True))
    counted = [
        {"code": code, "title": title, "count": count, "label": f"{title} {CODES.get(code, code)}".strip()} for code, title, count in rows
    ]
    return sorted(counted, key=lambda row: (row["code"], int(row["title"]) if row["title"].isdecimal() else 10**6, row["title"]))
