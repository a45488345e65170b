"""A document's text, or its pictures, as sheets of paper: what is printed where there is no PDF."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from documents.models import Document
from documents.services.reading import text_view


@login_required
def document_paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    documents = Document.objects.visible_to(request.user).select_related("case", "text_version", "duplicate_of__text_version")
    document = get_object_or_404(documents, pk=pk)
    is_picture = document.mime.startswith("image/") and bool(document.stored_as)
    paper = text_view.paper_of(document, with_text=not is_picture)
    return render(request, "documents/paper.html", {"document": document, "paper": paper, "is_picture": is_picture})
