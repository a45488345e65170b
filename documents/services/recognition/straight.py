"""Pictures of pages as they are read: turned upright, and without the few degrees by which a sheet lay askew. No Django here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from documents.services.recognition.results import Box, Line, Picture, Word

SURE = 0.8
"""Mean confidence from which on nobody asks whether a page stands upright."""
BELIEVED = 0.6
"""Confidence of words that count when turns are compared."""
CLEARLY = 1.5
"""By how much another turn must be better."""
PIECE, COARSE = 900, 16
"""Pixels of the piece that is read in all four turns, and of the steps in which it is looked for."""
MOST_SKEW, LEAST_SKEW = 8.0, 0.4
"""Degrees that are looked for, and that are worth turning the picture by."""
LOOKED_AT = 900
"""Pixels of the longer side of the picture in which the skew is looked for."""
INK = 0.001
Transform = NDArray[np.float64]
Recognise = Callable[[Picture], list[Line]]


def upright(picture: Picture, recognise: Recognise) -> tuple[list[Line], int, float]:
    """The lines of a picture in its own pixels, however the page lies in it, with the turn (degrees clockwise) and the skew."""
    lines, skew = _level(picture, recognise)
    if not _doubtful(lines, picture):
        return lines, 0, skew
    turn = _best_turn(picture, recognise)
    if not turn:
        return lines, 0, skew
    turned, skew = _level(np.ascontiguousarray(np.rot90(picture, -turn // 90)), recognise)
    back = _turned_back(turn, *picture.shape)
    return [_moved(line, back) for line in turned], turn, skew


def confidence_of(words: Sequence[Word]) -> float:
    """Mean by length; 0 where there are none."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def skew_of(picture: Picture) -> float:
    """Degrees by which lines of text rise to the right; 0 where none is told. The turn in which rows of ink and rows of paper differ most
    (Postl 1986)."""
    scale = LOOKED_AT / max(picture.shape)
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    ink = np.asarray(cv2.threshold(small, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[1], np.uint8)
    if ink.mean() < INK:
        return 0.0
    places = np.nonzero(ink)
    coarse = _steepest(places, np.arange(-MOST_SKEW, MOST_SKEW + 0.1, 0.5))
    fine = _steepest(places, coarse + np.arange(-0.5, 0.51, 0.1))
    return 0.0 if abs(fine) > MOST_SKEW - 0.5 else float(round(fine, 1))


def _steepest(places: tuple[NDArray[np.intp], ...], angles: NDArray[np.float64]) -> float:
    """`places` are the rows and the columns of the ink."""
    down, across = (each.astype(np.float32) for each in places)

    def contrast(angle: float) -> float:
        turn = np.float32(np.radians(angle))
        rows = np.rint(down * np.cos(turn) + across * np.sin(turn)).astype(np.int64)
        return float(np.square(np.diff(np.bincount(rows - rows.min()))).sum())

    return float(max(angles, key=lambda angle: (contrast(angle), -abs(angle))))


def _level(picture: Picture, recognise: Recognise) -> tuple[list[Line], float]:
    skew = skew_of(picture)
    if abs(skew) < LEAST_SKEW:
        return recognise(picture), 0.0
    height, width = picture.shape
    forth = cv2.getRotationMatrix2D((width / 2, height / 2), -skew, 1)
    levelled = np.asarray(cv2.warpAffine(picture, forth, (width, height), flags=cv2.INTER_CUBIC, borderValue=255), np.uint8)
    back = np.asarray(cv2.invertAffineTransform(forth), np.float64)
    return [_moved(line, back) for line in recognise(levelled)], skew


def _doubtful(lines: Sequence[Line], picture: Picture) -> bool:
    words = [word for line in lines for word in line.words]
    if not words:
        return float((picture < 128).mean()) > INK
    return confidence_of(words) < SURE or _tall(lines)


def _tall(lines: Sequence[Line]) -> bool:
    """Most lines of several letters are higher than wide: they stand on end."""
    long = [line.box for line in lines if len(line.text) > 3]
    return bool(long) and sum(box.height > 1.5 * (box.right - box.left) for box in long) * 2 > len(long)


def _best_turn(picture: Picture, recognise: Recognise) -> int:
    piece = _fullest_piece(picture)
    scores = {turn: _score(recognise(np.ascontiguousarray(np.rot90(piece, -turn // 90)))) for turn in (0, 90, 180, 270)}
    best = max(scores, key=lambda turn: scores[turn])
    return best if scores[best] > CLEARLY * scores[0] else 0


def _fullest_piece(picture: Picture) -> Picture:
    """The square of PIECE pixels with the most edges, which is where most is written; all of a smaller picture."""
    height, width = picture.shape
    tall, wide = min(PIECE, height), min(PIECE, width)
    edges = cv2.resize(
        np.abs(cv2.Laplacian(picture, cv2.CV_32F)), (max(1, width // COARSE), max(1, height // COARSE)), interpolation=cv2.INTER_AREA
    )
    sums = cv2.boxFilter(edges, -1, (max(1, wide // COARSE), max(1, tall // COARSE)), normalize=False, borderType=cv2.BORDER_CONSTANT)
    _least, _most, _where, (across, down) = cv2.minMaxLoc(sums)
    top = min(max(0, down * COARSE - tall // 2), height - tall)
    left = min(max(0, across * COARSE - wide // 2), width - wide)
    return picture[top : top + tall, left : left + wide]


def _score(lines: Sequence[Line]) -> float:
    """Letters that are believed, in lines that lie."""
    words = [word for line in lines if not _tall([line]) for word in line.words]
    return sum(len(word.text) * word.confidence**2 for word in words if word.confidence >= BELIEVED)


def _turned_back(turn: int, height: int, width: int) -> Transform:
    """From the pixels of a picture that was turned clockwise to those that it had before."""
    return {
        90: np.array([[0.0, 1, 0], [-1, 0, height]]),
        180: np.array([[-1.0, 0, width], [0, -1, height]]),
        270: np.array([[0.0, -1, width], [1, 0, 0]]),
    }[turn]


def _moved(line: Line, by: Transform) -> Line:
    return line._replace(words=[word._replace(box=_moved_box(word.box, by)) for word in line.words])


def _moved_box(box: Box, by: Transform) -> Box:
    corners = np.array([[box.left, box.top, 1], [box.right, box.top, 1], [box.right, box.bottom, 1], [box.left, box.bottom, 1]]) @ by.T
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))
