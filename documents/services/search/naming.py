"""Documents without a passage (kept unread, failed, scans without text), which only their title and file name can find."""

from __future__ import annotations

import re

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from documents.models import Chunk, Document
from documents.services.search.request import Named, SearchRequest

MOST = 20
MOST_WORDS = 10
_WORD = re.compile(r"[^\W_]+")


def named(request: SearchRequest, text: str, kind: str = "") -> list[Named]:
    """Those whose title or file name has every word of the text, the newest first; `text` is what was asked, without operators."""
    words = list(dict.fromkeys(_WORD.findall(text)))[:MOST_WORDS]
    if not words:
        return []
    found = Document.objects.visible_to(request.user).filter(duplicate_of=None).select_related("case")
    for word in words:
        found = found.filter(Q(title__icontains=word) | Q(name__icontains=word))
    if request.case is not None:
        found = found.filter(case=request.case)
    if kind:
        found = found.filter(kind=kind)
    if request.date_from:
        found = found.filter(date__gte=request.date_from)
    if request.date_to:
        found = found.filter(date__lte=request.date_to)
    passages = Chunk.objects.filter(text_version=OuterRef("text_version"))
    return [_named(document) for document in found.filter(~Exists(passages)).order_by("-created", "-pk")[:MOST]]


def _named(document: Document) -> Named:
    return Named(
        document=document.pk,
        title=document.title,
        name=document.name,
        case=document.case_id,
        case_title=document.case.title if document.case is not None else "",
        kind=document.kind,
        date=document.date,
        note=_note(document),
        url=document.get_absolute_url(),
    )


def _note(document: Document) -> str:
    if document.status == Document.Status.FAILED:
        return document.error or _("It could not be read.")
    if document.notices:
        return str(document.notices[0]["text"])
    return _("It has not been read yet.") if document.text_version_id is None else _("No text was found in this document.")
