"""The sentence of a passage that a search found: where its words stand, else the one that is nearest to what was asked."""

from __future__ import annotations

import numpy as np

from documents.services.chunking.sentences import sentences_of
from tasks import service_registry
from tasks.errors import PermanentError, RetryableError

MOST = 40
"""Sentences that are compared; a passage of ordinary text has five to ten."""


def sentence_at(text: str, offset: int) -> tuple[int, int]:
    """[start, end) of the sentence that stands at this place of the passage."""
    return next((start, end) for start, end in sentences_of(text) if offset < end or end == len(text))


def sentence_near(text: str, asked: str) -> tuple[int, int] | None:
    """The sentence whose vector is nearest to that of what was asked; None where there is no model now, or nothing to compare."""
    spans = [span for span in sentences_of(text) if text[slice(*span)].strip()][:MOST]
    if len(spans) < 2 or not asked.strip():
        return None
    try:
        service = service_registry.get("embedding")
        near = service.embed([text[start:end] for start, end in spans]) @ service.embed_query(asked)
    except (PermanentError, RetryableError):
        return None
    return spans[int(np.argmax(near))]
