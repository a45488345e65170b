"""A hit in its page: what the list of results opens beside it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from documents.models import Document
from documents.services.reading.previews.passage import preview
from documents.services.reading.text_view import Place
from documents.views.detail import LONGEST_NEAR, number_asked

LONGEST_QUERY = 2000


@login_required
@require_safe
def search_preview(request: HttpRequest) -> HttpResponse:
    """A fragment, by `?chunk=` with the words of the hit's own link (`page`, `at` or `near`) and the query `q`. Where there is no such
    passage for the user, or no longer, it says so, and is 404."""
    chunk = number_asked(request, "chunk")
    near, q = (request.GET.get(name, "").replace("\x00", " ") for name in ("near", "q"))
    place = Place(number_asked(request, "page"), chunk, at=number_asked(request, "at"), near=near[:LONGEST_NEAR])
    shown = preview(request.user, chunk, place, q[:LONGEST_QUERY]) if chunk is not None else None
    if shown is None:
        return render(request, "documents/search_preview_gone.html", status=404)
    context = {"shown": shown, "kinds": dict(Document.Kind.choices), "link": shown.url or _link(shown.document, place, shown.page)}
    return render(request, "documents/search_preview.html", context)


def _link(document: Document, place: Place, page: int) -> str:
    """The document's page with the passage and its sentence marked."""
    query = QueryDict(mutable=True)
    query.update({"page": str(page), "chunk": str(place.chunk)})
    if place.at is not None:
        query["at"] = str(place.at)
    elif place.near:
        query["near"] = place.near
    return f"{document.get_absolute_url()}?{query.urlencode()}"
