from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.views import case_page, visible_case


@login_required
def search(request: HttpRequest) -> HttpResponse:
    return render(request, "documents/search.html", {"rail": "search"})


@login_required
def case_search(request: HttpRequest, pk: UUID) -> HttpResponse:
    return case_page(request, visible_case(request, pk), "search", "documents/search.html")
