"""The text of a PDF page as PDFium reads it, whichever way the page and its text are turned."""

from __future__ import annotations

import math
from collections import Counter
from contextlib import closing

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from documents.services.extraction.parsers.base import storable

SAMPLES = 32
MOST = 0.6
"""The share of a page's sampled characters that must stand one way for the page to be read that way."""


def page_text(page: pdfium.PdfPage, textpage: pdfium.PdfTextPage) -> str:
    """The page's text, one line below the other, as it was meant to be read."""
    shown = page.get_rotation()
    turns = _turns(textpage)
    upright = _prevailing(turns)
    if upright in (None, shown):
        return _text(textpage, turned=bool(turns.keys() - {0}))
    page.set_rotation(upright)
    try:
        with closing(page.get_textpage()) as upright_page:
            return _text(upright_page, turned=True)
    finally:
        page.set_rotation(shown)


def _turns(textpage: pdfium.PdfTextPage) -> Counter[int]:
    """At which turns of the page (0, 90, 180, 270 degrees) how many of some of its characters are upright."""
    count = textpage.count_chars()
    angles = {index: pdfium_c.FPDFText_GetCharAngle(textpage, index) for index in range(0, count, max(1, count // SAMPLES))}
    if not any(angles.values()):
        return Counter({0: len(angles)})
    printed = (angle for index, angle in angles.items() if angle >= 0 and pdfium_c.FPDFText_GetUnicode(textpage, index) > ord(" "))
    return Counter(-90 * round(math.degrees(angle) / 90) % 360 for angle in printed)


def _prevailing(turns: Counter[int]) -> int | None:
    for turn, count in turns.most_common(1):
        return turn if count >= MOST * turns.total() else None
    return None


def _text(textpage: pdfium.PdfTextPage, *, turned: bool) -> str:
    # PDFium swallows the line break after a hyphen and leaves \x02; the printed form is what `raw` keeps.
    bounded = _clean(textpage.get_text_bounded(errors="replace"))
    return joined(bounded, _clean(textpage.get_text_range(errors="replace"))) if turned else bounded


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
