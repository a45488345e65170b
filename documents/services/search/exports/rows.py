"""The list as the rows of a table."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from documents.services.search.exports.listing import Entry
from documents.sheets import Value
from tasks.base.spreadsheets import cell

WIDTHS = (8, 34, 16, 28, 12, 10, 38, 90, 34, 8, 40)
"""Of the columns, in characters."""


def of(entries: Iterable[Entry]) -> list[list[Value]]:
    """Numbers stay numbers; what people wrote is no formula."""
    head: list[Value] = [
        _("Number"), _("Title"), _("Kind"), _("Case"), _("Date"), _("Page or time"), _("Citation"), _("Passage"), _("Why"), _("Score"),
        _("Link"),
    ]  # fmt: skip
    return [head, *(_row(entry) for entry in entries)]


def _row(entry: Entry) -> list[Value]:
    hit = entry.hit
    return [
        entry.number, cell(hit.title), entry.kind, cell(hit.case_title or _("Public library")), hit.date.isoformat() if hit.date else "",
        entry.place, cell(entry.citation), cell(entry.passage), cell(hit.why), hit.score, entry.url,
    ]  # fmt: skip
