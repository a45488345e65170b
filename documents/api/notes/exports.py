"""/api/documents/{id}/notes/export/: a document's notes as a file. A plain async view, so that the making of a PDF holds nobody up."""

from __future__ import annotations

from pathlib import Path

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from documents.api.errors import answer
from documents.api.streams import GONE, made_file, may_go_on, with_visible
from documents.errors import Refused
from documents.models import Document
from documents.services.extraction.formats import DOCX, PDF
from documents.services.production import note_exports
from documents.services.production.child import MADE

TYPES = {"pdf": PDF, "csv": "text/csv; charset=utf-8", "json": "application/json", "docx": DOCX}


@require_safe
@with_visible(Document.objects.select_related("text_version", "duplicate_of__text_version"), GONE)
async def note_export(request: HttpRequest, document: Document) -> HttpResponseBase:
    """`?as=pdf|csv|json|docx`; with `&private=1` also the asking person's private notes."""
    form = request.GET.get("as", "pdf")
    if form not in TYPES:
        return answer(400, _("Notes can be had as pdf, csv, json or docx."), "bad_form")
    private = request.GET.get("private") == "1"
    notes = await sync_to_async(note_exports.exported)(document, request.user, private=private)
    name = f"{Path(document.name or document.title).stem} ({_('notes')}).{form}"
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment", "Cache-Control": "private, no-store"}
    if form in note_exports.LISTS:
        made = await sync_to_async(note_exports.LISTS[form], thread_sensitive=False)(document, notes)
        return HttpResponse(made, content_type=TYPES[form], headers={**headers, "X-Content-Type-Options": "nosniff"})
    try:
        folder = await sync_to_async(note_exports.annotated_pdf, thread_sensitive=False)(document, notes)
    except FileNotFoundError:
        return answer(404, _("This document has no file."), "no_file")
    except Refused as refusal:
        return answer(409 if refusal.code == "no_pages" else 422, refusal.message, refusal.code)
    body = made_file(folder, MADE, may_go_on(request, document))
    return StreamingHttpResponse(body, content_type=PDF, headers=headers)
