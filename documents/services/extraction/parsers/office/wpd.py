"""WordPerfect, by the program wpd2text where the installation has it: a process of its own, with limits of its own, that ends with us."""

from __future__ import annotations

import resource
import shutil
import subprocess
import time
from functools import partial
from os import getpid
from pathlib import Path

from documents.services.extraction.errors import Unreadable
from documents.services.extraction.formats import Format, FormatLimits, Program, gettext_noop
from documents.services.extraction.limits import MAX_CHARACTERS
from documents.services.extraction.parsers.base import Job, Parsed, RawPage, bounded, storable
from documents.services.sandbox.worker import die_with

WPD2TEXT = Program("wpd2text", "libwpd-tools")
SECONDS = 120
_MEMORY_BYTES = 1024**3
_LOOK_EVERY = 0.5
_DOCUMENT = 0x0A


class WpdParser:
    def parse(self, job: Job) -> Parsed:
        _look(job.path)
        text = storable(_converted(job).decode("utf-8", "replace")).strip()
        bounded(len(text))
        job.tick(1, 1)
        return Parsed([RawPage(text)], "wpd2text")


def _look(path: Path) -> None:
    """The header of WordPerfect 5 and later: what kind of file it is, and whether it has a password."""
    with path.open("rb") as file:
        head = file.read(16)
    if len(head) < 16 or head[9] != _DOCUMENT:
        raise Unreadable("unreadable", kind="WordPerfect")
    if any(head[12:14]):
        raise Unreadable("encrypted")


def _converted(job: Job) -> bytes:
    """What the program prints. Raises Unreadable where it is missing, fails, or takes too long."""
    program = shutil.which(WPD2TEXT.command)
    if program is None:
        raise Unreadable("needs_program", kind="WordPerfect", name=WPD2TEXT.command, package=WPD2TEXT.package)
    output = job.folder / "wpd2text.txt"
    try:
        with output.open("wb") as file:
            code = _run([program, str(job.path)], file.fileno(), job)
        if code:
            raise Unreadable("unreadable", kind="WordPerfect")
        return output.read_bytes()
    finally:
        output.unlink(missing_ok=True)


def _run(command: list[str], output: int, job: Job) -> int:
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.DEVNULL,
        cwd=job.folder,
        env={"LC_ALL": "C.UTF-8"},
        preexec_fn=partial(_confine, getpid()),  # the process that parses has no threads
    )
    deadline = time.monotonic() + SECONDS
    try:
        while True:
            job.tick(0, 1)
            try:
                return process.wait(_LOOK_EVERY)
            except subprocess.TimeoutExpired:
                if time.monotonic() > deadline:
                    raise Unreadable("parser_timeout") from None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _confine(parent: int) -> None:
    die_with(parent)
    for limit, value in (
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 4 * MAX_CHARACTERS),
    ):
        hard = resource.getrlimit(limit)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (allowed, allowed))


FORMATS = (
    Format(
        mime="application/vnd.wordperfect",
        label=gettext_noop("WordPerfect document"),
        listed="WordPerfect (WPD)",
        parse=WpdParser().parse,
        suffixes=(".wpd",),
        recognised_by="`\\xffWPC` at its beginning; needs the program `wpd2text`",
        order=24,
        magic=(b"\xffWPC",),
        limits=FormatLimits(seconds=2 * SECONDS),
        also_named=(".wp", ".wp5", ".wp6"),
        binary=True,
        needs=WPD2TEXT,
    ),
)
