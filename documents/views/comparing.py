"""What a document is the same as, or nearly, and two documents side by side."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from documents.services.reading.comparison import compare
from documents.services.reading.folding import part_of
from documents.services.similarity.neighbours import neighbours_of
from documents.views.detail import number_asked, visible_document


@login_required
def document_similar(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same and similar ones as a fragment."""
    document = visible_document(request, pk)
    return render(request, "documents/detail_similar.html", {"document": document, "neighbours": neighbours_of(document, request.user)})


@login_required
def document_compare(request: HttpRequest, pk: UUID, other: UUID) -> HttpResponse:
    left, right = visible_document(request, pk), visible_document(request, other)
    found = compare(left, right)
    context = {
        "document": left,
        "left": left,
        "right": right,
        "case": left.case,
        "comparison": found,
        "part": part_of(found, number_asked(request, "part") or 1),
        "rail": "" if left.case else "search",
    }
    return render(request, "documents/compare.html", context)
