from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate

from django.db.models import Q
from django.db.models.functions import Length

from documents.models import Chunk, Document, Page
from documents.services.chat.contracts import Evidence, Passage, Question, Searched
from documents.services.chat.evidence.completing import completed
from documents.services.chat.evidence.looked_at import searched
from documents.services.chat.evidence.references import follow
from documents.services.chat.evidence.statements import statements_of
from documents.services.chat.ports import reranker
from documents.services.search import Hit, SearchRequest, search
from documents.services.search.request import Filter

PASSAGES = 20
REFERRING = 8
"""Passages whose references are followed."""


def gather(question: Question) -> Evidence:
    """Raises SearchError where what was asked can't be searched for, and Http404 where the case does not exist for who asks."""
    if not question.answerable:
        return Evidence(searched=searched(question))
    chosen = (Filter("document", tuple(map(str, question.documents))),) if question.documents else ()
    asked = question.sought or question.asked
    found = search(SearchRequest(q=asked, user=question.user, case=question.case, filters=chosen))
    passages = _reranked(passages_of(found.results[:PASSAGES]), question)
    return Evidence(tuple(_whole(passages, question)), searched(question, found.partial))


def whole(document: Document, most: int) -> Evidence | None:
    """All of one document that has passed the door; None where it has more than `most` passages."""
    chunks = list(Chunk.objects.filter(text_version=document.text_version_id)[: most + 1])
    if len(chunks) > most:
        return None
    starts = _page_starts(chunks)
    passages, _begun = completed([_passage(chunk, document, starts[chunk.pk], 0.0) for chunk in chunks])
    return Evidence(tuple(replace(passage, number=number) for number, passage in enumerate(passages, 1)), Searched(1, 1))


def _reranked(passages: list[Passage], question: Question) -> list[Passage]:
    """As a model orders them, where one was registered."""
    if (model := reranker()) is None or not passages:
        return passages
    scores = model.score(question.asked, [passage.text for passage in passages])
    order = sorted(range(len(passages)), key=lambda place: -scores[place])
    return [replace(passages[place], number=number) for number, place in enumerate(order, 1)]


def _whole(passages: Sequence[Passage], question: Question) -> list[Passage]:
    """With their last sentences whole, those that the first ones of passages belong to, and what they refer to."""
    if not passages:
        return []
    first, begun = completed(passages)
    referring = [statement for passage in first[:REFERRING] for statement in statements_of(passage)]
    followed = {one.chunk: one.by for one in follow(question, referring)}
    first = [replace(passage, referred=followed.pop(passage.chunk, "")) for passage in first]
    more = _of_chunks([*_before(begun, first), *followed], first)
    more, _begun = completed(more)
    more = [replace(passage, referred=followed.get(passage.chunk, "")) for passage in more]
    return [replace(passage, number=number) for number, passage in enumerate([*first, *more], 1)]


def _before(begun: Sequence[int], known: Sequence[Passage]) -> list[int]:
    """The chunks before these, where they are not among the passages already."""
    if not begun:
        return []
    places = Q(pk=None)
    for version, index in Chunk.objects.filter(pk__in=begun, index__gt=0).values_list("text_version", "index"):
        places |= Q(text_version=version, index=index - 1)
    return list(Chunk.objects.filter(places).exclude(pk__in=[passage.chunk for passage in known]).values_list("pk", flat=True))


def _of_chunks(chunks: Sequence[int], known: Sequence[Passage]) -> list[Passage]:
    """Further passages of documents that have passed the door."""
    if not chunks:
        return []
    rows = Chunk.objects.filter(pk__in=chunks, text_version__document__deleted_at=None).select_related("text_version__document")
    current = {chunk.pk: chunk for chunk in rows if chunk.text_version.document.text_version_id == chunk.text_version_id}
    starts = _page_starts(current.values())
    score = min(passage.score for passage in known)
    return [_passage(current[pk], current[pk].text_version.document, starts[pk], score) for pk in dict.fromkeys(chunks) if pk in current]


def _passage(chunk: Chunk, document: Document, starts: tuple[int, ...], score: float) -> Passage:
    return Passage(
        0, document.pk, document.title, document.kind, document.date, chunk.text_version_id, chunk.pk, chunk.text,
        chunk.page_from, chunk.page_to, chunk.start, starts, score, chunk.context,
    )  # fmt: skip


def passages_of(hits: Iterable[Hit]) -> list[Passage]:
    """Of what a search gave, which has passed the door, in its order; without what was deleted or read again meanwhile."""
    hits = list(hits)
    rows = Chunk.objects.filter(pk__in=[hit.chunk for hit in hits], text_version__document__deleted_at=None)
    chunks = {chunk.pk: chunk for chunk in rows.select_related("text_version")}
    starts = _page_starts(chunks.values())
    made: list[Passage] = []
    for hit in hits:
        if (chunk := chunks.get(hit.chunk)) is not None:
            made.append(
                Passage(
                    len(made) + 1, hit.document, hit.title, hit.kind, hit.date, chunk.text_version_id, chunk.pk, chunk.text,
                    chunk.page_from, chunk.page_to, chunk.start, starts[chunk.pk], hit.score, chunk.context,
                )
            )  # fmt: skip
    return made


def _page_starts(chunks: Iterable[Chunk]) -> dict[int, tuple[int, ...]]:
    """Where in each passage its pages begin. A passage joins its pages with a line end."""
    chunks = list(chunks)
    spanning = [chunk for chunk in chunks if chunk.page_to > chunk.page_from]
    wanted = Q(pk=None)
    for chunk in spanning:
        wanted |= Q(text_version=chunk.text_version_id, number__range=(chunk.page_from, chunk.page_to))
    pages = Page.objects.filter(wanted).order_by() if spanning else Page.objects.none()
    lengths = {(version, number): size for version, number, size in pages.values_list("text_version", "number", Length("text"))}
    starts: dict[int, tuple[int, ...]] = {chunk.pk: (0,) for chunk in chunks}
    for chunk in spanning:
        sizes = [lengths.get((chunk.text_version_id, number), 0) + 1 for number in range(chunk.page_from, chunk.page_to)]
        starts[chunk.pk] = (0, *(end - chunk.start for end in accumulate(sizes)))
    return starts
