"""Word pieces: what the model sees of a text, and where in the text each piece stands."""

from __future__ import annotations

import os

import numpy as np

# Its thread pool does not survive the fork of a Celery worker, and a process here is a core's worth anyway. Read at the first call.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from tokenizers import Tokenizer

MAX_TOKENS = 256
"""What the model reads of a text, its two special tokens included; it was not trained on more."""


class Tokens:
    """A tokenizer.json without its padding and truncation, so that offsets are those of the whole text. Thread-safe."""

    def __init__(self, content: bytes) -> None:
        self._tokenizer = Tokenizer.from_buffer(content)
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def encode_offsets(self, text: str) -> list[tuple[int, int]]:
        """(start, end) in code points of every word piece, in order, without special tokens and never truncated."""
        offsets: list[tuple[int, int]] = self._tokenizer.encode(encodable(text), add_special_tokens=False).offsets
        return offsets

    def count(self, text: str) -> int:
        """How many word pieces the text has, without special tokens."""
        return len(self._tokenizer.encode(encodable(text), add_special_tokens=False))

    def ids(self, text: str) -> np.ndarray:
        """int64 (n,), n at most 256: the text's tokens between [CLS] and [SEP], its end cut off where it is longer."""
        ids: list[int] = self._tokenizer.encode(encodable(text)).ids
        if len(ids) > MAX_TOKENS:
            ids = [*ids[: MAX_TOKENS - 1], ids[-1]]
        return np.array(ids, np.int64)


def encodable(text: str) -> str:
    """The text with lone surrogates, which are no characters, as question marks; offsets stay what they are."""
    return text.encode("utf-8", "replace").decode("utf-8")
