"""All stored files into another storage: copied and compared, never deleted where they were."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from documents.models import StorageCheck
from documents.services.storage import blobs, checks
from documents.services.storage.backends import INCOMING, Backend, LocalFolder

Progress = Callable[[int, int], None]


@dataclass
class Copied:
    """`failed` names files that are missing or changed where they are."""

    copied: int = 0
    there: int = 0
    bytes: int = 0
    failed: list[str] = field(default_factory=list)


def copy_all(target: Backend, progress: Progress) -> Copied:
    """Copy every file that a row names and that is not there yet with its size. Raises StorageAway, OSError."""
    checks.enrol()
    copied, total = Copied(), StorageCheck.objects.count()
    for done, row in enumerate(StorageCheck.objects.order_by("stored_as").iterator()):
        progress(done, total)
        if _is_there(target, row):
            copied.there += 1
        elif _copy(target, row):
            copied.copied += 1
            copied.bytes += row.size
        else:
            copied.failed.append(row.stored_as)
    return copied


def _is_there(target: Backend, row: StorageCheck) -> bool:
    return target.exists(row.stored_as) and target.size(row.stored_as) == row.size


def _copy(target: Backend, row: StorageCheck) -> bool:
    folder = target.folder if isinstance(target, LocalFolder) else blobs.private_folder("")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=INCOMING, dir=folder)
    digest = hashlib.sha256()
    try:
        with os.fdopen(handle, "wb") as file, blobs.open_stored(row.stored_as) as source:
            while block := source.read(blobs.BLOCK):
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        if digest.hexdigest() != row.stored_as.rpartition("/")[2]:
            return False
        target.place(Path(draft), row.stored_as, row.size)
    except FileNotFoundError:
        return False
    finally:
        Path(draft).unlink(missing_ok=True)
    return True
