"""Mailboxes of one file (mbox): every message becomes a file of its own, the mailbox's text is their list. Read line by line.

A message begins with a line "From ", with a time and a year, after an empty line (or at the beginning), that a header field follows; what
was quoted with ">" so as not to look like that gets its own letters back.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import Message
from typing import IO

from documents.services.extraction.formats import LIKELY, NO, Format, FormatLimits, Sample, gettext_noop
from documents.services.extraction.limits import MAX_CONTAINED, MAX_CONTAINED_BYTES, MAX_MEMBER_BYTES
from documents.services.extraction.parsers.base import Job, Parsed, listed
from documents.services.extraction.parsers.mail import line_for, name_for

_LINE = 64 * 1024
_HEAD = 64 * 1024
_HEADERS_END = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"[!-9;-~]+:|>From ")
_QUOTED = re.compile(rb">+From ")
_SEPARATOR = re.compile(rb"From [^\r\n]{0,300}\d\d:\d\d[^\r\n]{0,40}\d{4}[^\r\n]{0,20}\r?\n")
_BEGINNING = re.compile(_SEPARATOR.pattern + b"(?:" + _FIELD.pattern + b")")
_ANOTHER = re.compile(rb"\n\r?\n" + _BEGINNING.pattern)


def parse(job: Job) -> Parsed:
    parsed = Parsed([], "mailbox (Python)", room=(MAX_CONTAINED, MAX_CONTAINED_BYTES))
    lines: list[str] = []
    beyond, size = 0, job.path.stat().st_size
    with job.path.open("rb") as file:
        for pieces in messages(file):
            place = parsed.next_place(job.folder)
            written = 0
            with place.open("wb") as target:
                for piece in pieces:
                    written += len(piece)
                    if parsed.has_room(written) and written <= MAX_MEMBER_BYTES:
                        target.write(piece)
                    job.tick(0, 1)
            if not parsed.has_room(written) or written > MAX_MEMBER_BYTES:
                place.unlink()
                beyond += 1
                continue
            message = heading(place.read_bytes() if written <= _HEAD else beginning(place.open("rb")))
            parsed.keep(f"{len(lines) + 1:05d} {name_for(message)}", place, {})
            lines.append(line_for(message) or "message")
            job.tick(max(1, 100 * file.tell() // max(size, 1)), 100)
    if beyond:
        parsed.notice("messages_beyond", count=beyond, total=beyond + len(lines))
    parsed.pages = listed(lines)
    return parsed


def heading(beginning: bytes) -> Message:
    """The header fields of a message, by its first bytes."""
    return email.message_from_bytes(_HEADERS_END.split(beginning, maxsplit=1)[0] + b"\n\n", policy=email.policy.default)


def beginning(file: IO[bytes]) -> bytes:
    with file:
        return file.read(_HEAD)


def messages(file: IO[bytes]) -> Iterator[Iterator[bytes]]:
    """The messages in order, each as its pieces, which have to be taken before the next message is."""
    reader = _Lines(file)
    while reader.ahead:
        yield reader.message()
        reader.skip()


class _Lines:
    """Lines of a mailbox with one ahead. Very long lines come in parts."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._inside = False
        self._starts_line, self._after_empty = True, False
        self.ahead = self._next()
        while self.ahead in (b"\n", b"\r\n"):
            self.ahead = self._next()
        if _SEPARATOR.match(self.ahead):
            self.ahead = self._next()

    def message(self) -> Iterator[bytes]:
        """Its lines, without the separator before and the empty line after it."""
        self._inside = True
        empty = b""
        while self.ahead:
            line, starts, after_empty = self.ahead, self._starts_line, self._after_empty
            self._advance(line)
            if starts and after_empty and _SEPARATOR.match(line) and _FIELD.match(self.ahead):
                self._inside = False
                return
            if empty:
                yield empty
                empty = b""
            if starts and line in (b"\n", b"\r\n"):
                empty = line
            else:
                yield line[1:] if starts and _QUOTED.match(line) else line
        self._inside = False

    def skip(self) -> None:
        """What nobody took of the message."""
        if self._inside:
            for _piece in self.message():
                pass

    def _advance(self, line: bytes) -> None:
        self._after_empty = self._starts_line and line in (b"\n", b"\r\n")
        self._starts_line = line.endswith(b"\n")
        self.ahead = self._next()

    def _next(self) -> bytes:
        return self._file.readline(_LINE)


def _sniff(sample: Sample) -> int:
    if not sample.is_text or not _BEGINNING.match(sample.head.lstrip(b"\r\n")):
        return NO
    # One message saved from a mailbox has its separator, too; its name tells.
    return NO if sample.suffix == ".eml" and not _ANOTHER.search(sample.head) else LIKELY + 25


FORMATS = (
    Format(
        mime="application/mbox",
        label=gettext_noop("Mailbox"),
        listed=gettext_noop("mailbox (MBOX)"),
        parse=parse,
        suffixes=(".mbox",),
        recognised_by="a line of From and a date, then a header field",
        order=70,
        sniff=_sniff,
        limits=FormatLimits(files=MAX_CONTAINED),
        also_named=(".txt", ".mbx"),
        container=True,
    ),
)
