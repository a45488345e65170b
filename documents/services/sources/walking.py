"""A folder of any size, read as a stream and never left: every step is opened from the one above it, and no link is followed.

So nobody who may write into the folder leads the reader out of it, also not by exchanging a folder for a link while it is read.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from django.utils.translation import gettext as _

from documents.services.extraction.containers.members import left_by_system, place_of

SORTED = 10_000
"""Names of one folder that are sorted together; more are read slice by slice, so that memory stays bounded."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class Entry:
    """A file by its path below the root, as the system gives it; `stamp` is when it was changed, ns. `problem` is "link" for a link that
    leads out, or the error (`errno`) of what could not be looked at."""

    path: str
    size: int = 0
    stamp: int = 0
    problem: str | int = ""

    @property
    def name(self) -> str:
        return shown(self.path.rpartition("/")[2])

    @property
    def folder(self) -> str:
        return shown(self.path.rpartition("/")[0])


def shown(path: str) -> str:
    """A path of the system as text that can be kept; names that are no UTF-8 lose the letters that are none."""
    return os.fsencode(path).decode("utf-8", "replace")


class Unreadable(Exception):
    """A file could not be read to its end: `code` for programs ("changed", "unreadable"), the message for people."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.message, self.code = message, code


def trouble(number: int | None) -> Unreadable:
    """What an error of the system (`errno`) means."""
    if number in (errno.EACCES, errno.EPERM):
        return Unreadable(_("LexIntel may not read it. Ask your administrator to allow it."), "not_allowed")
    return Unreadable(_("It could not be read: %(error)s.") % {"error": os.strerror(number or errno.EIO)}, "unreadable")


class Steady:
    """An open file that must not change while it is read: reading raises Unreadable where it does, or where the disk fails."""

    def __init__(self, file: BinaryIO, entry: Entry) -> None:
        self._file, self._entry = file, entry

    def read(self, size: int = -1, /) -> bytes:
        try:
            block = self._file.read(size)
            about = os.fstat(self._file.fileno()) if not block else None
        except OSError as error:
            raise trouble(error.errno) from error
        if about is not None and (about.st_size, about.st_mtime_ns) != (self._entry.size, self._entry.stamp):
            raise Unreadable(_("It was changed while it was read."), "changed")
        return block


class Tree:
    """An open folder, or one `below` it. Raises OSError where it can't be opened."""

    def __init__(self, root: Path, below: str = "") -> None:
        self.root = root.resolve()
        self._handle = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        if below:
            top, self.root = self._handle, self.root / below
            try:
                self._handle = self._descend(below)
            finally:
                os.close(top)

    def __enter__(self) -> Tree:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        os.close(self._handle)

    def entries(self) -> Iterator[Entry]:
        """Every file, a folder's own before those of its folders; without hidden ones, what systems leave behind, and what is no file."""
        waiting = [""]
        while waiting:
            folder, inside = waiting.pop(), []
            try:
                for entry, is_folder in self._inside(folder):
                    if is_folder:
                        inside.append(entry.path)
                    else:
                        yield entry
            except OSError as error:
                yield Entry(folder, problem=error.errno or errno.EIO)
            waiting += reversed(inside)

    def entry(self, path: str) -> Entry:
        """One file of it. Raises OSError."""
        with self.open(path) as file:
            found = os.fstat(file.fileno())
        return Entry(path, found.st_size, found.st_mtime_ns)

    def open(self, path: str) -> BinaryIO:
        """Raises OSError, also for what is no plain file (any more)."""
        folder, _slash, name = path.rpartition("/")
        above = self._descend(folder)
        try:
            handle = os.open(name, _FILE, dir_fd=above)
        finally:
            os.close(above)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError(errno.EINVAL, "not a plain file", path)
        return os.fdopen(handle, "rb")

    def _inside(self, folder: str) -> Iterator[tuple[Entry, bool]]:
        handle = self._descend(folder)
        try:
            with os.scandir(handle) as listing:
                while names := sorted(islice(listing, SORTED), key=lambda entry: entry.name):
                    for found in names:
                        if not _left_out(found.name) and (seen := self._seen(folder, found)) is not None:
                            yield seen
        finally:
            os.close(handle)

    def _seen(self, folder: str, found: os.DirEntry[str]) -> tuple[Entry, bool] | None:
        path = f"{folder}/{found.name}" if folder else found.name
        try:
            about = found.stat(follow_symlinks=False)
        except FileNotFoundError:
            return None  # gone meanwhile
        except OSError as error:
            return Entry(path, problem=error.errno or errno.EIO), False
        if stat.S_ISDIR(about.st_mode):
            return Entry(path), True
        if stat.S_ISLNK(about.st_mode):
            return (Entry(path, problem="link"), False) if self._leads_out(path) else None  # else the walk meets what it leads to
        return (Entry(path, about.st_size, about.st_mtime_ns), False) if stat.S_ISREG(about.st_mode) else None

    def _leads_out(self, path: str) -> bool:
        return not Path(os.path.realpath(self.root / path)).is_relative_to(self.root)

    def _descend(self, folder: str) -> int:
        handle = os.dup(self._handle)
        for part in filter(None, folder.split("/")):
            try:
                below = os.open(part, _FOLDER, dir_fd=handle)
            finally:
                os.close(handle)
            handle = below
        return handle


def _left_out(name: str) -> bool:
    """Hidden files, and what systems and Word leave beside files (`~$brief.docx` says that one is open)."""
    return name.startswith((".", "~$")) or left_by_system(place_of(name))
