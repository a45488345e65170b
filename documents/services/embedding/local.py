"""The embedding service that runs in this process."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from documents.services.embedding.cache import QueryCache
from documents.services.embedding.conversion import RECIPE, converted
from documents.services.embedding.runtime import INPUT, session
from documents.services.embedding.tokens import Tokens
from documents.services.embedding.weights import DIMENSIONS, Architecture, ModelFolder

if TYPE_CHECKING:
    import onnxruntime

REPORT_EVERY = 4
"""Texts between two calls of on_batch: about a tenth of a second, so that a cancel is felt."""


class LocalEmbedding:
    """Vectors from the int8 model under var/models. Thread-safe. A forked child shares its parent's model, which has no threads."""

    dimensions = DIMENSIONS

    def __init__(self, folder: ModelFolder) -> None:
        Architecture.read(folder)
        self.name = f"{folder.name}-{RECIPE}"
        self.sha256 = folder.weights_sha256 or ""
        self.tokenizer = Tokens(folder.verified_tokenizer())
        self._folder = folder
        self._queries = QueryCache(self._vector)
        self._session: onnxruntime.InferenceSession | None = None
        self._lock = threading.Lock()
        self._at_work = 0
        _alive.add(self)

    def embed(self, texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None) -> np.ndarray:
        """float32 (len(texts), 384), each row of length 1 and the same whatever its neighbours are.

        `on_batch` is told every few texts how many are done, and may raise to stop.
        """
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        for index, text in enumerate(texts):
            vectors[index] = self._vector(text)
            if on_batch and ((index + 1) % REPORT_EVERY == 0 or index + 1 == len(texts)):
                on_batch(index + 1)
        return vectors

    def embed_query(self, text: str) -> np.ndarray:
        """float32 (384,), read-only, of length 1; the latest queries are remembered."""
        return self._queries(text)

    def load(self) -> None:
        """Make the converted file if it is missing, and load it; without this the first text does both."""
        self._model()

    def close(self) -> None:
        self._session = None
        self._queries.clear()

    def _vector(self, text: str) -> np.ndarray:
        model, ids = self._model(), self.tokenizer.ids(text)[None]
        with self._lock:
            self._at_work += 1
        try:
            vector: np.ndarray = model.run(None, {INPUT: ids})[0][0]
        finally:
            with self._lock:
                self._at_work -= 1
        return vector

    def _model(self) -> onnxruntime.InferenceSession:
        if (model := self._session) is not None:
            return model
        with self._lock:
            if self._session is None:
                self._session = session(converted(self._folder))
            return self._session

    def _forget_parent(self) -> None:
        """After a fork: the parent's threads, and whatever they held, are not here. A model in whose middle one was is loaded anew."""
        self._lock = threading.Lock()
        if self._at_work:
            self._session, self._at_work = None, 0
        self._queries = QueryCache(self._vector)


_alive: weakref.WeakSet[LocalEmbedding] = weakref.WeakSet()


def _after_fork() -> None:
    for service in _alive:
        service._forget_parent()


os.register_at_fork(after_in_child=_after_fork)
