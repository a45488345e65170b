"""The texts of authorities as documents of the library: written for many at once, in the caller's transaction.

A text that came waits, PENDING and without a task, until `indexing` has made its passages; what it replaces in search is gone at once.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Max, Q
from django.utils import timezone

from documents.models import ChunkEmbedding, ChunkWords, Document, Page, TextVersion
from documents.services.library.copying import insert, numbers
from documents.services.library.records import PageRecord

ROWS = 500
ENGINE = "library"
MIME = "text/plain"
WAITING = Q(case=None, deleted_at=None, status=Document.Status.PENDING, task_id=None, stored_as="") & ~Q(text_version=None)
"""Texts of the library whose passages are still to be made."""


@dataclass
class Text:
    """A text to publish. `document` is the id of the one whose reading it replaces, None where a new one is made."""

    title: str
    kind: str
    pages: Sequence[PageRecord]
    date: datetime.date | None = None
    document: UUID | None = None
    ruling: UUID | None = None
    opinion: int | None = None
    statute: UUID | None = None

    @property
    def characters(self) -> int:
        return sum(len(page.text) for page in self.pages)


def publish(texts: Sequence[Text]) -> None:
    """Each text becomes the published reading of its document; a dozen statements, however many."""
    if not texts:
        return
    replaced = [text for text in texts if text.document is not None]
    last = _last_numbers([text.document for text in replaced if text.document])
    versions = numbers(TextVersion, len(texts))
    documents = [_new_document(text, version) for text, version in zip(texts, versions, strict=True) if text.document is None]
    insert(Document, documents)
    made = iter(documents)
    owners = [text.document or next(made).pk for text in texts]
    insert(
        TextVersion,
        (
            TextVersion(id=version, document_id=owner, number=last.get(owner, 0) + 1, engine=ENGINE, characters=text.characters)
            for text, version, owner in zip(texts, versions, owners, strict=True)
        ),
    )
    insert(Page, _pages(texts, versions))
    if replaced:
        _replace([(text, version) for text, version in zip(texts, versions, strict=True) if text.document is not None])


def _last_numbers(documents: Sequence[UUID]) -> dict[UUID, int]:
    if not documents:
        return {}
    rows = TextVersion.objects.filter(document__in=documents).order_by().values_list("document").annotate(last=Max("number"))
    return dict(rows)


def _new_document(text: Text, version: int) -> Document:
    return Document(
        title=text.title[:300], kind=text.kind, date=text.date, mime=MIME, page_count=len(text.pages), text_version_id=version,
        ruling_id=text.ruling, opinion_id=text.opinion, statute_id=text.statute,
    )  # fmt: skip


def _pages(texts: Sequence[Text], versions: Sequence[int]) -> Iterable[Page]:
    for text, version in zip(texts, versions, strict=True):
        for number, page in enumerate(text.pages, 1):
            yield Page(
                text_version_id=version, number=number, text=page.text, raw=page.raw, offset_map=page.offset_map, label=page.label[:40]
            )


def _replace(texts: Sequence[tuple[Text, int]]) -> None:
    """Documents show their new readings and wait for the passages of these; the old readings stay, and are found no more."""
    by_document = {text.document: (text, version) for text, version in texts if text.document is not None}
    ChunkWords.objects.filter(document__in=by_document).delete()
    ChunkEmbedding.objects.filter(document__in=by_document).delete()
    documents = list(Document.objects.select_for_update(of=("self",)).filter(pk__in=by_document).order_by("pk"))
    now = timezone.now()
    for document in documents:
        text, version = by_document[document.pk]
        document.text_version_id, document.page_count, document.title, document.date = version, len(text.pages), text.title[:300], text.date
        document.status, document.task_id, document.error, document.error_code, document.updated = (
            Document.Status.PENDING,
            None,
            "",
            "",
            now,
        )
    changed: list[Any] = ["text_version", "page_count", "title", "date", "status", "task_id", "error", "error_code", "updated"]
    Document.objects.bulk_update(documents, changed, batch_size=ROWS)
