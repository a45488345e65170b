"""Which embedding service this installation has, as the service registry builds it: the embedded model, a folder, or an address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from documents.services.embedding.local import LocalEmbedding
from documents.services.embedding.remote import RemoteEmbedding, endpoint
from documents.services.embedding.tokens import Tokens
from documents.services.embedding.weights import ModelFolder, embedded_folder, local_folder
from tasks import service_registry

NAME = "embedding"


class EmbeddingService(Protocol):
    """What the service "embedding" can do."""

    @property
    def name(self) -> str: ...

    @property
    def sha256(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    @property
    def tokenizer(self) -> Tokens: ...

    def embed(self, texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None) -> np.ndarray: ...

    def embed_query(self, text: str) -> np.ndarray: ...

    def close(self) -> None: ...


def embedding_service() -> EmbeddingService:
    """This process's service, out of the registry."""
    service: EmbeddingService = service_registry.get(NAME)
    return service


def register() -> None:
    """Called when the app is ready: a wrong setting stops the start here; the model is loaded with its worker or at first use."""
    if settings.EMBEDDING_URL:
        _require_remote_settings()
    elif settings.EMBEDDING_FOLDER and not Path(settings.EMBEDDING_FOLDER).is_dir():
        raise ImproperlyConfigured(f"EMBEDDING_FOLDER is '{settings.EMBEDDING_FOLDER}', which is not a folder.")
    service_registry.register(NAME, build, _close, inherited=not settings.EMBEDDING_URL)


def build() -> EmbeddingService:
    """The service, its model loaded. Raises EmbeddingUnavailable with a sentence for administrators when there is no usable model."""
    if settings.EMBEDDING_URL:
        tokenizer = Tokens(_folder().verified_tokenizer())
        return RemoteEmbedding(settings.EMBEDDING_URL, settings.EMBEDDING_MODEL, settings.EMBEDDING_API_KEY, tokenizer)
    local = LocalEmbedding(_folder())
    local.load()
    return local


def _close(service: EmbeddingService) -> None:
    service.close()


def _folder() -> ModelFolder:
    return local_folder(Path(settings.EMBEDDING_FOLDER)) if settings.EMBEDDING_FOLDER else embedded_folder()


def _require_remote_settings() -> None:
    endpoint(settings.EMBEDDING_URL)
    if not settings.EMBEDDING_MODEL:
        raise ImproperlyConfigured("EMBEDDING_URL needs EMBEDDING_MODEL, the name of the model to ask for.")
