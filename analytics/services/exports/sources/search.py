"""What a search finds: passages with their citations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.services.exports.content.tables import Column, Row, RowTable, Type
from analytics.services.exports.sources.base import Options, Source, Subject, visible_case
from documents.errors import Refused
from documents.models import Document
from documents.services.search import SearchError, SearchRequest, search
from documents.services.search.asked import WORDS, of_address
from documents.services.search.exports.listing import Entry, entries_of

AT_ONCE = 200
COLUMNS = (
    Column("number", Type.WHOLE, gettext_lazy("place in the list, from 1")),
    Column("title", Type.TEXT, gettext_lazy("title of the document")),
    Column("kind", Type.TEXT, gettext_lazy("kind of the document")),
    Column("case", Type.TEXT, gettext_lazy("title of its case; empty: the public library")),
    Column("date", Type.DATE, gettext_lazy("the document's own date")),
    Column("place", Type.TEXT, gettext_lazy("page, or of a recording the time")),
    Column("citation", Type.TEXT, gettext_lazy("what it is cited as")),
    Column("passage", Type.TEXT, gettext_lazy("the whole passage")),
    Column("why", Type.LIST, gettext_lazy("why it was found")),
    Column("score", Type.REAL, gettext_lazy("how well it fits; comparable within this list only")),
    Column("link", Type.WORD, gettext_lazy("where it can be opened")),
    Column("document", Type.WORD, gettext_lazy("id of the document")),
)


def _subject(user: Any, target: UUID | None) -> Subject:
    case = visible_case(user, target) if target else None
    return Subject(case, case, _("Search in %(case)s") % {"case": case.title} if case else _("Search"))


def _request(user: Any, case: Any, options: Options) -> SearchRequest:
    """Raises Refused."""
    if unknown := set(options.filters) - set(WORDS):
        raise Refused(_("A search has no word “%(word)s”.") % {"word": sorted(unknown)[0]}, "bad_filter")
    words = {word: values if len(values) != 1 else values[0] for word, values in options.filters.items()}
    try:
        request = of_address(words, user, case.pk if case else None)
    except SearchError as error:
        raise Refused(str(error), "bad_filter") from error
    if not request.q.strip():
        raise Refused(_("Say what to look for."), "empty")
    return replace(request, whole=True)


def _entries(request: SearchRequest, site: str) -> list[Entry]:
    try:
        return entries_of(search(request).results, lambda path: site.rstrip("/") + path)
    except SearchError as error:
        raise Refused(str(error), "bad_filter") from error


def _rows(request: SearchRequest, site: str) -> Iterator[Row]:
    entries = _entries(request, site)
    for first in range(0, len(entries), AT_ONCE):
        some = entries[first : first + AT_ONCE]
        seen = set(Document.objects.visible_to(request.user).filter(pk__in={one.hit.document for one in some}).values_list("pk", flat=True))
        yield from (_row(one) for one in some if one.hit.document in seen)


def _row(entry: Entry) -> Row:
    hit = entry.hit
    return (
        entry.number, hit.title, entry.kind, hit.case_title, hit.date, str(entry.place), entry.citation, entry.passage, hit.why,
        hit.score, entry.url, hit.document,
    )  # fmt: skip


def _tables(user: Any, subject: Subject, options: Options) -> list[RowTable]:
    request = _request(user, subject.case, options)

    @cache
    def count() -> int:
        return len(_entries(request, options.site))

    return [RowTable("passages", COLUMNS, lambda: _rows(request, options.site), count)]


def _content_of(user: Any, options: Options) -> Sequence[UUID]:
    return list({entry.hit.case for entry in _entries(_request(user, None, options), "") if entry.hit.case is not None})


SOURCE = Source(
    "search", gettext_lazy("What a search finds, with citations"), _subject, _tables, frozenset({"filters"}), words=frozenset(WORDS),
    content_of=_content_of,
)  # fmt: skip
