from __future__ import annotations

from tasks.errors import PermanentError


class EmbeddingUnavailable(PermanentError):
    """There is no usable embedding model; the sentence says what an administrator can do."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="embedding_unavailable")
