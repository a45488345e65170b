from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

REMEMBERED = 1024
"""1.5 KB a query."""


class QueryCache:
    """The vectors of the latest queries: a person pages through results and sets filters, and asks the same words again."""

    def __init__(self, compute: Callable[[str], np.ndarray]) -> None:
        def remember(text: str) -> np.ndarray:
            vector = compute(text)
            vector.setflags(write=False)
            return vector

        self._vector = lru_cache(maxsize=REMEMBERED)(remember)

    def __call__(self, text: str) -> np.ndarray:
        return self._vector(text.strip())

    def clear(self) -> None:
        self._vector.cache_clear()
