"""Word pieces: what the model sees of a text, and where in the text each piece stands."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable
from itertools import chain, islice

import numpy as np

# Its thread pool does not survive the fork of a Celery worker, and a process here is a core's worth anyway. Read at the first call.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

MAX_TOKENS = 256
"""What the model reads of a text, its two special tokens included; it was not trained on more."""
LONGEST_REMEMBERED = 40
REMEMBERED = 30_000
"""Words whose pieces are kept (under 10 MB): documents repeat their words, and to look them up takes a fifth of the time."""
_BERT = (BertNormalizer, BertPreTokenizer, WordPiece)
# What the tokenizer takes for white space: unlike Python, not the control characters, which it leaves out.
_WORD = re.compile("[^ \t\n\r\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")


class Tokens:
    """A tokenizer.json without its padding and truncation, so that offsets are those of the whole text. Thread-safe."""

    def __init__(self, content: bytes) -> None:
        self._tokenizer = Tokenizer.from_buffer(content)
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._pieces: dict[str, tuple[int, ...]] = {}
        self._around: list[int] = self._tokenizer.encode("").ids
        parts = (self._tokenizer.normalizer, self._tokenizer.pre_tokenizer, self._tokenizer.model)
        # BERT's own way of cutting: a word has the same pieces wherever it stands.
        self._by_word = all(isinstance(part, kind) for part, kind in zip(parts, _BERT, strict=True)) and len(self._around) == 2

    def encode_offsets(self, text: str) -> list[tuple[int, int]]:
        """(start, end) in code points of every word piece, in order, without special tokens and never truncated."""
        offsets: list[tuple[int, int]] = self._tokenizer.encode(encodable(text), add_special_tokens=False).offsets
        return offsets

    def count(self, text: str) -> int:
        """How many word pieces the text has, without special tokens."""
        return len(self._tokenizer.encode(encodable(text), add_special_tokens=False))

    def counts(self, words: Iterable[str]) -> dict[str, int]:
        """How many word pieces each of these words, which hold no white space, has."""
        clean = {word: encodable(word) for word in words}
        pieces = self._pieces_of(set(clean.values()))
        return {word: len(pieces[clean[word]]) for word in clean}

    def vocabulary(self) -> list[str]:
        """The whole words of the vocabulary, commonest first, as far as its makers ordered it so."""
        ids: dict[str, int] = self._tokenizer.get_vocab(with_added_tokens=False)
        return sorted((piece for piece in ids if not piece.startswith("##")), key=ids.__getitem__)

    def ids(self, text: str) -> np.ndarray:
        """int64 (n,), n at most 256: the text's tokens between [CLS] and [SEP], its end cut off where it is longer."""
        ids = self._ids_by_word(encodable(text)) if self._by_word else self._tokenizer.encode(encodable(text)).ids
        if len(ids) > MAX_TOKENS:
            ids = [*ids[: MAX_TOKENS - 1], ids[-1]]
        return np.array(ids, np.int64)

    def _ids_by_word(self, text: str) -> list[int]:
        words = _WORD.findall(text)
        pieces = self._pieces_of(set(words))
        first, last = self._around
        return [first, *chain.from_iterable(map(pieces.__getitem__, words)), last]

    def _pieces_of(self, words: Collection[str]) -> dict[str, tuple[int, ...]]:
        """The ids of each word's pieces."""
        pieces = {word: known for word in words if (known := self._pieces.get(word)) is not None}
        if len(pieces) == len(words):
            return pieces
        new = [word for word in words if word not in pieces]
        encodings = self._tokenizer.encode_batch_fast(new, add_special_tokens=False)
        made = {word: tuple(encoding.ids) for word, encoding in zip(new, encodings, strict=True)}
        self._remember({word: ids for word, ids in made.items() if len(word) <= LONGEST_REMEMBERED})
        return pieces | made

    def _remember(self, made: dict[str, tuple[int, ...]]) -> None:
        if len(self._pieces) + len(made) > REMEMBERED:
            self._pieces = {}  # the words of what is read now come back at once
        self._pieces.update(islice(made.items(), REMEMBERED))


def encodable(text: str) -> str:
    """The text with lone surrogates, which are no characters, as question marks; offsets stay what they are."""
    return text.encode("utf-8", "replace").decode("utf-8")
