"""The table of authorities of a document or draft, and how the document's own table compares with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.models import Case
from documents.services.papers.blocks import Block, Run, heading, leaders, note, para, run, table
from documents.services.papers.kinds.base import Draft, Kind, Making, document_asked
from documents.services.papers.own_table import Difference, Tables, compare, tables_in
from documents.services.papers.tables import Entry, table_of
from documents.services.papers.texts import Said, Text, text_of

_MOST_UNCLEAR = 20
_MARKS = {
    "missing": gettext_lazy("cited, but not in its table"),
    "extra": gettext_lazy("in its table, but not found in the text"),
    "pages": gettext_lazy("other pages"),
}


def understood(case: Case, user: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    document = document_asked(case, user, given.get("document"), library=True)
    return {"document": str(document.pk)}


def built(making: Making) -> Draft:
    document = document_asked(making.case, making.user, making.inputs.get("document"), library=True)
    text = text_of(document, making.check)
    own = tables_in(text.sheets)
    found = table_of(text, [mention for mention in text.mentions if not own.holds(mention)])
    blocks: list[Block] = []
    for name, entries in found.groups:
        blocks += [heading(name), leaders(_("Page(s)"), [_entry(making, text, entry) for entry in entries])]
    if not found.entries:
        blocks.append(para(_("No authorities were found in this document.")))
    if own.rows:
        blocks += _compared(text, own, compare(own.rows, found.entries))
    return Draft(_("Table of authorities"), document.title, [*blocks, *_remarks(text, found.unclear, own)])


def _entry(making: Making, text: Text, entry: Entry) -> dict[str, Any]:
    runs = [run(entry.name, italic=True)] if entry.name else []
    return {"runs": [*runs, run(entry.rest)], "pages": _pages(making, text, entry)}


def _pages(making: Making, text: Text, entry: Entry) -> list[Run]:
    """Each page is a link, and "passim" one to the first."""
    if entry.passim:
        return [run("passim", italic=True, href=making.page_link(text.document.pk, entry.pages[0][0]))]
    shown: list[Run] = []
    for label in entry.labels:
        number = next(page for page, other in entry.pages if other == label)
        shown += [run(", ")] if shown else []
        shown.append(run(label, href=making.page_link(text.document.pk, number)))
    return shown


def _compared(text: Text, own: Tables, differences: list[Difference]) -> list[Block]:
    where = ", ".join(text.label(number) for number in dict.fromkeys(own.sheets))
    blocks = [heading(_("The document's own table, compared"))]
    if not differences:
        sentence = _("Its own table of authorities (p. %(pages)s) has %(n)d entries and says the same as this one.")
        return [*blocks, para(sentence % {"pages": where, "n": len(own.rows)})]
    sentence = ngettext(
        "Its own table of authorities (p. %(pages)s) differs from this one in %(n)d place.",
        "Its own table of authorities (p. %(pages)s) differs from this one in %(n)d places.",
        len(differences),
    )
    rows = [[[run(one.text)], [run(one.says)], [run(one.found)], [run(_MARKS[one.what])]] for one in differences]
    columns = (_("Authority"), _("Its table says"), _("Found on"), _("Difference"))
    return [*blocks, para(sentence % {"pages": where, "n": len(differences)}), table(columns, (6, 2, 2, 3), rows)]


def _remarks(text: Text, unclear: list[Said], own: Tables) -> list[Block]:
    said = []
    if own.spans:
        said.append(_("What stands in the document's own tables of contents and authorities is not counted."))
    if not text.labels_known and len(text.sheets) > 1:
        said.append(_("The file does not tell the numbers that are printed on its pages; they are counted from its first."))
    if len(text.sheets) == 1:
        said.append(_("The file has no pages of its own; everything stands on one."))
    if unclear:
        places = "; ".join(f"“{' '.join(one.text.split())}” ({_('p.')} {text.label(one.page)})" for one in unclear[:_MOST_UNCLEAR])
        more = f" … ({len(unclear)})" if len(unclear) > _MOST_UNCLEAR else ""
        said.append(_("What these references mean could not be told: %(places)s.") % {"places": places + more})
    return [note(" ".join(said))] if said else []


KIND = Kind(
    "table_of_authorities",
    "scale",
    gettext_lazy("Everything that a brief or draft cites, by kind and in Bluebook order, with its pages; compared with the table it has."),
    understood,
    built,
)
