"""Reading files: `detect` says what a file is, `extract` turns it into pages of text.

Light on purpose: the child process imports this package too, so what needs Django is imported when it is called.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from documents.services.extraction.detection import detect
from documents.services.extraction.results import ExtractedAttachment, ExtractedPage, Extraction, Notice

__all__ = ["ExtractedAttachment", "ExtractedPage", "Extraction", "Notice", "detect", "extract"]


def extract(
    path: Path,
    *,
    name: str,
    check: Callable[[], None],
    progress: Callable[[int, int], None],
    password: str = "",
    begun: Callable[[Extraction], None] | None = None,
) -> Extraction:
    """Read a file in a warm child process. `progress(page, pages)` is called as pages are read.

    `check` is called at least twice a second; when it raises, the child is killed and the error goes on to the caller.
    Raises tasks.errors.PermanentError with a sentence and a code for files that can't be read (reader.NoReader where nothing
    reads their kind); `password` opens one that is encrypted. The attachments' bytes
    live until the Extraction is closed (it is a context manager) or forgotten. `begun` is given the first pages of a long file, once,
    before the last are read.
    """
    from documents.services.extraction import reader

    return reader.extract(path, name, check, progress, password, begun)
