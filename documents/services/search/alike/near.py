"""What is near to the stored vectors of a source. Nothing is embedded, so that this works also while there is no model."""

from __future__ import annotations

import numpy as np
from django.db import connection

from documents.models import EmbeddingModel
from documents.services.search import meaning
from documents.services.search.alike.source import Source
from documents.services.search.scope import Scope

PARTS = 3
LEAST_ALIKE = 0.3
"""Cosine of two texts below which their meaning is no reason; higher than for a query, for headings alone make passages somewhat alike."""
LONG = 9  # passages; the mean of more of them lies between their subjects, so each third is asked by itself

_MEANS = """
SELECT part, count(*), avg(vector)::vector::text FROM (
    SELECT kept.vector, CASE WHEN count(*) OVER () < %(long)s THEN 1
        ELSE ntile(%(parts)s) OVER (ORDER BY chunk.text_version_id, chunk.index) END AS part
    FROM documents_chunkembedding AS kept JOIN documents_chunk AS chunk ON chunk.id = kept.chunk_id
    WHERE kept.model_id = %(model)s AND kept.chunk_id = ANY(%(chunks)s::bigint[])
) AS parted GROUP BY part ORDER BY part
"""


def model_of_vectors() -> EmbeddingModel | None:
    """Whose vectors are kept, whether or not it can be asked now."""
    return EmbeddingModel.objects.filter(active=True).first()


def vectors_of(source: Source, model: EmbeddingModel) -> tuple[list[np.ndarray], int]:
    """The means of its vectors, (384,) of length 1 each: one for a short source, else one for each third. And how many passages had one."""
    with connection.cursor() as cursor:
        cursor.execute(_MEANS, {"model": model.pk, "chunks": list(source.passages), "long": LONG, "parts": PARTS})
        rows = cursor.fetchall()
    means = [np.fromstring(written.strip("[]"), np.float32, sep=",") for _part, _count, written in rows]
    lengths = [float(np.linalg.norm(mean)) for mean in means]
    return [mean / length for mean, length in zip(means, lengths, strict=True) if length > 0], sum(row[1] for row in rows)


def near_to(vectors: list[np.ndarray], model: EmbeddingModel, scope: Scope) -> meaning.Near:
    """For each passage its greatest similarity to one of the vectors."""
    best: dict[int, meaning.Passage] = {}
    asked = [meaning.search_meaning(vector, model, scope) for vector in vectors]
    for passage in (passage for near in asked for passage in near.passages):
        known = best.get(passage.chunk)
        if passage.cosine >= LEAST_ALIKE and (known is None or passage.cosine > known.cosine):
            best[passage.chunk] = passage
    passages = sorted(best.values(), key=lambda passage: (-passage.cosine, passage.chunk))
    return meaning.Near(passages, asked[0].route if asked else "", any(near.incomplete for near in asked))
