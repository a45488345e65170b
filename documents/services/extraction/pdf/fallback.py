"""PDFs that PDFium refuses: pypdf repairs what it can. Imported only when needed, since pypdf costs a tenth of a second."""

from __future__ import annotations

import pypdf
from pypdf.errors import PdfReadError, PyPdfError

from documents.services.extraction.errors import Unreadable
from documents.services.extraction.limits import MAX_PAGES
from documents.services.extraction.parsers.base import Job, Parsed, RawPage, bounded, storable

# What pypdf raises on broken input beside its own errors: it walks untrusted structures as if they were sound.
_BROKEN = (
    NotImplementedError,
    PyPdfError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
    OverflowError,
)


def parse_with_pypdf(job: Job) -> Parsed:
    """Read with pypdf. Raises Unreadable: encrypted, too_many_pages, or unreadable where nothing comes out."""
    try:
        reader = pypdf.PdfReader(job.path)
        if reader.is_encrypted and not reader.decrypt(job.password):
            raise Unreadable("encrypted")
        total = len(reader.pages)
    except _BROKEN as error:
        raise Unreadable("unreadable", kind="PDF") from error
    if total > MAX_PAGES:
        raise Unreadable("too_many_pages", pages=total, limit=MAX_PAGES)
    return _read(reader, total, job)


def _read(reader: pypdf.PdfReader, total: int, job: Job) -> Parsed:
    parsed = Parsed([], f"pypdf {pypdf.__version__}", printed=True)
    failed, size = 0, 0
    for index in range(total):
        page = _page(reader, index)
        failed += page is None
        parsed.pages.append(page or RawPage(""))
        size = bounded(size + len(parsed.pages[-1].text))
        job.tick(index + 1, total)
    if failed == total:
        raise Unreadable("unreadable", kind="PDF")
    parsed.notice("repaired")
    if failed:
        parsed.notice("pages_unreadable", pages=failed)
    return parsed


def _page(reader: pypdf.PdfReader, index: int) -> RawPage | None:
    try:
        page = reader.pages[index]
        text = storable(page.extract_text())
        box = page.mediabox
        return RawPage(text, needs_ocr=not text.strip() and bool(page.images.keys()), width=float(box.width), height=float(box.height))
    except (*_BROKEN, PdfReadError):
        return None
