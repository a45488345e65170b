"""Meaning as vectors. The service "embedding" of the registry makes them; `active_model` is the row they are stored under.

Light on purpose: app loading imports this package before there are models, so everything else is imported when it is called.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from documents.models import EmbeddingModel


def register() -> None:
    """Tell the service registry how the embedding service is built. Raises ImproperlyConfigured for a wrong setting."""
    from documents.services.embedding import service

    service.register()


def prepare() -> None:
    """Make the converted model now if it is missing (about 2 s once per installation), so that no first document waits for it."""
    from documents.services.embedding.service import embedding_service

    embedding_service()


def active_model() -> EmbeddingModel:
    """The row of the configured model, made at first use."""
    from documents.services.embedding import active

    return active.active_model()


def missing_vectors(case_ids: Iterable[uuid.UUID]) -> int:
    """How many passages of these cases lack a vector of the active model."""
    from documents.services.embedding import active

    return active.missing_vectors(case_ids)
