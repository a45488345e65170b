"""What keeps the bytes, behind Django's storage API: a folder of this machine, or a bucket (`bucket.py`).

Beside that API a backend takes a file whole or not at all (`place`), reads from anywhere in one (`source`), and tells what it keeps
(`listed`).
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
import time
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, Protocol
from uuid import UUID, uuid4

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.translation import gettext as _

LIBRARY = "library"
STORED_NAME = re.compile(r"(?:library|[0-9a-f-]{36})/[0-9a-f]{64}")
_NO_LINKS = (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS)
INCOMING, REMOVING = ".incoming-", ".removing-"


class Source(Protocol):
    """Stored bytes that can be read from anywhere in them."""

    @property
    def size(self) -> int: ...

    def begin(self, first: int, length: int) -> BinaryIO:
        """A stream of `length` bytes from `first`. Raises FileNotFoundError, StorageAway."""


@dataclass(frozen=True)
class LocalFile:
    path: Path

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def begin(self, first: int, length: int) -> BinaryIO:
        file = self.path.open("rb")
        file.seek(first)
        return file


@dataclass(frozen=True)
class Found:
    """A file of a listing. `mark` tells whether it was written again since."""

    name: str
    size: int
    mark: Any


class Backend(Storage):
    """Keeps files by the names that `STORED_NAME` describes."""

    elsewhere = False
    """Whether the bytes are on another machine, so that programs here need copies of them."""

    @abstractmethod
    def place(self, path: Path, name: str, size: int) -> None:
        """Put a whole file under its name, in place of one that is there; durable when it returns. Raises OSError, StorageAway."""

    @abstractmethod
    def source(self, name: str, size: int) -> Source:
        """`size` is what the row says. Raises FileNotFoundError, StorageAway, now or when it is read."""

    @abstractmethod
    def listed(self, age: float) -> Iterator[Found]:
        """What was neither written nor put in its place for so many seconds; names of other forms are none of our business."""

    @abstractmethod
    def remove_unless_written(self, found: Found) -> int:
        """Remove what was listed and give its size, or -1 where it stayed because it came again."""

    @abstractmethod
    def sweep(self, age: float) -> int:
        """Drop what never became a stored file and is older than so many seconds; gives how many."""

    @abstractmethod
    def rehearse(self) -> bool:
        """Write, read and delete something. False where it is not what was written; raises OSError, StorageAway."""

    @abstractmethod
    def state(self) -> str:
        """How it is, in words; quickly. Raises OSError, StorageAway."""


class LocalFolder(FileSystemStorage, Backend):
    def __init__(self, folder: Path) -> None:
        super().__init__(location=folder, file_permissions_mode=0o600, directory_permissions_mode=0o700)
        self.folder = folder

    def place(self, path: Path, name: str, size: int) -> None:
        """A rename: `path` lies on the same disk, and its bytes are durable already."""
        target = self.folder / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.replace(path, target)
        _sync_folder(target.parent)

    def carry(self, name: str, other: str) -> None:
        """Let a file lie under another name too, durably: by a link, which is the same bytes; some file systems know none."""
        target = self.folder / other
        beside = target.with_name(f"{INCOMING}{uuid4()}")
        try:
            try:
                os.link(self.folder / name, beside)
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                with (self.folder / name).open("rb") as file:
                    copy_to(file, beside)
            os.replace(beside, target)
        finally:
            beside.unlink(missing_ok=True)  # of two links to the same file a rename leaves both
        _sync_folder(target.parent)

    def source(self, name: str, size: int) -> LocalFile:
        return LocalFile(self.folder / name)

    def listed(self, age: float) -> Iterator[Found]:
        for folder in content_folders(self.folder):
            for path in folder.iterdir():
                if STORED_NAME.fullmatch(name := f"{folder.name}/{path.name}") and (found := status_if_old(path, age)):
                    yield Found(name, found.st_size, found.st_ino)

    def remove_unless_written(self, found: Found) -> int:
        """A new arrival replaces the file, so what is taken aside is put back unless it is the one that was listed."""
        path = self.folder / found.name
        aside = path.with_name(f"{REMOVING}{path.name}")
        try:
            os.rename(path, aside)
            now = aside.stat()
        except FileNotFoundError:
            return -1
        if now.st_ino != found.mark:
            os.replace(aside, path)
            return -1
        aside.unlink(missing_ok=True)
        return now.st_size

    def sweep(self, age: float) -> int:
        return 0  # what is unfinished lies among the working files, which are swept for every backend

    def rehearse(self) -> bool:
        with tempfile.TemporaryFile(dir=self.folder) as file:
            file.write(b"well")
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            return file.read() == b"well"

    def state(self) -> str:
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise PermissionError(_("Files cannot be written to the storage folder."))
        return ""


def content_folders(root: Path) -> list[Path]:
    """Those of the cases, and the library's."""
    inside = root.iterdir() if root.exists() else []
    return [folder for folder in inside if folder.is_dir() and (folder.name == LIBRARY or is_uuid(folder.name))]


def status_if_old(path: Path, age: float) -> os.stat_result | None:
    """Of what was neither written nor renamed for so many seconds (a file takes its time of writing along to its place).

    Both from one look: a moment later another file may have that name.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found if max(found.st_mtime, found.st_ctime) < time.time() - age else None


def is_uuid(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def copy_to(file: IO[bytes] | File[bytes], path: Path) -> None:
    """The whole of a stream, durably."""
    with path.open("wb") as target:
        shutil.copyfileobj(file, target)
        target.flush()
        os.fsync(target.fileno())


def _sync_folder(folder: Path) -> None:
    """A rename is durable only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
