"""Texts of the library become findable: passages and words, many texts at a time, then the tasks for vectors and citations.

What waits is read from the documents themselves, so that whatever is killed goes on with what is left, and several who do it share it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from uuid import UUID

from django.db import connection
from django.utils import timezone

from documents.models import Chunk, Document, Page, TextVersion
from documents.services.chunking.chunker import ChunkSpec, chunk_pages
from documents.services.library.texts import ROWS, WAITING
from documents.services.pipeline import lifecycle
from documents.services.search import indexing
from tasks import service_registry
from tasks.manager import manager

AT_ONCE = 100
ENOUGH_CHARACTERS = 1_500_000
_TAKE_TASKS = """
UPDATE documents_document d SET task_id = r.id FROM tasks_taskrecord r
WHERE r.id = ANY(%s::uuid[]) AND d.id = (r.payload ->> 'document_id')::uuid
"""


def waiting() -> int:
    """How many texts wait for their passages."""
    return Document.objects.filter(WAITING).count()


def index_some(publish: Callable[[], AbstractContextManager[object]]) -> int:
    """Make passages of some texts that wait; how many. What costs time comes before the transaction, which takes those that still wait."""
    documents = _some()
    if not documents:
        return 0
    specs = {document.pk: made for document, made in _divided(documents)}
    with publish():
        mine = list(
            Document.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(WAITING, pk__in=specs, text_version__in=[document.text_version_id for document in documents])
            .select_related("text_version")
            .order_by("pk")
        )
        _index([(document, specs[document.pk]) for document in mine])
        _hand_over([document.pk for document in mine])
    return len(mine)


def _some() -> list[Document]:
    """The oldest that wait, as many as fit into memory together."""
    documents, characters = [], 0
    for document in Document.objects.filter(WAITING).select_related("text_version").order_by("pk")[:AT_ONCE]:
        documents.append(document)
        characters += document.text_version.characters if document.text_version else 0
        if characters > ENOUGH_CHARACTERS:
            break
    return documents


def _divided(documents: Sequence[Document]) -> list[tuple[Document, list[ChunkSpec]]]:
    pages: defaultdict[int, list[Page]] = defaultdict(list)
    versions = [document.text_version_id for document in documents]
    for page in Page.objects.filter(text_version__in=versions).only("text_version_id", "number", "text").order_by("text_version", "number"):
        pages[page.text_version_id].append(page)
    tokenizer = service_registry.get("embedding").tokenizer
    return [(one, chunk_pages(pages[one.text_version_id or 0], title=one.title, tokenizer=tokenizer)) for one in documents]


def _index(divided: Sequence[tuple[Document, Sequence[ChunkSpec]]]) -> None:
    readings: list[tuple[TextVersion, list[Chunk]]] = []
    for document, specs in divided:
        version = document.text_version
        if version is None:
            continue
        version.document = document
        readings.append((version, [_chunk(version, spec) for spec in specs]))
    Chunk.objects.bulk_create([chunk for _version, chunks in readings for chunk in chunks], batch_size=ROWS)
    indexing.index_library(readings)


def _chunk(version: TextVersion, spec: ChunkSpec) -> Chunk:
    return Chunk(
        text_version=version, index=spec.index, text=spec.text, context=spec.context[:500], page_from=spec.page_from, page_to=spec.page_to,
        start=spec.start, end=spec.end, tokens=spec.tokens,
    )  # fmt: skip


def _hand_over(documents: Sequence[UUID]) -> None:
    """Their next stage, in bulk; each task is the one that may move its document on."""
    if not documents:
        return
    stage = lifecycle.stage_named("embeddings")
    ids = manager.submit_many(
        stage.task,
        ({"document_id": str(document)} for document in documents),
        topics=[f"document:{document}" for document in documents],
        share=stage.share,
        priority=lifecycle.BULK,
    )
    Document.objects.filter(pk__in=documents).update(status=stage.status, updated=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_TASKS, [ids])
