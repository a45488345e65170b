"""A document's text by pages, with what stands on each: passages, citations, and the one passage that a link leads to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Length

from documents.models import Chunk, Citation, Document, Note, Page, PageIndex, TextVersion
from documents.models.citations import CitationQuerySet
from documents.services.extraction.formats import PDF
from documents.services.reading.reflow import flowed
from documents.services.reading.sentences import sentence_at, sentence_near

# A page is shown in parts of about this many characters: a text without pages may have ten million of them.
PART = 40_000
_AROUND = 60
_SEAM = 2_000  # how far before the end of a part a line's or word's end is looked for
_BEYOND = 2_000  # how far behind a passage a quotation of it may go on: its last sentence may end on the next page


@dataclass(frozen=True)
class Place:
    """What a link asks for: a page, a passage (chunk), a citation on it, a part of a long page. Numbers as they came, unchecked. `at` and
    `near` tell which sentence of the passage was found: by its offset in the passage, or by what was asked; with `to` it is exactly the
    words from `at` to there."""

    page: int | None = None
    chunk: int | None = None
    citation: int | None = None
    part: int | None = None
    at: int | None = None
    near: str = ""
    offset: int | None = None
    """A code point of the page's text, to open the part with it."""
    to: int | None = None


@dataclass(frozen=True)
class Span:
    """Code points [start, end) of a page's text."""

    start: int
    end: int


@dataclass(frozen=True)
class Segment:
    """A stretch of text that is all within the passage or all outside, in the sentence that was found or not, and of one citation or
    of none, under one note (of several the one that begins last) or none."""

    text: str
    marked: bool = False
    found: bool = False
    citation: Citation | None = None
    note: Note | None = None


@dataclass(frozen=True)
class Sheet:
    """One page as it is shown; `part` of `parts` (from 1) where it is long."""

    number: int
    label: str
    needs_ocr: bool
    part: int
    parts: int
    start: int
    """Where the part begins in the page's text."""
    segments: list[Segment]


@dataclass(frozen=True)
class Reading:
    """What is shown of a document's text: the reading (None: there is none yet), its number of pages, the page, the passage asked for."""

    version: TextVersion | None = None
    pages: int = 0
    sheet: Sheet | None = None
    passage: Chunk | None = None
    found: tuple[int, int] | None = None
    """[start, end) of the sentence that was found, or of the words that are quoted, in the passage's text as it goes on behind it."""


def open_at(document: Document, place: Place, notes: QuerySet[Note] | None = None) -> Reading:
    """The document's text where `place` says, or as near to it as there is text, with those of the notes that stand there."""
    passage = passage_of(document, place.chunk)
    version = passage.text_version if passage else document.read_as()
    if version is None:
        return Reading()
    pages = version.pages.count()
    number = place.page or (passage.page_from if passage else 1)
    page = version.pages.defer("raw", "offset_map").filter(number=min(max(number, 1), max(pages, 1))).first()
    found = _found(passage, place) if passage else None
    sheet = _sheet(page, passage, found, place, notes, printed=is_printed(document)) if page else None
    return Reading(version, pages, sheet, passage, found)


def is_printed(document: Document) -> bool:
    """Whether its lines end where the paper did."""
    return document.mime == PDF or document.mime.startswith("image/")


def _found(passage: Chunk, place: Place) -> tuple[int, int] | None:
    if place.at is not None:
        if place.to is not None and place.at < place.to <= len(passage.text) + (_behind(passage) if place.to > len(passage.text) else 0):
            return place.at, place.to
        return sentence_at(passage.text, min(place.at, max(len(passage.text) - 1, 0)))
    return sentence_near(passage.text, place.near)


def _behind(passage: Chunk) -> int:
    """How many characters of its page and the next one stand behind a passage, at most _BEYOND; a line end joins the pages."""
    pages = Page.objects.filter(text_version=passage.text_version_id, number__range=(passage.page_to, passage.page_to + 1))
    lengths = dict(pages.values_list("number", Length("text")))
    left = lengths.get(passage.page_to, 0) - passage.end + 1 + lengths.get(passage.page_to + 1, -1)
    return max(0, min(left, _BEYOND))


def passage_of(document: Document, chunk_id: int | None) -> Chunk | None:
    """The passage of any of the document's readings, also of one that has been replaced: old links stay good."""
    if chunk_id is None:
        return None
    original = document.duplicate_of_id or document.pk
    return Chunk.objects.select_related("text_version").filter(pk=chunk_id, text_version__document=original).first()


def wording(passage: Chunk, found: tuple[int, int] | None = None) -> dict[int, str]:
    """{page number: the passage's text on it, or that of its sentence}, to find it again in the original."""
    return {page.number: page.text[span.start : span.end] for page, span in _spans(passage, found)}


def surroundings(passage: Chunk, found: tuple[int, int]) -> dict[int, tuple[str, str]]:
    """{page number: what stands before and after the words that were found}, which tells them from the same words elsewhere on the page."""
    return {
        page.number: (page.text[max(0, span.start - _AROUND) : span.start], page.text[span.end : span.end + _AROUND])
        for page, span in _spans(passage, found)
    }


def _spans(passage: Chunk, found: tuple[int, int] | None) -> Iterator[tuple[Page, Span]]:
    last = passage.page_to + (found is not None and found[1] > len(passage.text))
    pages = Page.objects.filter(text_version=passage.text_version_id, number__range=(passage.page_from, last))
    for page in pages.only("number", "text").order_by("number"):
        if span := sentence_on(passage, page, found) if found else span_on(passage, page):
            yield page, span


def sentence_on(passage: Chunk | None, page: Page, found: tuple[int, int] | None) -> Span | None:
    """The sentence cut to one page, which may be the one behind the passage; None where nothing of it is there. The passage's text joins
    its pages with line ends."""
    if passage is None or found is None or not passage.page_from <= page.number <= passage.page_to + 1:
        return None
    before = -passage.start
    if page.number > passage.page_from:
        earlier = Page.objects.filter(text_version=passage.text_version_id, number__range=(passage.page_from, page.number - 1))
        before += sum(length + 1 for length in earlier.values_list(Length("text"), flat=True))
    least = passage.start if page.number == passage.page_from else 0
    start, end = (max(least, min(len(page.text), edge - before)) for edge in found)
    return Span(start, end) if start < end else None


def span_on(passage: Chunk | None, page: Page) -> Span | None:
    """The passage cut to one page; None where nothing of it is there. It may begin before the page and end after it."""
    if passage is None or not passage.page_from <= page.number <= passage.page_to:
        return None
    start = passage.start if passage.page_from == page.number else 0
    end = passage.end if passage.page_to == page.number else len(page.text)
    return Span(start, end) if start < end else None


def parts_of(text: str, size: int = PART) -> list[Span]:
    """The text cut into parts of at most `size` characters, at the ends of lines or words where there are any near."""
    cuts = [0]
    while len(text) - cuts[-1] > size:
        cuts.append(_seam(text, cuts[-1], cuts[-1] + size))
    return [Span(start, end) for start, end in pairwise([*cuts, len(text)])]


def _seam(text: str, start: int, end: int) -> int:
    nearest = max(start + 1, end - _SEAM)
    line = text.rfind("\n", nearest, end)
    space = line if line >= 0 else text.rfind(" ", nearest, end)
    return space + 1 if space >= 0 else end


def segments_of(
    text: str,
    within: Span,
    passage: Span | None,
    citations: Sequence[Citation],
    sentence: Span | None = None,
    notes: Sequence[Note] = (),
) -> list[Segment]:
    """The stretch `within`, cut wherever the passage, its sentence, a citation or a note begins or ends. Of overlapping citations the
    first counts."""
    cited = list(_apart(citations, within))
    edges = {within.start, within.end, *(edge for one in cited for edge in (one.start, one.end))}
    edges |= {edge for span in (passage, sentence, *notes) if span for edge in (span.start, span.end)}
    inside = sorted(edge for edge in edges if within.start <= edge <= within.end)
    made: list[Segment] = []
    following = iter([*cited, None])
    citation = next(following)
    for start, end in pairwise(inside):
        while citation is not None and citation.end <= start:
            citation = next(following)
        marked = passage is not None and passage.start <= start < passage.end
        found = sentence is not None and sentence.start <= start < sentence.end
        note = max((one for one in notes if one.start <= start < one.end), key=lambda one: one.start, default=None)
        cited_here = citation if citation is not None and citation.start <= start else None
        made.append(Segment(text[start:end], marked, found, cited_here, note))
    return made


def _apart(citations: Iterable[Citation], within: Span) -> Iterator[Citation]:
    """Those that touch the stretch and don't begin inside the one before, in order."""
    reached = 0
    for citation in sorted(citations, key=lambda one: (one.start, -one.end)):
        if citation.start >= reached and citation.start < citation.end and citation.start < within.end and citation.end > within.start:
            reached = citation.end
            yield citation


def _sheet(
    page: Page,
    passage: Chunk | None,
    found: tuple[int, int] | None,
    place: Place,
    notes: QuerySet[Note] | None,
    *,
    printed: bool,
) -> Sheet:
    parts = parts_of(page.text)
    span = span_on(passage, page)
    sentence = sentence_on(passage, page, found)
    number = _part_number(page, parts, sentence or span, place)
    part = parts[number - 1]
    citations = shown(Citation.objects.filter(text_version=page.text_version_id, page=page.number, start__lt=part.end, end__gt=part.start))
    here = {"text_version": page.text_version_id, "page": page.number, "start__lt": part.end, "end__gt": part.start}
    noted = list(notes.filter(**here)) if notes is not None else []
    segments = segments_of(flowed(page.text) if printed else page.text, part, span, list(citations), sentence, noted)
    return Sheet(page.number, page.label, page.needs_ocr, number, len(parts), part.start, segments)


def _part_number(page: Page, parts: Sequence[Span], span: Span | None, place: Place) -> int:
    """The part that is asked for, else the one with the offset, the citation or the beginning of what is marked, else the first."""
    if place.part is not None:
        return min(max(place.part, 1), len(parts))
    at = place.offset if place.offset is not None else _start_of(page, place.citation)
    if at is None:
        at = span.start if span else 0
    return next((number for number, part in enumerate(parts, 1) if at < part.end), len(parts))


def _start_of(page: Page, citation: int | None) -> int | None:
    if citation is None:
        return None
    mentions = Citation.objects.filter(pk=citation, text_version=page.text_version_id, page=page.number)
    return mentions.values_list("start", flat=True).first()


def recognised_pages(version: TextVersion | None) -> str:
    """Numbers of the pages whose text was recognised, as "3,4,9"."""
    if version is None or version.source != TextVersion.Source.OCR:
        return ""
    numbers = version.pages.exclude(recognised=None).order_by("number").values_list("number", flat=True)
    return ",".join(map(str, numbers))


def words_of(document: Document, numbers: Iterable[int] | None = None) -> list[dict[str, Any]]:
    """What `recognition.searchable` is told of each page whose text was recognised, or of these pages only."""
    version = document.read_as()
    pages: Any = version.pages.exclude(recognised=None).select_related("recognised").order_by("number") if version else ()
    if version and numbers is not None:
        pages = pages.filter(number__in=numbers)
    return [
        {
            "number": page.number, "width": page.width, "height": page.height, "turn": page.recognised.turn,
            "words": [[page.recognised.text[start:end], *box] for start, end, *box, _confidence in page.recognised.words],
        }
        for page in pages if page.recognised is not None
    ]  # fmt: skip


def has_page_index(document: Document) -> bool:
    return PageIndex.objects.filter(document=document.duplicate_of_id or document.pk).exists()


def page_index_of(document: Document) -> bytes | None:
    """What a viewer reads behind the file's last byte to find its pages; None where it needs nothing."""
    tail = PageIndex.objects.filter(document=document.duplicate_of_id or document.pk).values_list("tail", flat=True).first()
    return bytes(tail) if tail is not None else None


def page_of(document: Document, number: int) -> Page | None:
    """Page `number` of the published reading with `pages` (their count), `chunks` (spans on it) and `citations`; None if there is none."""
    version = document.read_as()
    page: Any = Page.objects.select_related("recognised").filter(text_version=version, number=number).first() if version else None
    if page is None or version is None:
        return None
    page.pages = version.pages.count()
    page.chunks = [_described(chunk, page) for chunk in version.chunks.filter(page_from__lte=number, page_to__gte=number)]
    page.citations = list(shown(Citation.objects.authorities()).filter(text_version=version, page=number))
    return page


def citations_of(document: Document) -> QuerySet[Citation]:
    """The mentions in the published reading, in reading order, of whatever role."""
    version = document.read_as()
    return shown(Citation.objects.filter(text_version=version)).order_by("page", "start", "id") if version else Citation.objects.none()


def shown(mentions: CitationQuerySet) -> CitationQuerySet:
    """With what a record citation means, and without such of a production's numbers as no document has."""
    numbers = Q(role=Citation.Role.RECORD, key__startswith="record:bates:", target=None)
    return mentions.exclude(numbers).select_related("target", "text_version__document")


def _described(chunk: Chunk, page: Page) -> dict[str, int]:
    """A passage's part of a page as the API tells it."""
    span = span_on(chunk, page) or Span(chunk.start, chunk.start)
    return {"id": chunk.pk, "index": chunk.index, "start": span.start, "end": span.end}


MOST_PRINTED = 2_000_000
"""Characters: some 700 sheets."""


@dataclass(frozen=True)
class Paper:
    """Pages to print, as (number, text), and how many the document has."""

    pages: list[tuple[int, str]]
    of: int


def paper_of(document: Document, *, with_text: bool = True) -> Paper:
    """The published reading from its beginning, as much as can be printed at once; a page that is longer than that is cut."""
    version = document.read_as()
    if version is None:
        return Paper([], 0)
    pages: list[tuple[int, str]] = []
    left = MOST_PRINTED
    for number, text in version.pages.order_by("number").values_list("number", "text").iterator(chunk_size=50):
        if left <= 0:
            break
        pages.append((number, text[:left] if with_text else ""))
        left -= len(text)
    return Paper(pages, version.pages.count())
