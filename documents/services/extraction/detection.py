"""What a file is, decided by its content: every format says how sure it is, and the surest has it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from documents.services.extraction import foreign, registry
from documents.services.extraction.formats import DOCX, EML, HTML, MARKDOWN, PDF, TXT, Sample

__all__ = ["DOCX", "EML", "EMPTY", "HEAD", "HTML", "MARKDOWN", "PDF", "TXT", "UNKNOWN", "detect"]

EMPTY = "application/x-empty"
UNKNOWN = "application/octet-stream"
HEAD = 16_384


def detect(source: Path | str | bytes, name: str = "") -> str:
    """The MIME type of a file (path) or of its beginning (bytes; whole files decide better for ZIP-based formats).

    `application/x-empty` for no bytes at all, `application/octet-stream` where nothing fits. Raises OSError for an unreadable path.
    """
    suffix = PurePosixPath(name.lower()).suffix
    if isinstance(source, bytes):
        return _detect(source[:HEAD], BytesIO(source), suffix)
    with open(source, "rb") as file:
        return _detect(file.read(HEAD), file, suffix)


def _detect(head: bytes, file: IO[bytes], suffix: str) -> str:
    if not head:
        return EMPTY
    sample = Sample(head, file, suffix)
    surest, mime = max(((form.sureness(sample), form.mime) for form in registry.formats()), key=lambda found: found[0])
    if surest < foreign.SURENESS and (known := foreign.type_of(sample)):
        return known
    return mime if surest else UNKNOWN
