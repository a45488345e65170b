"""From ranked chunk ids to what a person reads, and what has no passages. What the user may not see ends here, whatever was found."""

from __future__ import annotations

import datetime
import re
import uuid
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import quote

from django.core.exceptions import EmptyResultSet
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.translation import gettext as _

from documents.models import Chunk, Citation, Document, Page
from documents.services.extraction.parsers.subtitles import clock
from documents.services.search.fusion import Ranked
from documents.services.search.narrowing.conditions import narrowed
from documents.services.search.query.matching import Matching, beginning_of_parts
from documents.services.search.query.parser import parse
from documents.services.search.request import CitedHere, Hit, Named, SearchRequest
from documents.services.search.showing import moments
from documents.services.search.showing.highlighting import Answer, Excerpt, Mark, best_sentence, excerpt, marks_in, sentence_from
from tasks.base.connections import prepared

# First what was found, by its keys; then the door, which is the same as everywhere.
_PERMITTED = """
WITH found AS MATERIALIZED (
    SELECT chunk.id AS chunk, document.id, document.case_id, document.kind, document.date
    FROM documents_chunk AS chunk JOIN documents_document AS document USING (text_version_id) WHERE chunk.id = ANY(%s::bigint[])
)
SELECT found.chunk, found.kind, found.case_id, matter.title, found.date
FROM found LEFT JOIN cases_case AS matter ON matter.id = found.case_id WHERE found.id IN ({visible})
"""
_SHOWN = """
SELECT chunk.id, chunk.text, chunk.page_from, chunk.page_to, chunk.start, chunk.text_version_id,
       document.id, document.title, document.date, document.page_count, reading.language
FROM documents_chunk AS chunk JOIN documents_document AS document USING (text_version_id)
JOIN documents_textversion AS reading ON reading.id = chunk.text_version_id
WHERE chunk.id = ANY(%s::bigint[]) AND document.deleted_at IS NULL
"""
WORDS_SHOWN = 5
LONGEST_NEAR = 300
MOST_NAMED = 20
MOST_WORDS = 10
_WORD = re.compile(r"[^\W_]+")
_NOBODY = uuid.UUID(int=0)


@dataclass(frozen=True)
class Evidence:
    """Why passages are hits: which leg found which chunks, and the citations recognised in the query as {key: as typed}."""

    by_words: frozenset[int]
    by_meaning: frozenset[int]
    matching: Matching | None
    citations: Mapping[str, str]
    text: str = ""
    """What was asked, without operators."""
    own: frozenset[int] = frozenset()
    """The beginnings of the very texts that were asked for by their citations."""
    sentences: Mapping[int, int] = field(default_factory=dict)
    """Where in a passage the sentence begins whose vector is nearest to the query's, of those that were compared."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """How much each lexeme says."""


Written: TypeAlias = tuple[str, str, int]
"""The key of an authority that was looked for, how a passage writes it, and the id of that mention."""


class Place(NamedTuple):
    """What of a passage's document is counted and sorted by: its kind, its case (None: the public library), its own date."""

    kind: str
    case: uuid.UUID | None
    case_title: str | None
    date: datetime.date | None = None


class Shown(NamedTuple):
    """What of a passage and its document is shown."""

    pk: int
    text: str
    page_from: int
    page_to: int
    start: int
    text_version: int
    document: uuid.UUID
    title: str
    date: datetime.date | None
    page_count: int
    language: str


Permitted = tuple[Ranked, Place]


def permitted(ranked: Iterable[Ranked], user: Any) -> list[Permitted]:
    """The passages of published readings of documents that the user may see."""
    ranked = list(ranked)
    try:
        visible, values = Document.objects.visible_to(user).order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:  # for nobody, who may see nothing
        return []
    found = prepared(_PERMITTED.format(visible=visible), [[passage.chunk for passage in ranked], *values])
    places = {chunk: Place(*about) for chunk, *about in found}
    return [(passage, places[passage.chunk]) for passage in ranked if passage.chunk in places]


def hits(found: Sequence[Permitted], evidence: Evidence) -> list[Hit]:
    """One page of results, complete. The number of queries does not depend on how many they are."""
    chunks = {row[0]: Shown(*row) for row in prepared(_SHOWN, [[passage.chunk for passage, _place in found]])}
    found = [(passage, place) for passage, place in found if passage.chunk in chunks]  # some may have been deleted or read again just now
    written = _written_citations(chunks, evidence)
    texts = [chunks[passage.chunk].text for passage, _place in found]
    languages = [chunks[passage.chunk].language for passage, _place in found]
    marks = marks_in(
        texts, languages, evidence.matching, [[text for _key, text, _id in written[passage.chunk]] for passage, _place in found]
    )
    starts = _page_starts(chunks.values())
    address = reverse("documents:detail", args=[_NOBODY])  # once: it takes longer than the rest of a hit
    spoken = Spoken([chunks[passage.chunk] for passage, place in found if place.kind == moments.TRANSCRIPT])
    made = []
    for (passage, place), text, marked in zip(found, texts, marks, strict=True):
        answer = _answer(passage.chunk, text, marked, evidence)
        part = excerpt(text, marked, answer, shown=passage.chunk in evidence.by_words)
        chunk = chunks[passage.chunk]
        at = moments.said_at(text, evidence.text, part.at) if place.kind == moments.TRANSCRIPT else part.at
        page = chunk.page_from + max(bisect_right(starts[chunk.pk], at) - 1, 0)
        sentence = f"&at={answer.at}" if answer else f"&near={quote(evidence.text[:LONGEST_NEAR])}"
        url = f"{address.replace(str(_NOBODY), str(chunk.document))}?page={page}&chunk={chunk.pk}{sentence}"
        before = starts[chunk.pk][page - chunk.page_from] if page > chunk.page_from else -chunk.start
        time_s = spoken.time_of(chunk, page, at - before)
        why = _why(passage.chunk, part, written[passage.chunk], evidence)
        cited = _mentions(written[passage.chunk])
        made.append(_hit(passage, place, chunk, page, part, spoken.address(chunk, time_s) or url, why, time_s, cited))
    return made


class Spoken:
    """When the words of hits in transcripts were said; two queries for all of them, none where there is no transcript."""

    def __init__(self, chunks: Sequence[Shown]) -> None:
        pages = {(chunk.text_version, page) for chunk in chunks for page in range(chunk.page_from, chunk.page_to + 1)}
        self._times = moments.times_of(pages)
        self._players = moments.players_of({chunk.document for chunk in chunks})

    def time_of(self, chunk: Shown, page: int, offset: int) -> float | None:
        return moments.time_at(self._times.get((chunk.text_version, page), []), offset)

    def address(self, chunk: Shown, time_s: float | None) -> str:
        """The player at that moment, "" where there is none."""
        player = self._players.get(chunk.document, "")
        return f"{player}#t={time_s:.2f}" if player and time_s is not None else ""


def _answer(chunk: int, text: str, marks: Sequence[Mark], evidence: Evidence) -> Answer | None:
    """Which sentence of the passage was found: the nearest where they were compared, else that with its words. None where only the
    passage as a whole is near: its page finds the sentence when it is opened."""
    if chunk in evidence.sentences:
        return sentence_from(text, marks, evidence.sentences[chunk])
    return best_sentence(text, marks, evidence.weights) if chunk in evidence.by_words and marks else None


def _hit(
    passage: Ranked,
    place: Place,
    chunk: Shown,
    page: int,
    part: Excerpt,
    url: str,
    why: list[str],
    time_s: float | None,
    cited: list[CitedHere],
) -> Hit:
    pointer = _("%(title)s, p. %(page)d") % {"title": chunk.title, "page": page} if chunk.page_count > 1 else chunk.title
    if time_s is not None:
        pointer = _("%(title)s, %(time)s") % {"title": chunk.title, "time": clock(time_s)}
    return Hit(
        document=chunk.document,
        title=chunk.title,
        case=place.case,
        case_title=place.case_title or "",
        kind=place.kind,
        date=chunk.date,
        chunk=chunk.pk,
        page=page,
        page_to=chunk.page_to,
        snippet=part.html,
        score=passage.score,
        why=why,
        citation=pointer,
        url=url,
        time_s=time_s,
        mentions=cited,
    )


def _why(chunk: int, part: Excerpt, written: Sequence[Written], evidence: Evidence) -> list[str]:
    cited = {key: text for key, text, _id in written}
    why = [_("citation %(citation)s") % {"citation": evidence.citations.get(key, text)} for key, text in cited.items()]
    if chunk in evidence.own:
        why.append(_("the text itself"))
    words = [word for word in part.words if word not in {text.lower() for text in cited.values()}]
    if chunk in evidence.by_words and words:
        why.append(_("words: %(words)s") % {"words": ", ".join(words[:WORDS_SHOWN])})
    elif chunk in evidence.by_words and not why:
        why.append(_("title or heading"))
    if chunk in evidence.by_meaning:
        why.append(_("meaning"))
    return why


def _mentions(written: Sequence[Written]) -> list[CitedHere]:
    """One mention of each authority, in the order of the reasons that name them."""
    by_key = {key: CitedHere(mention, text) for key, text, mention in written}
    return list(by_key.values())


def _written_citations(chunks: Iterable[int], evidence: Evidence) -> defaultdict[int, list[Written]]:
    """{chunk: (key, as written there, id of the mention)} of the authorities that were looked for."""
    written: defaultdict[int, list[Written]] = defaultdict(list)
    if evidence.matching and evidence.matching.keys:
        wanted = Q(key__in=evidence.matching.keys)
        for beginning in filter(None, map(beginning_of_parts, evidence.matching.keys)):
            wanted |= Q(key__startswith=beginning)
        mentions = Citation.objects.authorities().filter(wanted, chunk__in=list(chunks))
        for chunk, key, text, mention in mentions.values_list("chunk_id", "key", "text", "pk"):
            written[chunk].append((key, text, mention))
    return written


def _page_starts(chunks: Iterable[Shown]) -> dict[int, list[int]]:
    """For each chunk the offsets in its text where its pages start, the first 0. A passage joins pages with a line end."""
    chunks = list(chunks)
    spanning = [chunk for chunk in chunks if chunk.page_to > chunk.page_from]
    lengths: dict[tuple[int, int], int] = {}
    if spanning:
        pages = Page.objects.filter(
            text_version__in={chunk.text_version for chunk in spanning},
            number__in={number for chunk in spanning for number in range(chunk.page_from, chunk.page_to)},
        )
        lengths = {(version, number): n for version, number, n in pages.order_by().values_list("text_version", "number", Length("text"))}
    starts: dict[int, list[int]] = {chunk.pk: [0] for chunk in chunks}
    for chunk in spanning:
        end = -chunk.start
        for number in range(chunk.page_from, chunk.page_to):
            end += lengths.get((chunk.text_version, number), 0) + 1
            starts[chunk.pk].append(end)
    return starts


def named(request: SearchRequest) -> list[Named]:
    """Documents without a passage (kept unread, failed, scans without text) whose title or file name has every word of the query, the
    newest first. None beside a further page of hits, or of what was asked by meaning. Raises SearchError."""
    query = parse(request.q)
    request = query.narrowed(request)
    words = list(dict.fromkeys(_WORD.findall(query.text)))[:MOST_WORDS]
    if not words or request.page > 1 or request.mode == "semantic":
        return []
    found = Document.objects.visible_to(request.user).filter(duplicate_of=None).select_related("case")
    for word in words:
        found = found.filter(Q(title__icontains=word) | Q(name__icontains=word))
    found = narrowed(found, request)
    passages = Chunk.objects.filter(text_version=OuterRef("text_version"))
    return [_named(document) for document in found.filter(~Exists(passages)).order_by("-created", "-pk")[:MOST_NAMED]]


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
