"""A text in pieces that follow each other, so that the first is heard while the next is being made."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from audio.services.speaking.errors import SpeechRefused
from documents.models import Document
from documents.services.chunking.sentences import paragraph_starts, sentences_of
from documents.services.reading import text_view

MOST_CHARACTERS = 60_000
"""Of a whole text; a part of a page as the reader shows it has at most 40,000."""
FIRST, PIECE, LONGEST = 200, 700, 1_200
"""Characters after which the first piece and the others end with their sentence; more than LONGEST only one endless word has."""
_UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def text_of_page(user: Any, document_id: UUID, page: int, part: int | None = None, chunk: int | None = None) -> str:
    """What the reader shows of this page (of its part, where it is long), in the reading that a passage (chunk) belongs to, else in the
    published one. Raises Http404 for what the user may not see or is not there."""
    document = get_object_or_404(
        Document.objects.visible_to(user).select_related("text_version", "duplicate_of__text_version"), pk=document_id
    )
    sheet = text_view.open_at(document, text_view.Place(page=page, part=part, chunk=chunk)).sheet
    if sheet is None or sheet.number != page:
        raise Http404
    return "".join(segment.text for segment in sheet.segments)


def pieces_of(text: str) -> list[str]:
    """The text as it is spoken: without signs that are no sound, a paragraph a line, cut between sentences. Raises SpeechRefused
    (too_long, empty)."""
    if len(text) > MOST_CHARACTERS:
        raise SpeechRefused("speech_too_long", characters=f"{len(text):,}", most=f"{MOST_CHARACTERS:,}")
    plain = _UNSPEAKABLE.sub(" ", text)
    paragraphs = [" ".join(plain[start:end].split()) for start, end in pairwise([0, *paragraph_starts(plain), len(plain)])]
    pieces = list(_gathered(paragraph for paragraph in paragraphs if any(sign.isalnum() for sign in paragraph)))
    if not pieces:
        raise SpeechRefused("speech_empty")
    return pieces


def _gathered(paragraphs: Iterator[str]) -> Iterator[str]:
    """Whole sentences until there are enough of them; a new paragraph is a new line."""
    piece, enough = "", FIRST
    for paragraph in paragraphs:
        joint = "\n" if piece else ""
        for sentence in _sentences(paragraph):
            if piece and (len(piece) >= enough or len(piece) + len(sentence) > LONGEST):
                yield piece
                piece, enough, joint = "", PIECE, ""
            piece += joint + sentence
            joint = " "
    if piece:
        yield piece


def _sentences(paragraph: str) -> Iterator[str]:
    for start, end in sentences_of(paragraph):
        sentence = paragraph[start:end].strip()
        yield from textwrap.wrap(sentence, LONGEST - 1, break_long_words=False, break_on_hyphens=False)
