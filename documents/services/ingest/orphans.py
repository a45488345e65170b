"""What killed processes left behind: working folders, and bytes that never got a row (those only when older than a day).

Stored bytes belong to `Document` rows (deleted ones too, which keep theirs until a purge) and to those of other apps that keep files under
`<case>/<sha256>`: they register with `register_holder`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Manager

from documents.models import Document, Upload
from documents.services.ingest import uploads
from documents.services.sandbox import folders
from documents.services.storage import blobs

OLD_SECONDS = 24 * 3600.0
CHUNK = 1000
UNFINISHED = (".incoming-", ".removing-")
Check = Callable[[], None]
_holders: list[Manager[Any]] = [Document.objects]


def register_holder(rows: Manager[Any]) -> None:
    """Rows whose `stored_as` names bytes that must stay."""
    if rows not in _holders:
        _holders.append(rows)


def holders_of(stored_as: str) -> int:
    """How many rows name these bytes."""
    return sum(holder.filter(stored_as=stored_as).count() for holder in _holders)


def clean_up(check: Check) -> dict[str, int]:
    """Remove leftovers; gives how many of each kind, and the bytes freed. `check` is called now and then and may raise to stop."""
    deserted = folders.sweep(settings.SCRATCH_FOLDER)
    while uploads.sweep_expired():
        check()
    parts = sum(_remove_if_old(part) > 0 for part in _parts_without_upload())
    files, freed = 0, 0
    for folder in _content_folders():
        check()
        for path, inode in _orphans(folder):
            size = _remove_orphan(path, inode)
            files, freed = files + (size >= 0), freed + max(0, size)
    return {"work_folders": deserted, "upload_parts": parts, "files": files, "bytes": freed}


def _parts_without_upload() -> list[Path]:
    """Gathered pieces whose upload is gone."""
    parts = {part.name: part for part in blobs.private_folder(uploads.FOLDER).iterdir() if _is_uuid(part.name)}
    known = {str(key) for key in Upload.objects.filter(pk__in=list(parts)).values_list("pk", flat=True)}
    return [part for name, part in parts.items() if name not in known]


def _content_folders() -> list[Path]:
    """Those of the cases, and the library's."""
    inside = blobs.root().iterdir() if blobs.root().exists() else []
    return [folder for folder in inside if folder.is_dir() and (folder.name == blobs.LIBRARY or _is_uuid(folder.name))]


def _orphans(folder: Path) -> Iterator[tuple[Path, int]]:
    """Old stored files that no row names, with their inodes; what never became a stored file is removed on the way."""
    old: dict[str, tuple[Path, int]] = {}
    for path in folder.iterdir():
        if path.name.startswith(UNFINISHED):
            _remove_if_old(path)
        elif blobs.STORED_NAME.fullmatch(name := f"{folder.name}/{path.name}") and (inode := _inode_if_old(path)):
            old[name] = (path, inode)
    names = list(old)
    for start in range(0, len(names), CHUNK):
        chunk = names[start : start + CHUNK]
        known = {name for holder in _holders for name in holder.filter(stored_as__in=chunk).values_list("stored_as", flat=True)}
        yield from (old[name] for name in chunk if name not in known)


def _remove_orphan(path: Path, inode: int) -> int:
    """Gives its size, or -1 where it stayed: the same content may be arriving at this moment, whose row is not visible yet.

    A new arrival replaces the file, so what is taken aside is put back unless it is the one that was found.
    """
    aside = path.with_name(f".removing-{path.name}")
    try:
        os.rename(path, aside)
        found = aside.stat()
    except FileNotFoundError:
        return -1
    if found.st_ino != inode:
        os.replace(aside, path)
        return -1
    aside.unlink(missing_ok=True)
    return found.st_size


def _remove_if_old(path: Path) -> int:
    if not _is_old(path):
        return 0
    path.unlink(missing_ok=True)
    return 1


def _is_old(path: Path) -> bool:
    return bool(_inode_if_old(path))


def _inode_if_old(path: Path) -> int:
    """The inode of what was neither written nor renamed for a day (a file takes its time of writing along to its place), else 0.

    Both from one look: a moment later another file may have that name.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0
    return found.st_ino if max(found.st_mtime, found.st_ctime) < time.time() - OLD_SECONDS else 0


def _is_uuid(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False
