"""Which model's vectors count, and what still lacks them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from documents.models import Chunk, ChunkEmbedding, Document, EmbeddingModel
from documents.services.embedding.service import embedding_service
from tasks.base import prepared_statements


def active_model() -> EmbeddingModel:
    """The row of the configured model, made (and the only active one) at first use. One query afterwards."""
    service = embedding_service()
    identity = {"name": service.name, "sha256": service.sha256}
    if model := prepared_statements.first(EmbeddingModel, "r.name = %s AND r.sha256 = %s AND r.active", [service.name, service.sha256]):
        return model
    return _activate(identity, service.dimensions)


def missing_vectors(case_ids: Iterable[uuid.UUID]) -> int:
    """How many passages of these cases' readable documents lack a vector of the active model: search by meaning can't find them.

    A document's vectors are published in one transaction, so the question is asked per document: 2,500 documents with 100,000
    passages take about 10 ms.
    """
    present = ChunkEmbedding.objects.filter(document=OuterRef("pk"), model=active_model())
    documents = Document.objects.filter(~Exists(present), case__in=list(case_ids), deleted_at=None).exclude(text_version=None)
    return Chunk.objects.filter(text_version__in=documents.values("text_version")).count()


@transaction.atomic
def _activate(identity: dict[str, Any], dimensions: int) -> EmbeddingModel:
    model, _made = EmbeddingModel.objects.get_or_create(**identity, defaults={"dimensions": dimensions})
    # In one order, so that two processes that start together wait for each other instead of deadlocking.
    list(EmbeddingModel.objects.select_for_update().order_by("pk"))
    EmbeddingModel.objects.filter(active=True).exclude(pk=model.pk).update(active=False)
    EmbeddingModel.objects.filter(pk=model.pk).update(active=True)
    model.refresh_from_db()
    return model
