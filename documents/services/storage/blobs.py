"""Where files lie: `<case>/<sha256>` under STORAGE_URL. Content decides the name, so no user's name is ever part of a path.

A file arrives in a temporary one beside its place, is made durable, and is then renamed: it is there whole or not at all.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from documents.errors import Refused

BLOCK = 1024 * 1024
LIBRARY = "library"
STORED_NAME = re.compile(r"(?:library|[0-9a-f-]{36})/[0-9a-f]{64}")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class HasFile(Protocol):
    stored_as: str


@dataclass(frozen=True)
class Stored:
    """Bytes that are safe on disk. `name` is what `Document.stored_as` keeps."""

    sha256: str
    size: int
    name: str


@dataclass
class Incoming:
    """A file that has arrived whole but has no place yet; `keep()` gives it one, `discard()` drops it."""

    path: Path
    sha256: str
    size: int
    folder: str

    def keep(self) -> Stored:
        """Rename into place. The same content may be there already; it is replaced by itself, which also heals a damaged one."""
        name = f"{self.folder}/{self.sha256}"
        os.replace(self.path, root() / name)
        _sync_folder(root() / self.folder)
        return Stored(self.sha256, self.size, name)

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)


def root() -> Path:
    """The folder STORAGE_URL names. Raises ImproperlyConfigured for an address that is not a local folder."""
    address = urlsplit(settings.STORAGE_URL)
    if address.scheme != "file" or address.netloc not in ("", "localhost") or not address.path.startswith("/"):
        raise ImproperlyConfigured(
            f"STORAGE_URL is '{settings.STORAGE_URL}'; this version stores files in a local folder only, written as file:///path/to/folder."
        )
    return Path(unquote(address.path))


def folder_of(case_id: UUID | None) -> str:
    return str(case_id) if case_id else LIBRARY


def private_folder(name: str) -> Path:
    """A folder under the root that only this system's user may enter."""
    folder = root() / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextmanager
def disk_errors() -> Iterator[None]:
    """A full disk becomes a sentence; every other error stays what it is."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise Refused(_("There is no room left on the server's disk. Please tell your administrator."), "storage_full") from error


def require_room(size: int) -> None:
    """Refuse `size` bytes now where the disk can't take them, instead of after they have travelled."""
    free = os.statvfs(private_folder(""))
    if size > free.f_bavail * free.f_frsize:
        raise Refused(_("There is not enough room on the server's disk for this file. Please tell your administrator."), "storage_full")


def probe() -> tuple[bool, str]:
    """(can a file be written and read, what room is left); for the health check."""
    with tempfile.TemporaryFile(dir=private_folder("")) as file:
        file.write(b"well")
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        well = file.read() == b"well"
    free = os.statvfs(root())
    return well, _("%(gb).1f GB free") % {"gb": free.f_bavail * free.f_frsize / 1e9}


def receive(file: Readable, case_id: UUID | None) -> Incoming:
    """Copy a stream to a temporary file beside its place, durably, with its hash. Raises Refused (storage_full)."""
    with disk_errors():
        folder = private_folder(folder_of(case_id))
        handle, name = tempfile.mkstemp(prefix=".incoming-", dir=folder)
        try:
            with os.fdopen(handle, "wb") as target:
                sha256, size = _copy(file, target)
                target.flush()
                os.fsync(target.fileno())
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(name)
            raise
    return Incoming(Path(name), sha256, size, folder.name)


def adopt(path: Path, case_id: UUID | None) -> Incoming:
    """Take a file that already lies under the root (a finished upload) without copying it; `path` itself stays until its owner drops it."""
    with disk_errors():
        folder = private_folder(folder_of(case_id))
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
            os.fsync(file.fileno())
        link = folder / f".incoming-{path.name}"
        link.unlink(missing_ok=True)
        os.link(path, link)
    return Incoming(link, digest, size, folder.name)


def store(file: Readable, case_id: UUID | None) -> Stored:
    """Receive and keep in one step. After it returns the bytes survive a power cut."""
    return receive(file, case_id).keep()


def path_of(document: HasFile) -> Path:
    """The local path of a document's bytes. Raises FileNotFoundError where the document has none (any more)."""
    if not STORED_NAME.fullmatch(document.stored_as):
        raise FileNotFoundError(errno.ENOENT, "No stored file", document.stored_as)
    return root() / document.stored_as


def open_stored(document: HasFile) -> BinaryIO:
    return open(path_of(document), "rb")


def remove(stored_as: str) -> None:
    """Delete bytes for good; the caller has made sure that no row needs them."""
    if STORED_NAME.fullmatch(stored_as):
        (root() / stored_as).unlink(missing_ok=True)


def _copy(file: Readable, target: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while block := file.read(BLOCK):
        target.write(block)
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


def _sync_folder(folder: Path) -> None:
    """A rename is durable only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
