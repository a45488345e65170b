"""`extract`: decide the type, have a child read the file, put its answer into words and objects."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings

from documents.services.extraction import detection
from documents.services.extraction.detection import DOCX, EML, HTML, MARKDOWN, PDF, TXT, detect
from documents.services.extraction.results import ExtractedAttachment, ExtractedPage, Extraction, Notice
from documents.services.extraction.sentences import error_sentence, notice_sentence
from documents.services.sandbox import JobFailed, JobRefused
from documents.services.sandbox.folders import Folder
from documents.services.sandbox.pool import Pool
from tasks.errors import PermanentError

logger = logging.getLogger(__name__)

pool = Pool("documents.services.extraction.child:read", scratch=lambda: settings.SCRATCH_FOLDER)
_CLAIMS = {".pdf": PDF, ".docx": DOCX, ".htm": HTML, ".html": HTML, ".xhtml": HTML, ".eml": EML, ".txt": TXT, ".md": TXT, ".markdown": TXT}
# fmt: off
_BINARY_NAMES = frozenset([
    ".pdf", ".docx", ".doc", ".odt", ".wpd", ".xlsx", ".pptx", ".msg", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".wav", ".mp3", ".m4a",
    ".flac", ".zip",
])
# fmt: on
_SPOKEN = {PDF: "a PDF", DOCX: "a Word document", HTML: "a web page", EML: "an e-mail", TXT: "plain text"}


def extract(path: Path, name: str, check: Callable[[], None], progress: Callable[[int, int], None]) -> Extraction:
    """See `documents.services.extraction.extract`."""
    mime = readable_type(path, name)
    folder = pool.folder()
    extraction = Extraction([], mime, "", folder=folder)
    try:
        _fill(extraction, _answer({"path": str(path.resolve()), "name": name[-255:], "mime": mime}, folder, check, progress))
    except BaseException:
        extraction.close()
        raise
    if mismatch := _mismatch(mime, name):
        extraction.notices.insert(0, mismatch)
    return extraction


def readable_type(path: Path, name: str) -> str:
    """The type by content. Raises PermanentError for nothing at all, and for text or noise under the name of something else."""
    mime = detect(path, name)
    suffix = PurePosixPath(name.lower()).suffix
    if mime == detection.EMPTY:
        raise failure("empty_file")
    if mime in (TXT, MARKDOWN) and suffix in _BINARY_NAMES:
        raise failure("type_mismatch", name=suffix)
    if mime == detection.UNKNOWN and _CLAIMS.get(suffix) in (PDF, DOCX):
        raise failure("unreadable", kind=suffix[1:].upper())
    return mime


def failure(code: str, **details: str | int) -> PermanentError:
    return PermanentError(error_sentence(code, details), code=code)


def _answer(request: dict[str, Any], folder: Folder, check: Callable[[], None], progress: Callable[[int, int], None]) -> dict[str, Any]:
    """The child's answer, its refusals and failures as sentences."""
    try:
        return pool.run(request, check=check, progress=progress, folder=folder)
    except JobRefused as refusal:
        raise failure(refusal.code, **refusal.details) from refusal
    except JobFailed as death:
        logger.error("The parser failed on %s (%s).\n%s", request["mime"], death, death.traceback)
        raise failure(f"parser_{death.code}", reason=death.reason) from death


def _fill(extraction: Extraction, result: dict[str, Any]) -> None:
    extraction.pages = [ExtractedPage(**page) for page in result["pages"]]
    extraction.engine, extraction.title, extraction.metadata = result["engine"], result["title"], result["metadata"]
    extraction.date = date.fromisoformat(result["date"]) if result["date"] else None
    extraction.notices = [Notice(code, notice_sentence(code, details)) for code, details in result["notices"]]
    extraction.attachments = [ExtractedAttachment(name, Path(path)) for name, path in result["attachments"]]


def _mismatch(mime: str, name: str) -> Notice | None:
    """A notice where the content is readable but not what the name says."""
    suffix = PurePosixPath(name.lower()).suffix
    claimed = _CLAIMS.get(suffix)
    foreign = claimed is None and (suffix in _BINARY_NAMES or suffix == ".rtf")
    if not foreign and (claimed is None or claimed == mime or mime == MARKDOWN):
        return None
    return Notice("type_by_content", notice_sentence("type_by_content", {"claimed": suffix, "actual": _SPOKEN.get(mime, mime)}))
