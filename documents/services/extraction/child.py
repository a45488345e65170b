"""The process that parses: reads requests from stdin, answers on stdout, holds nothing but the file in hand.

Started as `python -m documents.services.extraction.child <parent pid>`. It imports no Django and no models, so that it starts in a tenth
of a second and holds no connection. A request is {path, name, mime, folder}; answers are {progress: [done, total]} and at the end either
{result: ...} or {error: code, details: ...}.
"""

from __future__ import annotations

import ctypes
import errno
import logging
import os
import resource
import signal
import sys
import time
import traceback
from datetime import date
from pathlib import Path
from typing import IO, Any

from documents.services.extraction import wire
from documents.services.extraction.cleaning import Cleaned, clean
from documents.services.extraction.errors import Unreadable
from documents.services.extraction.limits import CPU_SECONDS, MAX_ATTACHMENT_BYTES, MEMORY_BYTES
from documents.services.extraction.parsers import Job, Parsed, RawPage, parser_for
from documents.services.extraction.stamps import latest

PROGRESS_EVERY = 0.1
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38


def main() -> None:
    answers = _own_stdout()
    _die_with(int(sys.argv[1]))
    _confine(int(os.environ.get("LEXINTEL_PARSER_MEMORY", MEMORY_BYTES)))
    logging.disable(logging.CRITICAL)
    while request := wire.read(sys.stdin.buffer):
        _renew_cpu()
        if not _serve(request, answers):
            return


def _own_stdout() -> IO[bytes]:
    """The pipe to the parent, out of the reach of libraries that print: their stdout becomes stderr."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _die_with(parent: int) -> None:
    """Take the kernel's word that this process goes when its parent goes; it may have gone already."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _confine(memory: int) -> None:
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, MAX_ATTACHMENT_BYTES),
        (resource.RLIMIT_NOFILE, 64),
    ):
        hard = resource.getrlimit(limit)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (allowed, allowed))


def _renew_cpu() -> None:
    """The processor limit counts from the start of the process: grant each file its own share."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    wanted = int(used.ru_utime + used.ru_stime) + int(os.environ.get("LEXINTEL_PARSER_CPU", CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def _serve(request: dict[str, Any], answers: IO[bytes]) -> bool:
    """Answer one request. False when this process had better not serve another (it ran out of memory)."""
    reporter = _Reporter(answers)
    answer: dict[str, Any]
    try:
        answer = {"result": read(request, reporter)}
    except Unreadable as error:
        answer = {"error": error.code, "details": error.details}
    except MemoryError:
        answer = {"error": "parser_memory", "details": {}}
    except Exception as error:  # noqa: BLE001 - the parent decides; a parser's surprise must not cost the warm process
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        code = "no_room" if full else "parser_failed"
        answer = {"error": code, "details": {"reason": type(error).__name__}, "traceback": traceback.format_exc()[-4000:]}
    answers.write(wire.pack(answer))
    answers.flush()
    return answer.get("error") != "parser_memory"


class _Reporter:
    """Sends page counts, at most ten a second."""

    def __init__(self, answers: IO[bytes]) -> None:
        self._answers = answers
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now >= self._next or done == total:
            self._next = now + PROGRESS_EVERY
            self._answers.write(wire.pack({"progress": [done, total]}))
            self._answers.flush()


def read(request: dict[str, Any], tick: Any) -> dict[str, Any]:
    """Parse and clean one file; the result as plain JSON values."""
    job = Job(Path(request["path"]), request["name"], request["mime"], Path(request["folder"]), tick)
    parsed = parser_for(job.mime).parse(job)
    raws = [page.text for page in parsed.pages]
    cleaning = clean(raws) if parsed.printed else None
    if cleaning and (stamp := latest(cleaning.stamps)):
        parsed.metadata["docket_number"] = stamp.docket
        if stamp.entry:
            parsed.metadata["docket_entry"] = stamp.entry
        if stamp.filed:
            parsed.metadata["filed"] = stamp.filed.isoformat()
            parsed.date = parsed.date or stamp.filed
    cleaned = cleaning.pages if cleaning else [Cleaned(raw, None) for raw in raws]
    return _result(parsed, cleaned)


def _result(parsed: Parsed, cleaned: list[Cleaned]) -> dict[str, Any]:
    scans = sum(page.needs_ocr for page in parsed.pages)
    if scans:
        parsed.notice("needs_ocr", pages=scans, total=len(parsed.pages))
    elif not any(page.text.strip() for page in cleaned):
        parsed.notice("no_text")
    parsed.metadata.pop("attachment_bytes", None)
    return {
        "pages": [_page(number, raw, text) for number, (raw, text) in enumerate(zip(parsed.pages, cleaned, strict=True), 1)],
        "engine": parsed.engine,
        "title": parsed.title,
        "date": parsed.date.isoformat() if isinstance(parsed.date, date) else None,
        "metadata": parsed.metadata,
        "notices": parsed.notices,
        "attachments": parsed.attachments,
    }


def _page(number: int, raw: RawPage, cleaned: Cleaned) -> dict[str, Any]:
    changed = cleaned.text != raw.text
    return {
        "number": number,
        "text": cleaned.text,
        "raw": raw.text if changed else "",
        "offset_map": cleaned.offset_map if changed else None,
        "label": raw.label[:40],
        "needs_ocr": raw.needs_ocr,
        "width": raw.width,
        "height": raw.height,
    }


if __name__ == "__main__":
    main()
