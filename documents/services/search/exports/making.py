"""One export: the whole answer of a search as a file, and the audit events that tell of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import AuditEvent, Case
from documents import sheets
from documents.services.extraction.formats import DOCX
from documents.services.search import SearchError, SearchRequest, search
from documents.services.search.exports import rows, word
from documents.services.search.exports.listing import Entry, entries_of

FORMS = {"csv": gettext_lazy("CSV"), "xlsx": gettext_lazy("Excel"), "docx": gettext_lazy("Word")}
_TYPES = {**sheets.TYPES, "docx": DOCX}
LONGEST_NAME = 60
_UNSAFE = re.compile(r"[^\w ,;&()'§-]+")


@dataclass(frozen=True)
class Export:
    """A file to give away."""

    name: str
    mime: str
    content: bytes


def export(request: SearchRequest, form: str, absolute: Callable[[str], str]) -> Export:
    """All hits that could be paged through, in their order; `absolute` makes whole addresses.

    Raises SearchError (of the search; "empty" for no query) and Http404 for a case that does not exist for the user.
    """
    if not request.q.strip():
        raise SearchError(_("Say what to look for."), "empty")
    answer = search(replace(request, whole=True))
    entries = entries_of(answer.results, absolute)
    content = word.made(request, answer, entries) if form == "docx" else sheets.made(rows.of(entries), form, _("Search"), rows.WIDTHS)
    _write_events(request, form, entries)
    return Export(f"{_name(request.q)}.{form}", _TYPES[form], content)


def _name(query: str) -> str:
    """A file name of letters, digits and a few marks, with as much of the query as fits."""
    words = " ".join(_UNSAFE.sub(" ", query).split())[:LONGEST_NAME].strip()
    return _("Search for %(words)s") % {"words": words} if words else _("Search")


def _write_events(request: SearchRequest, form: str, entries: Iterable[Entry]) -> None:
    """One for each case, with how many of its passages were taken; what was asked is nobody else's. None (the library) has one, too."""
    taken = Counter(entry.hit.case for entry in entries)
    cases = Case.objects.in_bulk([case for case in taken if case is not None])
    with transaction.atomic():
        for pk, count in taken.items():
            if pk is None or pk in cases:
                case = cases[pk] if pk else None
                AuditEvent.write("search.exported", case=case, actor=request.user, target=case, form=form, rows=count)
