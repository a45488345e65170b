"""A document's new title reaches the context of its passages, by which they are found: their words, then their vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from documents.jobs import RetitlingJob
from documents.models import Chunk, Citation, Document, TextVersion
from documents.services.chunking.chunker import retitled
from documents.services.pipeline import lifecycle
from documents.services.search import indexing
from tasks import service_registry
from tasks.manager import manager
from tasks.run import TaskRun

TASK = "documents.renew_title"
GROUP = 256


def renew_later(document: Document, user: Any) -> None:
    """After a change of the title, in its transaction. The task reads the title of the moment when it runs."""
    if document.text_version_id is None:
        return
    manager.submit(TASK, {"document_id": str(document.pk)}, scope=document.case_id, user=user)


def renew_many(documents: Sequence[UUID]) -> None:
    """Like `renew_later` for documents of the library, whose titles an import changed."""
    if documents:
        manager.submit_many(TASK, ({"document_id": str(document)} for document in documents), priority=lifecycle.BULK)


def renew(job: RetitlingJob, run: TaskRun) -> dict[str, Any]:
    """Give the passages of the published reading the document's title of now, group by group; what is the same stays untouched."""
    changed = 0
    for first in range(0, 10**9, GROUP):
        run.check()
        version = _published(job.document_id)
        chunks = list(version.chunks.order_by("index")[first : first + GROUP]) if version is not None else []
        if version is None or not chunks:
            break
        changed += _renew_group(version, chunks, run)
    if changed and version is not None:
        with run.publish():
            indexing.index_words(version)
            indexing.index_citations(version, citation_keys(version))
    return {"passages": changed}


def _published(document_id: UUID) -> TextVersion | None:
    """The reading that is searched now; none of a deleted document."""
    document = Document.objects.select_related("text_version__document").filter(pk=document_id, deleted_at=None).first()
    return document.text_version if document is not None else None


def _renew_group(version: TextVersion, chunks: list[Chunk], run: TaskRun) -> int:
    service = service_registry.get("embedding")
    others = []
    for chunk in chunks:
        context = retitled(chunk.context, version.document.title, service.tokenizer)[:500]
        if context != chunk.context:
            chunk.context = context
            others.append(chunk)
    if others:
        vectors = service.embed([f"{chunk.context}\n{chunk.text}".strip() for chunk in others], on_batch=lambda done: run.check())
        with run.publish():
            Chunk.objects.bulk_update(others, ["context"])
            indexing.index_vectors(others, vectors)
    return len(others)


def citation_keys(version: TextVersion) -> dict[int, list[str]]:
    """The citation keys of each passage, as they are stored."""
    keys: dict[int, list[str]] = {}
    cited = version.citations.filter(role=Citation.Role.AUTHORITY).exclude(chunk=None).exclude(key="")
    for chunk, key in cited.values_list("chunk_id", "key").order_by("page", "start"):
        if key not in keys.setdefault(chunk, []):
            keys[chunk].append(key)
    return keys
