"""The page of more like this: what is most like a passage, a document or a ruling, shown like the results of a search."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.models import Case
from documents.models import Document
from documents.services.search import SearchError
from documents.services.search.alike import alike_to, like_of_address, source_of
from documents.services.search.asked import of_address
from documents.services.search.request import PAGE_SIZE


@login_required
@require_safe
def like(request: HttpRequest) -> HttpResponse:
    """404 for what the user may not see; 400 with a sentence where nothing, or more than one thing, was named."""
    case = _case(request)
    kind = request.GET.get("kind", "")
    context: dict[str, Any] = {
        "rail": "search",
        "kinds": dict(Document.Kind.choices),
        "kind": kind if kind in Document.Kind.values else "",
        "within": case,
        "library": case is None and bool(request.GET.get("library")),
    }
    try:
        source = source_of(like_of_address(request.GET), request.user)
        context |= {"source": source, "own_case": _own_case(source.case, case, request)}
        wanted = of_address(request.GET, request.user, case.pk if case else None)
        answer = alike_to(wanted, source)
    except SearchError as error:
        return render(request, "documents/search_like.html", context | {"error": error}, status=400)
    context |= {"answer": answer, "first": (answer.page - 1) * PAGE_SIZE + 1}
    return render(request, "documents/search_like.html", context)


def _case(request: HttpRequest) -> Case | None:
    """The case of the address; one that does not exist for the user is as if none had been named, as on the search page."""
    try:
        asked = uuid.UUID(request.GET.get("case", ""))
    except ValueError:
        return None
    return Case.objects.visible_to(request.user).filter(pk=asked).first()


def _own_case(of_source: uuid.UUID | None, narrowed: Case | None, request: HttpRequest) -> Case | None:
    """The source's own case, to look in it alone; None where that is done already."""
    if of_source is None or narrowed is not None:
        return None
    return Case.objects.visible_to(request.user).filter(pk=of_source).first()
