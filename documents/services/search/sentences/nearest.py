"""The sentence that answers: of the first passages of a search the one whose vector is nearest to the query's.

A passage's vector is the mean of all that stands in it, so what is said in other words in one of its sentences is lost in the rest. To
keep the vectors of all sentences would make an index six times as large and embedding twice as long; so only the likeliest sentences of the
first passages are embedded, where the words say little (see `fusion`), and are remembered for the next page or filter. Page MRR of 14
paraphrases in 900 passages: .51 without, .66 with all 230 sentences of 30 passages (a second), .66 with two each of the first eight.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from django.db import connection

from documents.services.chunking.sentences import sentences_of
from documents.services.search.sentences.memory import Memory
from documents.services.search.text.words import words_in
from tasks import service_registry

PASSAGES = 8
"""That are looked into."""
SENTENCES = 3
"""Of each that are compared: those with the most of the query's words, of several the longest."""
SHORTEST, LONGEST = 20, 240
"""Characters: shorter ones say nothing, of longer ones the beginning is compared."""
STEM = 5
"""Letters by which words are taken for the same; good enough to choose among sentences."""

_TEXTS = "SELECT id, text FROM documents_chunk WHERE id = ANY(%s::bigint[])"
_memory = Memory(4096)


class Sentence(NamedTuple):
    """Where in its passage a sentence begins, and the cosine of its vector and the query's."""

    start: int
    cosine: float


def nearest(chunks: Iterable[int], asked: str, vector: np.ndarray, model: int) -> dict[int, Sentence]:
    """The nearest sentence of each of the first PASSAGES chunks that has any; `vector` is that of what was `asked`, by the active model,
    whose id is `model`. Raises what the embedding service raises."""
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS, [list(chunks)[:PASSAGES]])
        likely = {chunk: list(likeliest(text, asked)) for chunk, text in cursor.fetchall()}
    texts = {chunk: [text for _start, text in sentences] for chunk, sentences in likely.items()}
    vectors = vectors_of([text for of_chunk in texts.values() for text in of_chunk], model)
    found = {}
    for chunk, sentences in likely.items():
        cosines = [(float(vectors[text] @ vector), start) for start, text in sentences]
        if cosines:
            cosine, start = max(cosines, key=lambda one: (one[0], -one[1]))
            found[chunk] = Sentence(start, cosine)
    return found


def likeliest(text: str, asked: str) -> Iterator[tuple[int, str]]:
    """(start, text) of the sentences of a passage that may answer best."""
    wanted = _stems(asked)
    spans = [(start, text[start : min(end, start + LONGEST)]) for start, end in sentences_of(text) if end - start >= SHORTEST]
    spans.sort(key=lambda span: (-len(wanted & _stems(span[1])), -len(span[1]), span[0]))
    yield from spans[:SENTENCES]


def _stems(text: str) -> set[str]:
    return {word.folded[:STEM] for word in words_in(text) if len(word.folded) > 3}


def vectors_of(texts: Sequence[str], model: int) -> Mapping[str, np.ndarray]:
    """By the active model, whose id is `model`; those of the texts that were asked for last are remembered."""
    known = {text: vector for text in texts if (vector := _memory.get((model, text))) is not None}
    unknown = [text for text in dict.fromkeys(texts) if text not in known]
    if unknown:
        for text, vector in zip(unknown, service_registry.get("embedding").embed(unknown), strict=True):
            known[text] = vector
            _memory.keep((model, text), vector)
    return known
