"""`extract`: decide the type, have a child read the file, put its answer into words and objects."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext

from documents.services.extraction import detection, registry
from documents.services.extraction.detection import detect
from documents.services.extraction.findings import Finding, Trace
from documents.services.extraction.formats import MARKDOWN, TXT, Format
from documents.services.extraction.limits import MAX_CHARACTERS
from documents.services.extraction.parsers.base import LOOKING
from documents.services.extraction.results import ExtractedAttachment, ExtractedPage, Extraction, Notice
from documents.services.extraction.sentences import error_sentence, finding_sentences, missing_program, notice_sentence
from documents.services.sandbox import JobFailed, JobRefused
from documents.services.sandbox.confinement.needs import FONTS, Needs
from documents.services.sandbox.folders import Folder
from documents.services.sandbox.pool import Pool
from documents.services.sandbox.room import made_in
from tasks.errors import PermanentError

logger = logging.getLogger(__name__)


class NoReader(PermanentError):
    """The file may be sound, but nothing here reads its kind: it is kept as it is."""


pool = Pool(
    "documents.services.extraction.child:read",
    scratch=lambda: settings.SCRATCH_FOLDER,
    needs=lambda: Needs(reads=FONTS, programs=registry.programs()),
)


Progress = Callable[[int, int], None]
Begun = Callable[[Extraction], None]


class _Watch(NamedTuple):
    """Who is told while the child reads."""

    check: Callable[[], None]
    progress: Progress
    part: Callable[[dict[str, Any]], None] | None


def extract(
    path: Path, name: str, check: Callable[[], None], progress: Progress, password: str = "", begun: Begun | None = None
) -> Extraction:
    """See `documents.services.extraction.extract`."""
    form = readable_format(path, name)
    folder = pool.folder()
    extraction = Extraction([], form.mime, "", folder=folder)
    try:
        request = {
            "path": path,
            "name": name[-255:],
            "mime": form.mime,
            "module": registry.module_of(form.mime),
            "look": True,
            "begin": begun is not None,
        }
        if password:
            request["password"] = password
        watch = _Watch(check, progress, _beginning(form, begun) if begun is not None else None)
        _fill(extraction, _answer(request, form, folder, watch))
    except BaseException:
        extraction.close()
        raise
    if mismatch := _mismatch(form, name):
        extraction.notices.insert(0, mismatch)
    return extraction


def _beginning(form: Format, begun: Begun) -> Callable[[dict[str, Any]], None]:
    """Gives `begun` the first pages; nothing where the child said something else, for its answer decides what becomes of the file."""

    def told(part: dict[str, Any]) -> None:
        try:
            pages = [ExtractedPage(**page) for page in part["pages"]]
        except (KeyError, TypeError):
            logger.warning("The parser handed out a beginning that is none.")
            return
        if pages:
            begun(Extraction(pages, form.mime, ""))

    return told


def readable_format(path: Path, name: str) -> Format:
    """The format by content. Raises NoReader where there is none, PermanentError for nothing at all, for what is too large for its format,
    and for text or noise under the name of something else."""
    mime = detect(path, name)
    suffix = PurePosixPath(name.lower()).suffix
    if mime == detection.EMPTY:
        raise failure("empty_file")
    form, promised = registry.by_mime(mime), registry.promised_by(suffix)
    if mime in (TXT, MARKDOWN) and registry.never_text(suffix):
        raise failure("type_mismatch", name=suffix)
    if mime == detection.UNKNOWN and promised and promised.binary:
        raise failure("unreadable", kind=suffix[1:].upper())
    if form is None:
        raise NoReader(error_sentence("unsupported_type", {"mime": mime}), "unsupported_type")
    if lacking := missing_program(form):
        raise NoReader(error_sentence(lacking[0], lacking[1]), lacking[0])
    if form.limits.bytes and path.stat().st_size > form.limits.bytes:
        raise failure("text_too_long", limit=MAX_CHARACTERS // 1_000_000)
    return form


def failure(code: str, **details: str | int) -> PermanentError:
    return PermanentError(error_sentence(code, details), code=code)


def _answer(request: dict[str, Any], form: Format, folder: Folder, watch: _Watch) -> dict[str, Any]:
    """The child's answer, its refusals and failures as sentences. Where the look for hidden text was too much, the file is read without."""
    try:
        answer = pool.run(request, folder=folder, wall_seconds=form.limits.seconds, **watch._asdict())
        answer["attachments"] = [(name, made_in(folder.path, place), about) for name, place, about in answer["attachments"]]
        return answer
    except JobRefused as refusal:
        code = "wrong_password" if refusal.code == "encrypted" and request.get("password") else refusal.code
        raise failure(code, **refusal.details) from refusal
    except JobFailed as death:
        if request["look"] and (folder.path / LOOKING).exists():
            logger.warning("Looking for hidden text ended the parser (%s); the file is read without.", death)
            return _answer({**request, "look": False}, form, folder, watch)
        logger.error("The parser failed on %s (%s).\n%s", request["mime"], death, death.traceback)
        raise failure(f"parser_{death.code}", reason=death.reason) from death


def _fill(extraction: Extraction, result: dict[str, Any]) -> None:
    extraction.pages = [ExtractedPage(**page) for page in result["pages"]]
    extraction.engine, extraction.title, extraction.metadata = result["engine"], result["title"], result["metadata"]
    extraction.source = result["source"]
    extraction.date = date.fromisoformat(result["date"]) if result["date"] else None
    extraction.notices = [Notice(code, notice_sentence(code, details)) for code, details in result["notices"]]
    extraction.findings = found = [Finding(page, tuple(box) if box else None, kind, text) for page, box, kind, text in result["findings"]]
    extraction.notices += [Notice(f"redactions_{kind}", sentence) for kind, sentence in finding_sentences(found)]
    extraction.attachments = [ExtractedAttachment(name, path, about) for name, path, about in result["attachments"]]
    extraction.page_index = base64.b64decode(result["page_index"])
    extraction.traces = [Trace(code, value) for code, value in result["traces"]]


def _mismatch(form: Format, name: str) -> Notice | None:
    """A notice where the content is readable but not what the name says."""
    suffix = PurePosixPath(name.lower()).suffix
    if not registry.misnamed(form.mime, suffix):
        return None
    return Notice("type_by_content", notice_sentence("type_by_content", {"claimed": suffix, "actual": gettext(form.label)}))
