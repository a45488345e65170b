"""Pages of a reporter inside a text: *1117, [100 A.3d 1117], or a tag of star pagination. Each becomes a page with that label, so that a
pin leads to its page."""

from __future__ import annotations

import re
from itertools import pairwise

from documents.services.extraction.parsers.base import storable
from documents.services.library.formats.base import Item

# "[100 A.3d 1117]" stands between words; "*1117" only where the markup calls it a page.
_BRACKETED = re.compile(r"\[\*?\d+ [A-Z][\w.' ]{0,20}? (?P<page>\d+)\]")
_STAR = re.compile(r"(?<!\S)\*(?P<page>\d{1,5})(?!\S|\d)")
_TAGGED = re.compile(r"star-pagination|page-number|page_number|<page-number", re.I)
LEAST = 2
"""Marks below which a text keeps one page."""


def starred_pages(text: str, markup: str = "") -> list[Item]:
    """The pages of a text that came from markup; one page where nothing in it marks pages. Numbers that do not rise are no pages."""
    text = storable(text)
    if not text.strip():
        return []
    marks = list((_STAR if _TAGGED.search(markup) else _BRACKETED).finditer(text))
    numbers = [int(mark["page"]) for mark in marks]
    if len(marks) < LEAST or any(later < earlier for earlier, later in pairwise(numbers)):
        return [_page(text, "")]
    cuts = [0, *(mark.start() for mark in marks), len(text)]
    labels = [str(numbers[0] - 1), *map(str, numbers)]
    pieces = zip(labels, (text[start:end].strip() for start, end in pairwise(cuts)), strict=True)
    return [_page(piece, label) for label, piece in pieces if piece]


def _page(text: str, label: str) -> Item:
    return {"text": text, "raw": "", "offset_map": None, "label": label}
