"""A passage in its page, as a list of results shows it beside the hit: the text around it, with the words that were looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from documents.models import Chunk, Citation, Document
from documents.services.extraction.parsers.subtitles import clock
from documents.services.reading import text_view
from documents.services.reading.previews.pieces import Piece, extent, pieces_of, spans_of, window_of
from documents.services.reading.text_view import Place, Reading, Span
from documents.services.search import SearchError
from documents.services.search.query.matching import Matching, matching
from documents.services.search.query.parser import parse
from documents.services.search.showing import moments
from documents.services.search.showing.citing import law_citations
from documents.services.search.showing.highlighting import Mark, best_sentence, marks_in


@dataclass(frozen=True)
class Preview:
    """`url` is that of the player at the moment (`time_s`) where the words were recorded, else empty. `begins` and `ends` say whether the
    page is shown from its beginning and to its end; `printed` that its lines end where the paper did; `old` that a newer reading has been
    published."""

    document: Document
    page: int
    pages: int
    pieces: list[Piece]
    begins: bool
    ends: bool
    printed: bool
    old: bool
    citation: str
    quote: str
    url: str
    time_s: float | None = None

    @property
    def time(self) -> str:
        return "" if self.time_s is None else clock(self.time_s)


def preview(user: Any, chunk_id: int, place: Place, q: str) -> Preview | None:
    """None where there is no such passage for this user. `place` says which page of its document and which sentence of it was found;
    of a query `q` that cannot be understood nothing is marked."""
    chunk = Chunk.objects.select_related("text_version").filter(pk=chunk_id).first()
    documents = Document.objects.visible_to(user).select_related("case", "text_version", "duplicate_of__text_version")
    document = documents.filter(pk=chunk.text_version.document_id).first() if chunk else None
    if chunk is None or document is None:
        return None
    asked = _matching(q)
    opened = text_view.open_at(document, _exact(place, chunk, asked, q))
    if opened.version is None or opened.sheet is None:
        return None
    return _made(document, opened, place, asked)


def _matching(q: str) -> Matching | None:
    try:
        return matching(parse(q).root) if q.strip() else None
    except SearchError:
        return None


def _exact(place: Place, chunk: Chunk, asked: Matching | None, q: str) -> Place:
    """Where the link tells no sentence, as to a recording: where all that was asked for stands in a row, else the sentence with the most
    of its words."""
    at = place.at
    if at is None and not place.near:
        (marks,) = marks_in([chunk.text], [chunk.text_version.language], asked, [[]])
        at = moments.said_at(chunk.text, q, best_sentence(chunk.text, marks, {}).at) if marks else None
    return Place(place.page, chunk.pk, at=at, near=place.near)


def _made(document: Document, opened: Reading, place: Place, asked: Matching | None) -> Preview:
    version, sheet = opened.version, opened.sheet
    assert version is not None  # noqa: S101 -- for the types: the caller has looked
    assert sheet is not None  # noqa: S101
    text = "".join(segment.text for segment in sheet.segments)
    spans = spans_of(sheet.segments)
    passage, found = extent(spans, "marked"), extent(spans, "found")
    window = window_of(text, passage or Span(0, 0))
    written = Citation.objects.authorities().filter(text_version=version, page=sheet.number, key__in=asked.keys if asked else ())
    cited = [Mark(start - sheet.start, end - sheet.start, "") for start, end in written.values_list("start", "end")]
    (words,) = marks_in([text], [version.language], asked, [[]])
    shown = found or passage or window
    published = document.read_as()
    time_s = _time_of(document, version.pk, sheet.number, sheet.start + shown.start)
    player = moments.players_of([document.pk]).get(document.pk, "") if time_s is not None else ""
    citation = _citation(document, sheet.number, opened.pages)
    return Preview(
        document=document,
        page=sheet.number,
        pages=opened.pages,
        pieces=pieces_of(text, window, spans, [*cited, *words]),
        begins=window.start == 0 and sheet.part == 1,
        ends=window.end == len(text) and sheet.part == sheet.parts,
        printed=text_view.is_printed(document),
        old=published is not None and published.pk != version.pk,
        citation=_("%(title)s, %(time)s") % {"title": document.title, "time": clock(time_s)} if time_s is not None else citation,
        quote=" ".join(text[shown.start : shown.end].split()) if passage else "",
        url=f"{player}#t={time_s:.2f}" if player else "",
        time_s=time_s,
    )


def _time_of(document: Document, version: int, page: int, offset: int) -> float | None:
    """The second of the recording at which these words are said; None for what is no transcript."""
    if document.kind != moments.TRANSCRIPT:
        return None
    return moments.time_at(moments.times_of([(version, page)]).get((version, page), []), offset)


def _citation(document: Document, page: int, pages: int) -> str:
    if document.case_id is None and (cited := law_citations([(document.pk, page)])):
        return cited[document.pk, page]
    return _("%(title)s, p. %(page)d") % {"title": document.title, "page": page} if pages > 1 else document.title
