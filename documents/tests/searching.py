"""What the tests of search share: documents that are indexed by the same calls as the pipeline makes, with the real model."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.db import transaction

from cases.models import Case
from cases.services.citations import extract
from documents.models import Chunk, Citation, Document, Page, TextVersion
from documents.services.search import SearchRequest, SearchResponse, indexing, search
from tasks import service_registry


def document(
    case: Case | None,
    title: str,
    *passages: str,
    kind: str = Document.Kind.FILING,
    date: datetime.date | None = None,
    vectors: bool = True,
) -> Document:
    """A ready document with one page and one chunk for each passage."""
    made = Document.objects.create(case=case, title=title, kind=kind, status=Document.Status.READY, date=date, page_count=len(passages))
    publish(made, *passages, vectors=vectors)
    return made


def publish(made: Document, *passages: str, vectors: bool = True) -> TextVersion:
    with transaction.atomic():
        indexing.unindex(made)
        version = TextVersion.objects.create(document=made, number=made.text_versions.count() + 1)
        Page.objects.bulk_create([Page(text_version=version, number=n, text=text) for n, text in enumerate(passages, 1)])
        chunks = Chunk.objects.bulk_create([_chunk(version, made.title, n, text) for n, text in enumerate(passages)])
        made.text_version = version
        made.save()
        indexing.index_words(version)
        if vectors:
            indexing.index_vectors(chunks, service_registry.get("embedding").embed([f"{chunk.context}\n{chunk.text}" for chunk in chunks]))
        indexing.index_citations(version, {chunk.pk: _cited(version, chunk) for chunk in chunks})
    return version


def _chunk(version: TextVersion, title: str, index: int, text: str) -> Chunk:
    page = index + 1
    return Chunk(
        text_version=version, index=index, text=text, context=title, page_from=page, page_to=page, start=0, end=len(text), tokens=9
    )


def _cited(version: TextVersion, chunk: Chunk) -> list[str]:
    mentions = [mention for mention in extract(chunk.text) if mention.key]
    Citation.objects.bulk_create(
        Citation(
            text_version=version,
            chunk=chunk,
            page=chunk.page_from,
            start=m.start,
            end=m.end,
            text=m.text,
            key=m.key,
            kind=m.kind,
            method="t",
        )
        for m in mentions
    )
    return [mention.key for mention in mentions]


def ask(user: Any, q: str, **filters: Any) -> SearchResponse:
    filters.setdefault("mode", "text")
    return search(SearchRequest(q=q, user=user, **filters))


def found(user: Any, q: str, **filters: Any) -> list[tuple[str, int]]:
    """(title, page) of the hits, best first."""
    return [(hit.title, hit.page) for hit in ask(user, q, **filters).results]


def titles(user: Any, q: str, **filters: Any) -> list[str]:
    return [title for title, _page in found(user, q, **filters)]


def anything() -> uuid.UUID:
    return uuid.uuid4()
