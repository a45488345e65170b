"""The embedding service of another machine, behind an OpenAI-compatible address. Used only where an administrator set EMBEDDING_URL."""

from __future__ import annotations

import hashlib
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from documents.services.embedding.cache import QueryCache
from documents.services.embedding.tokens import Tokens
from documents.services.embedding.weights import DIMENSIONS
from tasks.errors import PermanentError, RetryableError

BATCH = 32
"""Texts in one request; together about 30 KB."""

PASSAGES_TIMEOUT, QUERY_TIMEOUT = 120.0, 15.0
"""Seconds without an answer; a person waits for a query."""

BUSY = frozenset({408, 425, 429})


class RemoteEmbedding:
    """Vectors from `POST <address>` with {"model", "input"}. Thread-safe: every request has its own connection."""

    dimensions = DIMENSIONS

    def __init__(self, url: str, model: str, key: str, tokenizer: Tokens) -> None:
        self.url = endpoint(url)
        self.name = model
        # Nobody can hash what another machine runs: its address and model name are its identity.
        self.sha256 = hashlib.sha256(f"{self.url}\n{model}".encode()).hexdigest()
        self.tokenizer = tokenizer
        self._key = key
        self._opener = urllib.request.build_opener(_NoRedirects())
        self._queries = QueryCache(lambda text: self._ask([text], QUERY_TIMEOUT)[0])

    def embed(self, texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None) -> np.ndarray:
        """float32 (len(texts), 384), each row of length 1. `on_batch` is told after every request how many are done.

        Raises RetryableError when the service is away, slow or busy, PermanentError when it refuses or answers nonsense.
        """
        parts = [np.empty((0, self.dimensions), np.float32)]
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            parts.append(self._ask(batch, PASSAGES_TIMEOUT))
            if on_batch:
                on_batch(start + len(batch))
        return np.concatenate(parts)

    def embed_query(self, text: str) -> np.ndarray:
        """float32 (384,), read-only, of length 1; the latest queries are remembered. Raises as `embed` does."""
        return self._queries(text)

    def close(self) -> None:
        self._queries.clear()

    def _ask(self, texts: Sequence[str], timeout: float) -> np.ndarray:
        answer = self._post({"model": self.name, "input": list(texts), "encoding_format": "float"}, timeout)
        return self._vectors(answer, len(texts))

    def _post(self, payload: dict[str, Any], timeout: float) -> bytes:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self._key}"} if self._key else {})
        request = urllib.request.Request(self.url, json.dumps(payload).encode(), headers)  # noqa: S310 (endpoint() checked the scheme)
        try:
            with self._opener.open(request, timeout=timeout) as response:
                content: bytes = response.read()
        except urllib.error.HTTPError as error:
            raise _refusal(error) from error
        except (OSError, http.client.HTTPException) as error:
            raise RetryableError(
                _("The embedding service at %(url)s does not answer (%(why)s).") % {"url": self.url, "why": error}
            ) from error
        return content

    def _vectors(self, answer: bytes, expected: int) -> np.ndarray:
        """The answer's vectors in the order of the texts, as float32 of length 1."""
        try:
            rows = sorted(json.loads(answer)["data"], key=lambda row: row["index"])
            vectors = np.array([row["embedding"] for row in rows], np.float32)
        except (ValueError, KeyError, TypeError) as error:
            raise PermanentError(_("The embedding service gave an answer that is not a list of vectors."), "embedding_answer") from error
        self._require_shape(vectors, expected)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def _require_shape(self, vectors: np.ndarray, expected: int) -> None:
        if vectors.ndim != 2 or len(vectors) != expected:
            raise PermanentError(_("The embedding service gave the wrong number of vectors."), "embedding_answer")
        if vectors.shape[1] != self.dimensions:
            raise PermanentError(
                _("The model %(name)s of the embedding service makes vectors of %(found)d numbers, but LexIntel stores %(expected)d.")
                % {"name": self.name, "found": vectors.shape[1], "expected": self.dimensions},
                "embedding_dimensions",
            )
        if not (np.isfinite(vectors).all() and vectors.any(axis=1).all()):
            raise PermanentError(_("The embedding service gave a vector that means nothing."), "embedding_answer")


def endpoint(url: str) -> str:
    """The address to post to: `http://host`, `http://host/v1` and `http://host/v1/embeddings` all mean the last."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ImproperlyConfigured(f"EMBEDDING_URL is '{url}'; it must look like https://host/v1.")
    base = url.rstrip("/")
    if base.endswith("/embeddings"):
        return base
    return f"{base}/embeddings" if urlsplit(base).path else f"{base}/v1/embeddings"


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the case's text and the key to an address that nobody configured."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def _refusal(error: urllib.error.HTTPError) -> PermanentError | RetryableError:
    detail = error.read(300).decode("utf-8", "replace").strip()
    message = _("The embedding service answered %(status)d: %(detail)s") % {"status": error.code, "detail": detail or error.reason}
    if error.code in BUSY or error.code >= 500:
        return RetryableError(message)
    return PermanentError(message, "embedding_refused")
