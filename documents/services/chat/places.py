"""A span of a passage as a source: on which pages it stands, its address, when it was said."""

from __future__ import annotations

import uuid
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from documents.services.chat.contracts import Passage, Source


def source_in(passage: Passage, at: int, to: int) -> Source:
    """The words of a passage from `at` to `to`, without the spaces around them. Raises ValueError where nothing stands there."""
    text = passage.text[at:to]
    at, to = at + len(text) - len(text.lstrip()), at + len(text.rstrip())
    if not 0 <= at < to <= len(passage.text):
        raise ValueError(f"nothing stands from {at} to {to}")
    page, start = _on_page(passage, at)
    page_to, last = _on_page(passage, to - 1)
    return Source(
        passage.document, passage.title, passage.kind, passage.text_version, passage.chunk,
        page, page_to, start, last + 1, at, to, passage.text[at:to],
    )  # fmt: skip


def _on_page(passage: Passage, at: int) -> tuple[int, int]:
    """(page, offset in its text) of an offset in the passage."""
    place = max(bisect_right(passage.page_starts, at) - 1, 0)
    return passage.page_from + place, at - passage.page_starts[place] + (passage.start if place == 0 else 0)


def address(document: uuid.UUID, page: int | None, chunk: int | None, at: int | None, to: int | None) -> str:
    """The document opened at a quotation, which is marked from `at` to `to` of its passage."""
    place: Mapping[str, Any] = {"page": page, "chunk": chunk, "at": at, "to": to}
    known: Sequence[tuple[str, Any]] = [(name, value) for name, value in place.items() if value is not None]
    return f"{reverse('documents:detail', args=[document])}?{urlencode(known)}"
