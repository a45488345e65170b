"""Files inside a PDF: those of the whole file (portfolios, exhibits), and those pinned to a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from documents.services.extraction.parsers.base import storable

MAX_PINNED = 2000
"""Annotations of a page that are looked at."""

Attached = tuple[str, bytes | None]
"""The name of a file and its content; None for one that can't be read."""


def of_the_file(document: pdfium.PdfDocument) -> Iterator[Attached]:
    for index in range(document.count_attachments()):
        yield _read(document.get_attachment(index))


def pinned_to(page: pdfium.PdfPage) -> Iterator[Attached]:
    """Files behind the paper clips on a page."""
    for index in range(min(pdfium_c.FPDFPage_GetAnnotCount(page), MAX_PINNED)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            if pdfium_c.FPDFAnnot_GetSubtype(annotation) == pdfium_c.FPDF_ANNOT_FILEATTACHMENT:
                raw = pdfium_c.FPDFAnnot_GetFileAttachment(annotation)
                if raw:
                    yield _read(pdfium.PdfAttachment(raw, page.pdf))
        finally:
            pdfium_c.FPDFPage_CloseAnnot(annotation)


def _read(attachment: Any) -> Attached:
    name = storable(attachment.get_name())
    try:
        return name, bytes(attachment.get_data())
    except pdfium.PdfiumError:
        return name, None
