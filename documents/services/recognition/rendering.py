"""A page as a picture: what the sandboxed child does for text recognition and for pages that browsers cannot show. No Django here."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from documents.services.extraction.formats import PDF
from documents.services.extraction.parsers.pictures import frame
from documents.services.recognition.results import Picture
from documents.services.sandbox import JobRefused
from documents.services.sandbox.worker import Surroundings

MOST_PIXELS = 36_000_000
"""Of a picture that is read: a letter page at 600 dpi."""
POINTS_AN_INCH = 72


def run(job: dict[str, Any], surroundings: Surroundings) -> dict[str, Any]:
    """{path, mime, page (from 1), dpi, target} -> {width, height, dpi}; the pixels, a byte each, are in `target`."""
    path = Path(job["path"])
    picture, dpi = _of_pdf(path, job["page"], job["dpi"]) if job["mime"] == PDF else frame(path, job["page"], MOST_PIXELS)
    Path(job["target"]).write_bytes(picture.tobytes())
    height, width = picture.shape
    return {"width": width, "height": height, "dpi": dpi}


def _of_pdf(path: Path, number: int, dpi: float) -> tuple[Picture, float]:
    """The page as it is shown, with what people typed onto it, but without their notes."""
    try:
        with closing(pdfium.PdfDocument(path)) as document:
            if document.get_formtype() != pdfium_c.FORMTYPE_NONE:
                document.init_forms()
            with closing(document[number - 1]) as page:
                width, height = page.get_size()
                scale = min(dpi / POINTS_AN_INCH, (MOST_PIXELS / max(width * height, 1)) ** 0.5)
                bitmap = page.render(scale=scale, grayscale=True, draw_annots=True, may_draw_forms=True)
                return np.ascontiguousarray(bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width]), scale * POINTS_AN_INCH
    except pdfium.PdfiumError as error:
        raise JobRefused("unreadable", kind="PDF") from error
