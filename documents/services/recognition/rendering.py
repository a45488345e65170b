"""A page as a picture: what the sandboxed child does for text recognition and for pages that browsers cannot show. No Django here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from documents.services.extraction.formats import PDF
from documents.services.extraction.parsers.pictures import frame, shown
from documents.services.recognition.results import Picture
from documents.services.sandbox import JobRefused
from documents.services.sandbox.worker import Surroundings

MOST_PIXELS = 36_000_000
"""Of a picture that is read: a letter page at 600 dpi."""
POINTS_AN_INCH = 72
JPEG_QUALITY = 85
LONGEST_SIDES = 8
"""How many times higher than wide a picture may be."""


def run(job: dict[str, Any], surroundings: Surroundings) -> dict[str, Any]:
    """{do: "pixels", path, mime, page (from 1), dpi, target} -> {width, height, dpi}; the pixels, a byte each, are in `target`.
    {do: "picture", path, mime, page, width, target} -> {}; `target` is a JPEG of that many pixels across.
    {do: "searchable", path, mime, pages, target} -> {}; `target` is a PDF with the words of the pages (`searchable.Page`).
    Each may have the `password` of the file."""
    path, password = Path(job["path"]), job.get("password") or None
    if job["do"] == "searchable":
        from documents.services.recognition.searchable import write

        write(path, job["mime"], job["pages"], Path(job["target"]), password or "")
        return {}
    if job["do"] == "picture":
        _picture(path, job["mime"], job["page"], job["width"], password).save(job["target"], "JPEG", quality=JPEG_QUALITY)
        return {}
    picture, dpi = _of_pdf(path, job["page"], job["dpi"], password) if job["mime"] == PDF else frame(path, job["page"], MOST_PIXELS)
    Path(job["target"]).write_bytes(picture.tobytes())
    height, width = picture.shape
    return {"width": width, "height": height, "dpi": dpi}


def _of_pdf(path: Path, number: int, dpi: float, password: str | None) -> tuple[Picture, float]:
    with _page(path, number, password) as page:
        width, height = page.get_size()
        scale = min(dpi / POINTS_AN_INCH, (MOST_PIXELS / max(width * height, 1)) ** 0.5)
        bitmap = page.render(scale=scale, grayscale=True)
        return np.ascontiguousarray(bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width]), scale * POINTS_AN_INCH


def _picture(path: Path, mime: str, number: int, width: int, password: str | None) -> Any:
    """In colour, as it is shown."""
    if mime != PDF:
        picture, _dpi = shown(path, number, MOST_PIXELS, "RGB")
        picture.thumbnail((width, width * LONGEST_SIDES))
        return picture
    with _page(path, number, password) as page:
        wide, high = page.get_size()
        scale = min(width / max(wide, 1), (MOST_PIXELS / max(wide * high, 1)) ** 0.5)
        return page.render(scale=scale).to_pil().convert("RGB")


@contextmanager
def _page(path: Path, number: int, password: str | None) -> Iterator[pdfium.PdfPage]:
    """A page with what people typed onto it. Raises JobRefused (unreadable, no_page)."""
    try:
        with closing(pdfium.PdfDocument(path, password=password)) as document:
            if not 0 < number <= len(document):
                raise JobRefused("no_page")
            if document.get_formtype() != pdfium_c.FORMTYPE_NONE:
                document.init_forms()
            with closing(document[number - 1]) as page:
                yield page
    except pdfium.PdfiumError as error:
        raise JobRefused("unreadable", kind="PDF") from error
