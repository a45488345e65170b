"""What a format is. Each parser module declares its own in `FORMATS`; everything else that speaks of formats asks `registry`.

No Django here: the children that parse import this too. Labels are English; whoever shows them translates them.
"""

from __future__ import annotations

import codecs
import io
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import IO, TYPE_CHECKING

from documents.services.extraction.charsets import decode, wide_encoding
from documents.services.extraction.limits import MAX_TAKEN_OUT

if TYPE_CHECKING:
    from documents.services.extraction.parsers.base import Job, Parsed

PDF = "application/pdf"
DOC = "application/msword"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ARCHIVE = "application/zip"
HTML = "text/html"
EML = "message/rfc822"
TXT = "text/plain"
JPEG = "image/jpeg"
LOAD_FILES = frozenset([".dat", ".opt", ".csv"])
"""How the names of files end that say what the other files of a production are."""
MARKDOWN = "text/markdown"

# How sure a format is of a file. The surest reads it; the name only settles what the content leaves open.
CERTAIN, LIKELY, POSSIBLE, NO = 100, 60, 10, 0

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_ZIP = 65_536 + 22  # its last record, with the longest comment
_LARGEST_DIRECTORY = 16 * 1024**2
_MEMBERS = re.compile(rb"[A-Za-z][A-Za-z-]{0,60}/|mimetype")
_CONTROLS = bytes(set(range(32)) - {7, 8, 9, 10, 11, 12, 13, 27} | {127})


def gettext_noop(message: str) -> str:
    """Marks a label for translation."""
    return message


class Sample:
    """The beginning of a file, its whole where a look into it is needed, and the suffix of its name (".pdf", lower case)."""

    def __init__(self, head: bytes, file: IO[bytes], suffix: str) -> None:
        self.head = head
        self.suffix = suffix
        self._file = file

    @cached_property
    def members(self) -> tuple[str, ...]:
        """The names in a ZIP file; of a cut-off one, or one with a directory larger than any office file's, the folders that its beginning
        names; of anything else none."""
        if not self.head.startswith(ZIP):
            return ()
        if self._directory_bytes() > _LARGEST_DIRECTORY:
            return self._members_of_head()
        try:
            with zipfile.ZipFile(self._file) as archive:
                return tuple(archive.namelist())
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return self._members_of_head()

    def _members_of_head(self) -> tuple[str, ...]:
        return tuple(match.decode("ascii") for match in _MEMBERS.findall(self.head))

    def _directory_bytes(self) -> int:
        """What a ZIP file's end says of the size of its directory, 0 where it has no end."""
        size = self._file.seek(0, io.SEEK_END)
        end = self.part(max(0, size - _END_OF_ZIP), _END_OF_ZIP)
        place = end.rfind(b"PK\x05\x06")
        return int.from_bytes(end[place + 12 : place + 16], "little") if place >= 0 else 0

    def part(self, start: int, size: int) -> bytes:
        """So many bytes from anywhere in the file; fewer, or none, where it ends before."""
        try:
            self._file.seek(start)
            return self._file.read(size)
        except (OSError, ValueError, OverflowError):
            return b""

    @cached_property
    def streams(self) -> frozenset[str]:
        """The names at the top of a compound file (Word, Excel, Outlook before XML); of a broken one, and of anything else, none."""
        if not self.head.startswith(OLE):
            return frozenset()
        from documents.services.extraction.containers import compound

        return compound.names(self._file)

    @cached_property
    def is_text(self) -> bool:
        return looks_like_text(self.head)

    @cached_property
    def narrow(self) -> bytes:
        """The beginning of a text in bytes that tell letters apart: UTF-16 and UTF-32 as UTF-8, all else as it is."""
        if b"\0" not in self.head:
            return self.head
        wide = self.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or bool(wide_encoding(self.head))
        return decode(self.head).text.encode("utf-8", "replace") if wide else self.head


@dataclass(frozen=True)
class FormatLimits:
    """What one file of a format may cost: its size in bytes and the seconds its reading may take (None: as every upload, every job).
    `files` inside it become documents; those of a container, all of them together within MAX_FAMILY."""

    bytes: int | None = None
    seconds: float | None = None
    files: int = MAX_TAKEN_OUT


@dataclass(frozen=True)
class Program:
    """A program of the installation that reads a format, and the package (Debian's name of it) that brings it."""

    command: str
    package: str

    @property
    def is_missing(self) -> bool:
        return shutil.which(self.command) is None


@dataclass(frozen=True)
class Format:
    """A kind of file that can be read.

    `label` names one file of it, `listed` the kind in lists ("Word document", "Word (DOCX)"). A file whose name ends in one of
    `suffixes` promises this format; `also_named` are suffixes of others under which it comes without anybody wondering.
    """

    mime: str
    label: str
    parse: Callable[[Job], Parsed]
    suffixes: tuple[str, ...]
    recognised_by: str
    listed: str = ""
    order: int = 100
    magic: tuple[bytes, ...] = ()
    sniff: Callable[[Sample], int] | None = None
    limits: FormatLimits = FormatLimits()
    also_named: tuple[str, ...] = ()
    binary: bool = False
    """Never plain text: text under its name is something else, and a damaged file under its name is explained by its reader."""
    kind: str = ""
    """The Document.Kind that every file of it is, where that is sure."""
    titled: bool = False
    """Its own title says more than its file's name."""
    container: bool = False
    """Nothing but a wrapping around other files; its text is their list."""
    shown: bool = False
    """Browsers show it by themselves, and nothing in it can act."""
    needs: Program | None = None

    def sureness(self, sample: Sample) -> int:
        if self.magic and sample.head.startswith(self.magic):
            return CERTAIN
        return self.sniff(sample) if self.sniff else NO

    @property
    def in_lists(self) -> str:
        return self.listed or self.label


def looks_like_text(head: bytes) -> bool:
    """Few control characters (some more where the rest is good UTF-8), or UTF-16 or UTF-32, told by a mark or by its form."""
    if head.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls <= len(head) // (3 if _is_utf8(head) else 20) or bool(wide_encoding(head))


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True
