"""What is recognised on a page. Plain data, no Django here: the process that recognises imports it, too."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""(height, width), 0 black to 255 white."""


class Box(NamedTuple):
    """Left, top, right, bottom; from the top left corner, in pixels of a picture or points of a page."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


class Word(NamedTuple):
    """`confidence` is 0 to 1."""

    text: str
    box: Box
    confidence: float


class Line(NamedTuple):
    """Words of one line as an engine found them; `text` has their spaces (some scripts have none)."""

    text: str
    words: list[Word]
    block: int = 0
    """Lines of one number belong together in the engine's order; 0 where it does not tell."""

    @property
    def box(self) -> Box:
        boxes = [word.box for word in self.words]
        return Box(
            min(box.left for box in boxes), min(box.top for box in boxes), max(box.right for box in boxes), max(box.bottom for box in boxes)
        )


class PlacedWord(NamedTuple):
    """A word of a page's text: [start, end) in it, its box in points, its confidence."""

    start: int
    end: int
    box: Box
    confidence: float


class Recognised(NamedTuple):
    """The text of a page. `turn` is by how many degrees (clockwise) its picture was turned to be read, `skew` what it was off then."""

    text: str
    words: list[PlacedWord]
    turn: int
    skew: float
    confidence: float


def to_wire(page: Recognised) -> dict[str, Any]:
    words = [[word.start, word.end, *(round(side, 1) for side in word.box), round(word.confidence, 3)] for word in page.words]
    return {"text": page.text, "words": words, "turn": page.turn, "skew": page.skew, "confidence": page.confidence}
