"""What a reading cites, what it says of what it cites, and what it says that happened: found without locks, kept in one transaction."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Sum
from django.db.models.functions import Length

from cases.services import citations as law
from documents.models import Citation, Document, TextVersion, TreatmentCue
from documents.services.authorities import resolution
from documents.services.authorities.graph import cues
from documents.services.authorities.own import own_keys
from documents.services.authorities.record import linking
from documents.services.search import indexing
from documents.services.timeline import finding
from documents.services.timeline.happened import Happening

ROWS = 500


@dataclass(frozen=True)
class Found:
    """Of the pages (number, text) of a reading."""

    pages: Sequence[tuple[int, str]]
    mentions: list[Citation]
    said: list[TreatmentCue]
    happenings: Sequence[Happening]

    @property
    def authorities(self) -> int:
        """How many of the mentions are of authorities."""
        return sum(mention.role == Citation.Role.AUTHORITY for mention in self.mentions)


def pieces_of(version: TextVersion) -> int:
    """In how many pieces the reading is looked through, as one text: how often `check` of `look` is called, about."""
    characters = version.pages.aggregate(all=Sum(Length("text")))["all"] or 0
    return 1 + int(characters) // law.PIECE


def look(document: Document, version: TextVersion, check: Callable[[], None]) -> Found:
    """`check` may raise."""
    pages = list(version.pages.order_by("number").values_list("number", "text"))
    places = Places(version)
    mentions = [_citation(version, found.page, found.mention, places) for found in law.extract_pages(pages, check, own_keys(document))]
    return Found(pages, mentions, list(cues.found_in(pages, mentions)), finding.look(document, pages, mentions))


def keep(document: Document, version: TextVersion, found: Found) -> None:
    """In the caller's transaction, which holds the document; `version` is its published reading."""
    version.citations.all().delete()
    Citation.objects.bulk_create(found.mentions, batch_size=ROWS)
    resolution.resolve_reading(version)
    linking.link_later(version)
    cues.keep(document, found.said)
    indexing.index_citations(version, _keys_by_chunk(found.mentions))
    finding.keep(document, version, found.pages, found.happenings)
    TextVersion.objects.filter(pk=version.pk).update(cited_with=law.VERSION)


def _citation(version: TextVersion, page: int, mention: law.Mention, places: Places) -> Citation:
    return Citation(
        text_version=version,
        chunk_id=places.chunk_at(page, mention.start),
        page=page,
        start=mention.start,
        end=mention.end,
        text=mention.text,
        key=mention.key[:120],
        pin=mention.pin[:60],
        kind=mention.kind,
        method=mention.method[:40],
        confidence=mention.confidence,
        name=mention.name[:500],
        year=mention.year,
        role=mention.role,
        cluster=mention.cluster[:120],
        court=mention.court[:40],
    )


class Places:
    """Which passage of a reading holds a position of a page."""

    def __init__(self, version: TextVersion) -> None:
        rows = version.chunks.order_by("page_from", "start").values_list("page_from", "start", "page_to", "end", "pk")
        self._starts = [(row[0], row[1]) for row in rows]
        self._ends = [(row[2], row[3], row[4]) for row in rows]

    def chunk_at(self, page: int, offset: int) -> int | None:
        index = bisect_right(self._starts, (page, offset)) - 1
        if index < 0:
            return None
        last_page, end, pk = self._ends[index]
        return pk if (page, offset) < (last_page, end) else None


def _keys_by_chunk(mentions: Sequence[Citation]) -> dict[int, list[str]]:
    keys: dict[int, list[str]] = defaultdict(list)
    for mention in mentions:
        if mention.role == Citation.Role.AUTHORITY and mention.key and mention.chunk_id and mention.key not in keys[mention.chunk_id]:
            keys[mention.chunk_id].append(mention.key)
    return dict(keys)
