"""Outlook's mailboxes (PST, OST), where readpst of libpst is installed: it writes the messages in their folders, and they become files of
their own. It is another program, and runs inside the limits of the child that runs this.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from documents.services.extraction.errors import Unreadable
from documents.services.extraction.formats import Format, FormatLimits, Program, gettext_noop
from documents.services.extraction.limits import MAX_CONTAINED, MAX_CONTAINED_BYTES
from documents.services.extraction.parsers.base import Job, Parsed, listed
from documents.services.extraction.parsers.mail import line_for, name_for
from documents.services.extraction.parsers.mbox import beginning, heading
from documents.services.sandbox.worker import die_with

READPST = Program("readpst", "pst-utils")
_SECONDS = 900.0


def parse(job: Job) -> Parsed:
    converter = shutil.which(READPST.command)
    if converter is None:
        raise Unreadable("needs_program", kind="Outlook", name=READPST.command, package=READPST.package)
    written = job.folder / "mailbox"
    written.mkdir()
    whole = _convert(converter, job, written)
    parsed = Parsed([], "mailbox (readpst)", room=(MAX_CONTAINED, MAX_CONTAINED_BYTES))
    lines: list[str] = []
    beyond = 0
    files = sorted(_files(written))
    for number, path in enumerate(files, 1):
        if not parsed.has_room(path.stat().st_size):
            beyond += 1
            continue
        folder = path.parent.relative_to(written).as_posix()
        name, line = _described(path)
        place = path.rename(parsed.next_place(job.folder))
        parsed.keep(f"{number:05d} {name}", place, {"folder": "" if folder == "." else folder})
        lines.append(f"{folder}: {line}")
        job.tick(number, len(files))
    if not lines and not whole:
        raise Unreadable("unreadable", kind="PST")
    if not whole:
        parsed.notice("mailbox_incomplete")
    if beyond:
        parsed.notice("messages_beyond", count=beyond, total=beyond + len(lines))
    parsed.pages = listed(lines)
    return parsed


def _convert(converter: str, job: Job, folder: Path) -> bool:
    """Whether readpst came to its end. It goes when this process goes, and this process says that it lives as long as it works."""
    parent = os.getpid()
    command = [converter, "-e", "-8", "-q", "-j", "0", "-o", str(folder), str(job.path)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=lambda: die_with(parent)
    ) as process:
        deadline = time.monotonic() + _SECONDS
        try:
            while time.monotonic() < deadline:
                try:
                    return process.wait(1) == 0
                except subprocess.TimeoutExpired:
                    job.tick(0, 1)
                if _is_too_much(folder):
                    break
        finally:
            process.kill()
    return False


def _is_too_much(folder: Path) -> bool:
    """More than is kept in any case: nothing else bounds all the files together."""
    sizes = [path.stat().st_size for path in _files(folder)]
    return len(sizes) > 2 * MAX_CONTAINED or sum(sizes) > 2 * MAX_CONTAINED_BYTES


def _files(folder: Path) -> Iterator[Path]:
    """What was written, and nothing that only points elsewhere."""
    for place, _folders, names in os.walk(folder):
        for path in (Path(place) / name for name in names):
            if path.is_file() and not path.is_symlink():
                yield path


def _described(path: Path) -> tuple[str, str]:
    """Its name and its line in the list."""
    if path.suffix.lower() != ".eml":
        return path.name, path.name
    message = heading(beginning(path.open("rb")))
    return name_for(message), line_for(message) or path.name


FORMATS = (
    Format(
        mime="application/vnd.ms-outlook-pst",
        label=gettext_noop("Outlook mailbox"),
        listed=gettext_noop("Outlook mailbox (PST)"),
        parse=parse,
        suffixes=(".pst",),
        recognised_by="`!BDN` at its beginning",
        order=71,
        magic=(b"!BDN",),
        limits=FormatLimits(files=MAX_CONTAINED),
        also_named=(".ost",),
        binary=True,
        container=True,
        needs=READPST,
    ),
)
