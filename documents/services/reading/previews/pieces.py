"""A page's text cut into what a preview shows: around the passage, with what was found and what was looked for apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from documents.services.reading.text_view import Segment, Span
from documents.services.search.showing.highlighting import Mark

AROUND = 3_000
"""Characters of the page that are shown before the passage and after it, at most."""
_SEAM = 80


@dataclass(frozen=True)
class Piece:
    """A stretch of the page's text: within the passage or not, in its sentence that was found or not, looked for or not."""

    text: str
    marked: bool = False
    found: bool = False
    sought: bool = False


def spans_of(segments: Sequence[Segment]) -> list[tuple[Span, Segment]]:
    """The segments with where they stand in their text together."""
    at, placed = 0, []
    for segment in segments:
        placed.append((Span(at, at + len(segment.text)), segment))
        at += len(segment.text)
    return placed


def extent(spans: Sequence[tuple[Span, Segment]], what: str) -> Span | None:
    inside = [span for span, segment in spans if getattr(segment, what)]
    return Span(inside[0].start, inside[-1].end) if inside else None


def window_of(text: str, passage: Span) -> Span:
    """What of the text is shown: AROUND beside the passage, not cut within a word where there are spaces."""
    start, end = max(0, passage.start - AROUND), min(len(text), passage.end + AROUND)
    if start and (space := text.find(" ", start, start + _SEAM)) >= 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", end - _SEAM, end)) >= 0:
        end = space
    return Span(start, end)


def pieces_of(text: str, window: Span, spans: Sequence[tuple[Span, Segment]], marks: Sequence[Mark]) -> list[Piece]:
    """The window cut wherever the passage, its sentence or something that was looked for begins or ends."""
    marks = [mark for mark in marks if mark.end > window.start and mark.start < window.end]
    edges = {window.start, window.end, *(span.start for span, _segment in spans), *(edge for mark in marks for edge in mark[:2])}
    inside = sorted(edge for edge in edges if window.start <= edge <= window.end)
    made: list[Piece] = []
    following = iter(spans)
    span, segment = next(following, (Span(0, 0), Segment("")))
    for start, end in pairwise(inside):
        while span.end <= start:
            span, segment = next(following)
        sought = any(mark.start <= start < mark.end for mark in marks)
        made.append(Piece(text[start:end], segment.marked, segment.found, sought))
    return made
