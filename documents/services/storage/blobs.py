"""Stored files: `<case>/<sha256>` in what STORAGE_URL names. Content decides the name, so no user's name is ever part of a path.

A file arrives in a temporary one on this machine, is hashed and made durable there, and is then put into its place: it is there whole or
not at all. Whoever needs a path asks `as_file`, whoever sends bytes over HTTP asks `source_of`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from documents.errors import Refused, StorageAway
from documents.services.storage import address, checks, copies, locks
from documents.services.storage.backends import INCOMING, LIBRARY, STORED_NAME, LocalFolder, Source
from documents.services.storage.selection import configured

BLOCK = 1024 * 1024
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class HasFile(Protocol):
    stored_as: str
    size: int


@dataclass(frozen=True)
class Stored:
    """Bytes that are safe. `name` is what `Document.stored_as` keeps."""

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
    sent: bool = False

    @property
    def name(self) -> str:
        return f"{self.folder}/{self.sha256}"

    def send(self) -> None:
        """Put the bytes into a storage that is elsewhere, so that no transaction waits for it; without a row they are an orphan. Nothing
        where the storage is a folder here. Raises StorageAway."""
        backend = configured()
        if backend.elsewhere and not self.sent:
            backend.place(self.path, self.name, self.size)
            self.sent = True

    def keep(self) -> Stored:
        """Into its place, in the transaction that makes its row. The same content may be there already; it is replaced by itself, which
        also heals a damaged one. Raises StorageAway."""
        backend = configured()
        if backend.elsewhere:
            locks.shared_until_commit(self.name)
            if not self.sent or not backend.exists(self.name):
                backend.place(self.path, self.name, self.size)
        else:
            backend.place(self.path, self.name, self.size)
        checks.healed(self.name)
        return Stored(self.sha256, self.size, self.name)

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)


def root() -> Path:
    """The folder of this machine for files that arrive and are worked on: the storage itself where that is a folder."""
    where = address.parse(settings.STORAGE_URL)
    return where.path if isinstance(where, address.LocalAddress) else Path(settings.VAR) / "files"


def require_settings() -> None:
    """Raises ImproperlyConfigured with one sentence for a wrong STORAGE_URL, and where its keys or its program are missing."""
    configured()


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
    if size > free_bytes():
        raise Refused(_("There is not enough room on the server's disk for this file. Please tell your administrator."), "storage_full")


def probe() -> tuple[bool, str]:
    """(can a file be written and read, what room is left); for the health check."""
    private_folder("")
    try:
        return configured().rehearse(), state()
    except StorageAway as error:
        return False, error.reason


def state() -> str:
    """How the storage is, and what room is left on this machine. Raises OSError, StorageAway."""
    private_folder("")
    told = configured().state()
    return ", ".join(filter(None, [told, _("%(gb).1f GB free") % {"gb": free_bytes() / 1e9}]))


def free_bytes() -> int:
    """Room on this machine where files arrive."""
    free = os.statvfs(private_folder(""))
    return free.f_bavail * free.f_frsize


def receive(file: Readable, case_id: UUID | None) -> Incoming:
    """Copy a stream to a temporary file beside its place, durably, with its hash. Raises Refused (storage_full)."""
    with disk_errors():
        folder = private_folder(folder_of(case_id))
        handle, name = tempfile.mkstemp(prefix=INCOMING, dir=folder)
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
        link = folder / f"{INCOMING}{path.name}"
        link.unlink(missing_ok=True)
        os.link(path, link)
    return Incoming(link, digest, size, folder.name)


def store(file: Readable, case_id: UUID | None) -> Stored:
    """Receive and keep in one step, in the transaction that makes the row. After it returns the bytes survive a power cut."""
    incoming = receive(file, case_id)
    try:
        return incoming.keep()
    finally:
        incoming.discard()


@contextmanager
def as_file(row: HasFile) -> Iterator[Path]:
    """A path with the content of a row's file, as long as the context lasts. Raises FileNotFoundError where it has none (any more),
    StorageAway, FileChanged."""
    name = _name_of(row)
    backend = configured()
    if not backend.elsewhere:
        path = root() / name
        if not path.is_file():
            raise FileNotFoundError(errno.ENOENT, "No stored file", name)
        yield path
        return
    with copies.copy_of(backend, name, root()) as path:
        yield path


def carry(names: Iterable[str], case_id: UUID | None) -> dict[str, str]:
    """Let stored bytes lie in another case's folder too, durably; gives {name: name there}.

    Raises FileNotFoundError where some are missing, StorageAway.
    """
    private_folder(folder_of(case_id))
    backend = configured()
    carried = {}
    with disk_errors():
        for name in names:
            carried[name] = f"{folder_of(case_id)}/{PurePosixPath(name).name}"
            if isinstance(backend, LocalFolder):
                backend.carry(name, carried[name])
            else:
                with copies.copy_of(backend, name, root()) as path:
                    backend.place(path, carried[name], path.stat().st_size)
    return carried


def source_of(row: HasFile) -> Source:
    """The bytes of a row's file, to be read from anywhere in them. Raises FileNotFoundError where it has none."""
    return configured().source(_name_of(row), row.size)


def path_of(row: HasFile) -> Path:
    """Where a file lies in a storage that is a folder. Raises FileNotFoundError where the row has none."""
    return root() / _name_of(row)


def open_stored(name: str) -> File[bytes]:
    """The whole of a stored file, from its beginning. Raises FileNotFoundError, StorageAway."""
    return configured().open(name)


def remove(stored_as: str) -> None:
    """Delete bytes for good; the caller has made sure that no row needs them."""
    if STORED_NAME.fullmatch(stored_as):
        configured().delete(stored_as)
        copies.drop(stored_as, root())


def _name_of(row: HasFile) -> str:
    if not STORED_NAME.fullmatch(row.stored_as):
        raise FileNotFoundError(errno.ENOENT, "No stored file", row.stored_as)
    return row.stored_as


def _copy(file: Readable, target: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while block := file.read(BLOCK):
        target.write(block)
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size
