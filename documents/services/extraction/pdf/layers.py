"""Whether a page's own text says what the page shows: where it has none, hardly any, or garbage, its picture has to be read."""

from __future__ import annotations

import re

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from documents.services.extraction.pdf.garbage import is_garbage

LETTER_AREA = 612.0 * 792.0
FEW_CHARACTERS = 150
IMAGE_SHARE = 0.3
_PAINTED = (pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_SHADING)
_STAMP_LINE = re.compile(r"^.*\b(?:Case|Appeal)\b.*\b(?:Filed|Document|DktEntry|Page)\b.*$", re.MULTILINE)


def needs_recognition(page: pdfium.PdfPage, text: str, area: float) -> bool:
    """Hardly a word (court stamps don't count) on a page that shows something, or words that are none. `area` in square points."""
    letters = len("".join(_STAMP_LINE.sub("", text).split()))
    if letters >= FEW_CHARACTERS * max(area / LETTER_AREA, 0.1):
        return is_garbage(text)
    if letters == 0:
        return any(True for _ in page.get_objects(filter=_PAINTED, max_depth=4))
    return _image_area(page) >= IMAGE_SHARE * area


def _image_area(page: pdfium.PdfPage) -> float:
    boxes = (image.get_bounds() for image in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=4))
    return sum((right - left) * (top - bottom) for left, bottom, right, top in boxes)
