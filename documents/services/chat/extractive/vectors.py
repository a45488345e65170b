"""Vectors of sentences and single words, remembered: the embedding service is asked once for all that are not known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from documents.services import embedding
from documents.services.search.sentences.memory import Memory
from documents.services.search.sentences.nearest import LONGEST, vectors_of
from tasks import service_registry

EMBEDDED_CHARACTERS = 1000
_words = Memory(16_384)


class Vectors:
    """Of the active model. Raises what the embedding service raises."""

    def __init__(self, asked: Sequence[str]) -> None:
        self._model = embedding.active_model().pk
        self._asked: dict[str, np.ndarray] = {}
        for text in asked:
            self.ask(text)

    def ask(self, text: str) -> None:
        """Let sentences be compared with this too."""
        if text not in self._asked:
            self._asked[text] = service_registry.get("embedding").embed_query(text[:EMBEDDED_CHARACTERS])

    def cosines(self, asked: str, lines: Sequence[str]) -> list[float]:
        """Of what is asked with each of these sentences."""
        texts = [line[:LONGEST] for line in lines]
        known = vectors_of(texts, self._model)
        return [float(known[text] @ self._asked[asked]) for text in texts]

    def likeness(self, one: str, other: str) -> float:
        """The cosine of two sentences."""
        known = vectors_of([one[:LONGEST], other[:LONGEST]], self._model)
        return float(known[one[:LONGEST]] @ known[other[:LONGEST]])

    def of_words(self, words: Sequence[str]) -> dict[str, np.ndarray]:
        known = {word: vector for word in words if (vector := _words.get((self._model, word))) is not None}
        unknown = [word for word in dict.fromkeys(words) if word not in known]
        if unknown:
            for word, vector in zip(unknown, service_registry.get("embedding").embed(unknown), strict=True):
                known[word] = vector
                _words.keep((self._model, word), vector)
        return known
