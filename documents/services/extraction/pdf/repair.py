"""Damaged PDFs: qpdf (through pikepdf) rebuilds what PDFium refuses. Imported only when needed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Name

from documents.services.extraction.errors import Unreadable

CLOSING = b"\nendstream\nendobj\nstartxref\n0\n%%EOF\n"
"""Ends the object in whose middle a file was cut off, so that what is there of it counts."""


def repaired_copy(path: Path, folder: Path, password: str = "") -> Path | None:
    """A rebuilt copy in `folder`, to be removed by the caller; None where qpdf finds no document in it. Raises Unreadable (encrypted)."""
    closed, copy = folder / "closed.pdf", folder / "repaired.pdf"
    try:
        shutil.copyfile(path, closed)
        with open(closed, "ab") as file:
            file.write(CLOSING)
        with pikepdf.open(closed, password=password, suppress_warnings=True) as document:
            for fonts in _fonts(document):
                _replace_lost(fonts)
            document.save(copy)
    except pikepdf.PasswordError as error:
        raise Unreadable("encrypted") from error
    except (pikepdf.PdfError, ValueError, RuntimeError, TypeError, AttributeError):
        copy.unlink(missing_ok=True)
        return None
    finally:
        closed.unlink(missing_ok=True)
    return copy


def _fonts(document: pikepdf.Pdf) -> Iterator[Dictionary]:
    for page in document.pages:
        fonts = page.obj.get("/Resources", Dictionary()).get("/Font")
        if isinstance(fonts, Dictionary):
            yield fonts


def _replace_lost(fonts: Dictionary) -> None:
    """Text in a font that is no longer in the file is read as Latin letters rather than not at all."""
    for name in list(fonts.keys()):
        if not isinstance(fonts[name], Dictionary):
            fonts[name] = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
