"""Copies, on this machine, of files that are kept elsewhere: for parsers and decoders, which are given a path. At most STORAGE_CACHE_MB of
them stay for the next who needs them; one that is in use is never taken away.

A copy is named after its content, and is what its name says: its hash was computed while it came.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from documents.errors import FileChanged
from documents.services.storage.backends import INCOMING, Backend, status_if_old

BLOCK = 1024 * 1024
FOLDER = ".copies"


@contextmanager
def copy_of(backend: Backend, name: str, root: Path) -> Iterator[Path]:
    """A path under `root` with the content of a stored file, as long as the context lasts. Raises FileNotFoundError, StorageAway,
    FileChanged, OSError."""
    folder = root / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name.replace("/", "_")
    while True:
        if (held := _held(path)) is None:
            _fetch(backend, name, path)
            _trim(folder)
            continue
        with held:
            os.utime(path)
            yield path
        return


def drop(name: str, root: Path) -> None:
    """What is deleted leaves no copy on this machine; on others it goes when it has not been used for a day."""
    (root / FOLDER / name.replace("/", "_")).unlink(missing_ok=True)


def sweep(root: Path, age: float) -> int:
    """Remove copies that nobody has used for so many seconds; gives how many."""
    folder = root / FOLDER
    old = [path for path in folder.iterdir() if status_if_old(path, age)] if folder.exists() else []
    return sum(_removed(path) for path in old)


def _held(path: Path) -> BinaryIO | None:
    """The copy, opened and locked against removal; None where it is not there (any more)."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("rb"))
            fcntl.flock(file, fcntl.LOCK_SH)
            is_current = os.fstat(file.fileno()).st_ino == path.stat().st_ino
        except FileNotFoundError:
            return None
        if is_current:
            stack.pop_all()  # open for the caller
            return file
    return None


def _fetch(backend: Backend, name: str, path: Path) -> None:
    handle, draft = tempfile.mkstemp(prefix=INCOMING, dir=path.parent)
    digest = hashlib.sha256()
    try:
        with os.fdopen(handle, "wb") as target, backend.open(name) as file:
            while block := file.read(BLOCK):
                digest.update(block)
                target.write(block)
        if digest.hexdigest() != name.rpartition("/")[2]:
            raise FileChanged
        os.replace(draft, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(draft)
        raise


def _trim(folder: Path) -> None:
    """Take the ones away that were not used for longest, until the others fit; the newest stays, however large it is."""
    found = []
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if not path.name.startswith(INCOMING):
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
    room = settings.STORAGE_CACHE_MB * 1024 * 1024 - sum(size for _used, size, _path in found)
    for _used, size, path in sorted(found)[:-1]:
        if room >= 0:
            return
        room += size if _removed(path) else 0


def _removed(path: Path) -> bool:
    """False where somebody uses it."""
    try:
        with open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
    except (FileNotFoundError, BlockingIOError):
        return False
    return True
