from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

from django.db.models import Q
from django.db.models.functions import Length

from documents.models import Chunk, Document, Page
from documents.services.chat.contracts import Evidence, Passage, Question, Searched
from documents.services.search import Hit, SearchRequest, search
from documents.services.search.request import Filter

PASSAGES = 12


def gather(question: Question) -> Evidence:
    """Raises SearchError where what was asked can't be searched for, and Http404 where the case does not exist for who asks."""
    chosen = (Filter("document", tuple(map(str, question.documents))),) if question.documents else ()
    found = search(SearchRequest(q=question.asked, user=question.user, case=question.case, filters=chosen))
    return Evidence(tuple(passages_of(found.results[:PASSAGES])), searched(question))


def searched(question: Question) -> Searched:
    """How much of what was to be looked at has been read."""
    documents = Document.objects.visible_to(question.user).filter(case=question.case, duplicate_of=None)
    if question.documents:
        documents = documents.filter(pk__in=question.documents)
    waiting = documents.exclude(status__in=Document.TERMINAL).filter(text_version=None)
    read = documents.exclude(text_version=None)
    total, have, later = documents.count(), read.count(), waiting.count()
    return Searched(total, have, total - have - later, later)


def passages_of(hits: Iterable[Hit]) -> list[Passage]:
    """Of what a search gave, which has passed the door, in its order; without what was deleted or read again meanwhile."""
    hits = list(hits)
    chunks = {
        chunk.pk: chunk
        for chunk in Chunk.objects.filter(pk__in=[hit.chunk for hit in hits], text_version__document__deleted_at=None).select_related(
            "text_version"
        )
    }
    starts = page_starts(chunks.values())
    made: list[Passage] = []
    for hit in hits:
        if (chunk := chunks.get(hit.chunk)) is not None:
            made.append(
                Passage(
                    len(made) + 1,
                    hit.document,
                    hit.title,
                    hit.kind,
                    hit.date,
                    chunk.text_version_id,
                    chunk.pk,
                    chunk.text,
                    chunk.page_from,
                    chunk.page_to,
                    chunk.start,
                    starts[chunk.pk],
                    hit.score,
                    chunk.context,
                )
            )
    return made


def page_starts(chunks: Iterable[Chunk]) -> dict[int, tuple[int, ...]]:
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
