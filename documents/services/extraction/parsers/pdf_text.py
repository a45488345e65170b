"""The text of a PDF page as PDFium reads it, whichever way the page and its text are turned."""

from __future__ import annotations

import math
from collections import Counter
from contextlib import closing

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from documents.services.extraction.parsers.base import storable

SAMPLES = 48
MOST = 0.6
"""The share of a page's sampled characters that must stand one way for the page to be read that way."""


def page_text(page: pdfium.PdfPage) -> str:
    """The page's text, one line below the other, as it was meant to be read."""
    shown = page.get_rotation()
    with closing(page.get_textpage()) as textpage:
        upright = _upright(textpage)
        if upright in (None, shown):
            return _text(textpage)
    page.set_rotation(upright)
    try:
        with closing(page.get_textpage()) as textpage:
            return _text(textpage)
    finally:
        page.set_rotation(shown)


def _upright(textpage: pdfium.PdfTextPage) -> int | None:
    """The turn of the page (0, 90, 180, 270 degrees) at which most of its text is upright; None where no way prevails."""
    count = textpage.count_chars()
    turns: Counter[int] = Counter()
    for index in range(0, count, max(1, count // SAMPLES)):
        degrees = math.degrees(pdfium_c.FPDFText_GetCharAngle(textpage, index))
        if pdfium_c.FPDFText_GetUnicode(textpage, index) > 32 and degrees >= 0:
            turns[-90 * round(degrees / 90) % 360] += 1
    if not turns:
        return None
    turn, most = turns.most_common(1)[0]
    return turn if most >= MOST * turns.total() else None


def _text(textpage: pdfium.PdfTextPage) -> str:
    # PDFium swallows the line break after a hyphen and leaves \x02; the printed form is what `raw` keeps.
    return joined(_clean(textpage.get_text_bounded(errors="replace")), _clean(textpage.get_text_range(errors="replace")))


def _clean(text: str) -> str:
    return storable(text.replace("\x02", "-\n").replace("\ufffe", "-\n"))


def joined(bounded: str, ranged: str) -> str:
    """PDFium's two readings of a page as one: `bounded` knows all spaces but glues some lines of turned text, `ranged` the reverse.

    Only line breaks are taken over, and only where both have the same characters.
    """
    if bounded == ranged or bounded.count("\n") >= ranged.count("\n") or bounded.split() == ranged.split():
        return bounded
    if "".join(bounded.split()) != "".join(ranged.split()):
        return bounded
    pieces: list[str] = []
    at = start = 0
    for line in ranged.split("\n"):
        for character in line:
            if not character.isspace():
                while bounded[at].isspace():
                    at += 1
                at += 1
        if at < len(bounded) and not bounded[at].isspace():
            pieces.append(bounded[start:at] + "\n")
            start = at
    return "".join(pieces) + bounded[start:]
