"""What killed processes left behind: working folders, and bytes that never got a row (those only when older than a day).

Stored bytes belong to the rows of `storage.holders`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import islice
from pathlib import Path

from django.conf import settings

from documents.models import Upload
from documents.services.ingest import uploads
from documents.services.sandbox import folders
from documents.services.storage import blobs, copies, holders, locks
from documents.services.storage.backends import INCOMING, REMOVING, Backend, Found, content_folders, is_uuid, status_if_old
from documents.services.storage.selection import configured

OLD_SECONDS = 24 * 3600.0
CHUNK = 1000
Check = Callable[[], None]


def clean_up(check: Check) -> dict[str, int]:
    """Remove leftovers; gives how many of each kind, and the bytes freed. `check` is called now and then and may raise to stop.

    Raises StorageAway.
    """
    deserted = folders.sweep(settings.SCRATCH_FOLDER)
    while uploads.sweep_expired():
        check()
    parts = sum(_removed_if_old(part) for part in _parts_without_upload())
    copies.sweep(blobs.root(), OLD_SECONDS)
    _sweep_unfinished(check)
    backend = configured()
    backend.sweep(OLD_SECONDS)
    files, freed = 0, 0
    for found in orphans_in(backend, check):
        size = _removed(backend, found)
        files, freed = files + (size >= 0), freed + max(0, size)
    return {"work_folders": deserted, "upload_parts": parts, "files": files, "bytes": freed}


def orphans_in(backend: Backend, check: Check = lambda: None) -> Iterator[Found]:
    """Old stored files that no row names."""
    listed = backend.listed(OLD_SECONDS)
    while group := list(islice(listed, CHUNK)):
        check()
        known = holders.known([found.name for found in group])
        yield from (found for found in group if found.name not in known)


def _removed(backend: Backend, found: Found) -> int:
    """Gives its size, or -1 where it stayed: the same content may be arriving at this moment, whose row is not visible yet."""
    with locks.alone_with(found.name) if backend.elsewhere else nullcontext():
        if backend.elsewhere and holders.known([found.name]):
            return -1
        size = backend.remove_unless_written(found)
    if size >= 0:
        copies.drop(found.name, blobs.root())
    return size


def _parts_without_upload() -> list[Path]:
    """Gathered pieces whose upload is gone."""
    parts = {part.name: part for part in blobs.private_folder(uploads.FOLDER).iterdir() if is_uuid(part.name)}
    known = {str(key) for key in Upload.objects.filter(pk__in=list(parts)).values_list("pk", flat=True)}
    return [part for name, part in parts.items() if name not in known]


def _sweep_unfinished(check: Check) -> None:
    """What arrived here and never became a stored file."""
    for folder in content_folders(blobs.root()):
        check()
        for path in folder.iterdir():
            if path.name.startswith((INCOMING, REMOVING)):
                _removed_if_old(path)


def _removed_if_old(path: Path) -> bool:
    if status_if_old(path, OLD_SECONDS) is None:
        return False
    path.unlink(missing_ok=True)
    return True
