"""The lines of a page in the order in which they are read, and its text with the place of each word. No Django here.

A page is cut where nothing stands: into columns where a gutter runs through many lines, else into parts above each other (XY-cut, Nagy and
Seth 1984). An engine that tells blocks is believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from statistics import median

from documents.services.recognition.results import Box, Line, PlacedWord, Word

GUTTER = 1.2
"""Width of a gutter between columns, in heights of a line."""
LEAST_LINES = 4
"""On each side of a gutter."""
LEAST_WIDE = 8
"""Width of the lines of a column, in their heights; the cells of a table are shorter."""
GAP = 0.9
"""Distance between two lines, in heights of a line, from which on they are two paragraphs."""
APART = 2.5
"""Distance of two pieces of a row, in heights of a line, from which on two spaces stand between them."""
Row = list[Line]


def text_of(lines: Sequence[Line], points_a_pixel: float) -> tuple[str, list[PlacedWord]]:
    """The text of a page and its words, whose boxes are in points. `lines` in pixels, of a page that stands upright."""
    pieces: list[str] = []
    words: list[PlacedWord] = []
    at = 0

    def add(text: str) -> None:
        nonlocal at
        pieces.append(text)
        at += len(text)

    for number, block in enumerate(_blocks([line for line in lines if line.words and line.text.strip()])):
        if number:
            add("\n\n")
        for above, row in zip([None, *block], block, strict=False):
            if above is not None:
                add("\n\n" if _distance(above, row) > GAP else "\n")
            for before, line in zip([None, *row], row, strict=False):
                if before is not None:
                    add("  " if line.box.left - before.box.right > APART * line.box.height else " ")
                words += _placed(line, at, points_a_pixel)
                add(line.text)
    return "".join(pieces), words


def _placed(line: Line, start: int, scale: float) -> list[PlacedWord]:
    """The words of a line in its text; a word that is not found there (an engine may write it otherwise) has no place."""
    placed, at = [], 0
    for word in line.words:
        found = line.text.find(word.text, at)
        if found < 0 or not word.text:
            continue
        at = found + len(word.text)
        placed.append(PlacedWord(start + found, start + at, Box(*(side * scale for side in word.box)), word.confidence))
    return placed


def _blocks(lines: list[Line]) -> list[list[Row]]:
    if any(line.block for line in lines):
        return [[[line] for line in block] for _number, block in groupby(lines, key=lambda line: line.block)]
    return [_rows(part) for part in _parts(lines)]


def _parts(lines: list[Line]) -> list[list[Line]]:
    """Parts of the page in reading order. Above each other first where that leaves columns whole: what stands over or under columns."""
    if len(lines) < 2 * LEAST_LINES:
        return [lines] if lines else []
    height = median(line.box.height for line in lines)
    gutter = _gutter(lines, GUTTER * height)
    if gutter is not None:
        left = [line for line in lines if line.box.right <= gutter]
        right = [line for line in lines if line.box.left >= gutter]
        return [*_parts(left), *_parts(right)]
    for cut in _level_cuts(lines):
        above = [line for line in lines if line.box.middle < cut]
        below = [line for line in lines if line.box.middle >= cut]
        if _gutter(above, GUTTER * height) is not None or _gutter(below, GUTTER * height) is not None:
            return [*_parts(above), *_parts(below)]
    return [lines]


def _gutter(lines: Sequence[Line], width: float) -> float | None:
    """Where an empty stripe runs between enough lines on both sides; the widest."""
    if len(lines) < 2 * LEAST_LINES:
        return None
    boxes = sorted((line.box for line in lines), key=lambda box: box.left)
    best, place, right, count = width, None, boxes[0].right, 0
    for box in boxes:
        if box.left - right > best and min(count, len(boxes) - count) >= LEAST_LINES and _side_by_side(boxes[:count], boxes[count:]):
            best, place = box.left - right, (box.left + right) / 2
        right, count = max(right, box.right), count + 1
    return place


def _side_by_side(left: Sequence[Box], right: Sequence[Box]) -> bool:
    """Columns of running text that stand at one height, not the cells of a table, which are short."""
    top = max(min(box.top for box in side) for side in (left, right))
    bottom = min(max(box.bottom for box in side) for side in (left, right))
    if bottom <= top:
        return False
    wide = median(box.right - box.left for box in left), median(box.right - box.left for box in right)
    height = median(box.height for box in [*left, *right])
    return min(wide) > LEAST_WIDE * height


def _level_cuts(lines: Sequence[Line]) -> list[float]:
    """Heights at which no line stands, the lowest part of the page last."""
    boxes = sorted((line.box for line in lines), key=lambda box: box.top)
    cuts, bottom = [], boxes[0].bottom
    for box in boxes[1:]:
        if box.top > bottom:
            cuts.append((box.top + bottom) / 2)
        bottom = max(bottom, box.bottom)
    return cuts


def _rows(lines: Sequence[Line]) -> list[Row]:
    """Lines that stand beside each other are one row."""
    rows: list[Row] = []
    for line in sorted(lines, key=lambda line: line.box.middle):
        last = rows[-1] if rows else None
        if last is not None and line.box.middle < max(piece.box.bottom for piece in last) - line.box.height * 0.3:
            last.append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.box.left) for row in rows]


def _distance(above: Row, row: Row) -> float:
    height = median(line.box.height for line in [*above, *row])
    return (min(line.box.top for line in row) - max(line.box.bottom for line in above)) / max(height, 1e-9)


def all_words(lines: Sequence[Line]) -> list[Word]:
    return [word for line in lines for word in line.words]
