"""The list as a Word file: what was asked of what, and each passage under its citation, with what was looked for marked."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from docx import Document as new_document
from docx.document import Document as WordDocument
from docx.enum.text import WD_COLOR_INDEX
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from cases.models import Case
from documents.models import Document
from documents.services.search.exports.listing import Entry
from documents.services.search.request import SearchRequest, SearchResponse
from tasks.base.printable import printable

_MODES = {"text": gettext_lazy("by words"), "semantic": gettext_lazy("by meaning"), "hybrid": gettext_lazy("by words and by meaning")}
_SORTS = {
    "newest": gettext_lazy("the newest first"),
    "oldest": gettext_lazy("the oldest first"),
    "relevance": gettext_lazy("the best first"),
}
_FIELDS = {
    "kind": gettext_lazy("Kind"), "court": gettext_lazy("Court"), "judge": gettext_lazy("Judge"), "author": gettext_lazy("Author"),
    "sender": gettext_lazy("Sender"), "recipient": gettext_lazy("Recipient"), "tag": gettext_lazy("Tag"),
    "docket": gettext_lazy("Docket number"), "year": gettext_lazy("Year"), "document": gettext_lazy("Document"),
}  # fmt: skip
_MARKS = re.compile(r"</?mark>")


def made(request: SearchRequest, answer: SearchResponse, entries: Sequence[Entry]) -> bytes:
    """The file's bytes."""
    paper = new_document()
    paper.core_properties.title, paper.core_properties.author = _("Search results"), printable(str(request.user))[:255]
    paper.styles["Normal"].paragraph_format.space_after = Pt(4)
    paper.add_heading(_("Search results"), 1)
    for label, value in _about(request, answer):
        _labelled(paper.add_paragraph(), label, value)
    for notice in [*answer.partial, *answer.notices]:
        paper.add_paragraph().add_run(printable(notice.text)).italic = True
    for entry in entries:
        _entry(paper, entry)
    written = io.BytesIO()
    paper.save(written)
    return written.getvalue()


def _about(request: SearchRequest, answer: SearchResponse) -> Iterator[tuple[str, str]]:
    yield _("Asked"), request.q
    yield _("Searched"), f"{_place(request)}, {_MODES[request.mode]}; {_SORTS[request.sort]}"
    if narrowed := "; ".join(_narrowed(request)):
        yield _("Narrowed to"), narrowed
    yield _("Made"), f"{timezone.localtime():%Y-%m-%d %H:%M %Z}, {request.user}"
    found = ngettext("%(n)d passage", "%(n)d passages", answer.count) % {"n": answer.count}
    yield _("Found"), _("at least %(passages)s; these are the best") % {"passages": found} if answer.at_least else found


def _place(request: SearchRequest) -> str:
    if request.case is not None:
        return Case.objects.visible_to(request.user).values_list("title", flat=True).get(pk=request.case)
    if request.library:
        return _("the public library")
    return _("hearings") if request.hearings else _("all cases and the public library")


def _narrowed(request: SearchRequest) -> Iterator[str]:
    if request.case is not None and request.hearings:
        yield _("hearings")
    if request.kind:
        yield f"{_FIELDS['kind']}: {Document.Kind(request.kind).label}"
    if request.date_from:
        yield _("from %(date)s") % {"date": request.date_from.isoformat()}
    if request.date_to:
        yield _("to %(date)s") % {"date": request.date_to.isoformat()}
    for one in request.filters:
        said = f"{_FIELDS.get(one.field, one.field)}: {', '.join(one.values)}"
        yield _("not %(filter)s") % {"filter": said} if one.excluded else said


def _labelled(paragraph: Paragraph, label: str, value: str) -> None:
    paragraph.add_run(f"{label}: ").bold = True
    paragraph.add_run(printable(value))


def _entry(paper: WordDocument, entry: Entry) -> None:
    head = paper.add_paragraph()
    head.paragraph_format.space_before = Pt(12)
    head.paragraph_format.keep_with_next = True
    head.add_run(f"{entry.number}. {printable(entry.citation)}").bold = True
    _quoted(paper.add_paragraph(style="Quote"), entry.hit.snippet)
    hit = entry.hit
    origin = [hit.title if hit.title not in entry.citation else "", entry.kind, hit.case_title or _("Public library")]
    origin += [hit.date.isoformat() if hit.date else "", *hit.why]
    below = paper.add_paragraph(style="Caption")
    below.add_run(printable("; ".join(part for part in origin if part)) + " ")
    _link(below, _("Open"), entry.url)


def _quoted(paragraph: Paragraph, snippet: str) -> None:
    """The excerpt as search shows it: escaped text with <mark> around what was looked for, here as highlighted runs."""
    for place, text in enumerate(_MARKS.split(snippet)):
        if words := printable(html.unescape(text)):
            run = paragraph.add_run(words)
            if place % 2:
                run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _link(paragraph: Paragraph, words: str, address: str) -> None:
    # Not by relate_to, which goes through all relations for each new one.
    relations = paragraph.part.rels
    name = f"rIdLink{len(relations) + 1}"
    relations.add_relationship(RELATIONSHIP_TYPE.HYPERLINK, address, name, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), name)
    run = paragraph.add_run(words)
    run.underline = True
    link.append(run._r)
    paragraph._p.append(link)
