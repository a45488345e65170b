from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict

import numpy as np

Key = tuple[int, str]
"""A model and a text."""


class Memory:
    """The vectors of the texts that were asked for last, 0.8 KB each; of the texts themselves only digests are kept. Thread-safe."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[int, bytes], np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> np.ndarray | None:
        digest = _digest(key)
        with self._lock:
            if (vector := self._kept.get(digest)) is None:
                return None
            self._kept.move_to_end(digest)
            return vector.astype(np.float32)

    def keep(self, key: Key, vector: np.ndarray) -> None:
        with self._lock:
            self._kept[_digest(key)] = vector.astype(np.float16)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


def _digest(key: Key) -> tuple[int, bytes]:
    model, text = key
    return model, hashlib.sha256(text.encode(errors="surrogatepass")).digest()
