"""Where exports lie on the disk of this machine, and when they go."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from analytics.models import Export
from documents.services.storage import blobs
from tasks.ids import uuid7

FOLDER = ".exports"
OLD_PART_SECONDS = 24 * 3600.0
SUFFIXES = {"json": "json", "csv": "zip", "xlsx": "xlsx"}


def place_of(key: UUID) -> Path:
    return blobs.private_folder(FOLDER) / str(key)


def new_part(key: UUID) -> Path:
    """Where a file grows until it is whole. What an earlier attempt at it left goes."""
    forget_parts(key)
    return blobs.private_folder(FOLDER) / f".{key}.{uuid7()}.part"


def forget_parts(key: UUID) -> None:
    for left in blobs.private_folder(FOLDER).glob(f".{key}.*"):
        _remove(left)


def sweep() -> int:
    """Remove what has outlived its time, and files that no row knows; gives how many files went."""
    Export.objects.filter(expires_at__lte=timezone.now(), status__in=Export.OVER).delete()
    living = {str(key) for key in Export.objects.values_list("pk", flat=True)}
    gone = 0
    for path in blobs.private_folder(FOLDER).iterdir():
        is_part = path.name.startswith(".")
        if path.name in living or (is_part and path.stat().st_mtime > time.time() - OLD_PART_SECONDS):
            continue
        _remove(path)
        gone += 1
    return gone


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
