"""Words in one document: every place where they stand, as a reader leafs from one to the next."""

from __future__ import annotations

import re
from typing import NamedTuple

from documents.models import Document
from documents.services.reading.text_view import parts_of

MOST_MATCHES = 1000
AROUND = 60
"""Code points of the text before and after."""


class Match(NamedTuple):
    """Where something was found in a document: [start, end) in the text of its page; the how-manieth on that page, from 0."""

    page: int
    part: int
    start: int
    end: int
    nth: int
    before: str
    words: str
    after: str


def find(document: Document, asked: str) -> list[Match]:
    """Every place of the published reading where these words stand one after the other, however lines are broken, in whatever case; the
    first MOST_MATCHES."""
    version = document.read_as()
    words = asked.split()
    if version is None or not words:
        return []
    wanted = re.compile(r"(?:-?\s*\n\s*|\s+)".join(map(re.escape, words)), re.IGNORECASE)
    found: list[Match] = []
    for number, text in version.pages.order_by("number").values_list("number", "text").iterator(chunk_size=50):
        parts = parts_of(text) if wanted.search(text) else []
        for nth, match in enumerate(wanted.finditer(text)):
            start, end = match.span()
            part = next((place for place, span in enumerate(parts, 1) if start < span.end), len(parts))
            around = text[max(0, start - AROUND) : start], text[end : end + AROUND]
            found.append(Match(number, part, start, end, nth, " ".join(around[0].split()), match[0], " ".join(around[1].split())))
            if len(found) >= MOST_MATCHES:
                return found
    return found
