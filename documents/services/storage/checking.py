"""Reading stored files again: are their bytes still those that were put there? The one that was not looked at for longest comes first, so
that a run that is stopped is gone on with by the next."""

from __future__ import annotations

import errno
import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.errors import StorageAway
from documents.models import StorageCheck
from documents.services.storage import blobs, checks
from documents.services.storage.backends import content_folders
from documents.services.storage.checks import State
from documents.services.storage.selection import configured

TASK = "documents.check_storage"
EVERY = timedelta(days=6)
"""A file is due again after so long: nightly runs come to each once a week, as far as STORAGE_CHECK_GB goes."""
AT_ONCE = 100
Check = Callable[[], None]
Progress = Callable[[int, int], None]
GIB = 1024**3
UNREADABLE = (errno.EIO, errno.EUCLEAN)
"""The disk cannot give the bytes."""


@dataclass
class Tally:
    """What a run found. `bytes` were read; `left` files are due and were not come to."""

    files: int = 0
    bytes: int = 0
    missing: int = 0
    changed: int = 0
    mended: int = 0
    left: int = 0

    def as_result(self) -> dict[str, Any]:
        return vars(self).copy()


def run(check: Check, progress: Progress, *, case_id: UUID | None = None, everything: bool = False) -> Tally:
    """Look at those that are due, what is known to be broken first, up to STORAGE_CHECK_GB; with `everything` at all, without that limit.

    `check` is called before every block and may raise; `progress(bytes, of)`. Raises StorageAway.
    """
    checks.enrol(check)
    _require_storage()
    began, tally = timezone.now(), Tally()
    waiting = _due(began, case_id, everything)
    most = None if everything else settings.STORAGE_CHECK_GB * GIB
    total = waiting.aggregate(bytes=Sum("size"))["bytes"] or 0
    pace = Pace(settings.STORAGE_CHECK_MBPS * 1024 * 1024, check)
    for row in _in_order(waiting):
        progress(tally.bytes, min(total, most or total))
        _count(tally, row, examine(row, pace))
        if most is not None and tally.bytes >= most:
            break
    tally.left = waiting.filter(Q(checked_at=None) | Q(checked_at__lt=began)).count()
    return tally


def _require_storage() -> None:
    """An empty place is a disk that is not mounted, not ten thousand missing files. Raises StorageAway, OSError."""
    blobs.state()
    backend = configured()
    if not backend.elsewhere and StorageCheck.objects.exists() and not content_folders(blobs.root()):
        raise StorageAway(_("The storage folder is empty; is its disk mounted?"))


def _due(began: datetime, case_id: UUID | None, everything: bool) -> QuerySet[StorageCheck]:
    rows = StorageCheck.objects.filter(case=case_id) if case_id is not None else StorageCheck.objects.all()
    if everything:
        return rows.filter(Q(checked_at=None) | Q(checked_at__lt=began))
    old = Q(checked_at=None) | Q(checked_at__lt=began - EVERY) | Q(state__in=StorageCheck.BROKEN, checked_at__lt=began)
    return rows.filter(old)


def _in_order(waiting: QuerySet[StorageCheck]) -> Iterator[StorageCheck]:
    """Each once: those that were concluded are not due any more."""
    for rows in (waiting.filter(state__in=StorageCheck.BROKEN), waiting.exclude(state__in=StorageCheck.BROKEN)):
        last: list[int] = []
        while group := list(rows.exclude(pk__in=last)[:AT_ONCE]):
            yield from group
            last = [row.pk for row in group]


class Pace:
    """So many bytes a second, and not more."""

    def __init__(self, rate: int, check: Check) -> None:
        self.rate, self.check = rate, check
        self._began, self._read = time.monotonic(), 0

    def read(self, count: int) -> None:
        """So many bytes were read: wait until that is no longer too fast."""
        self._read += count
        self.check()
        ahead = self._read / self.rate - (time.monotonic() - self._began)
        while ahead > 0:
            time.sleep(min(ahead, 0.25))
            self.check()
            ahead = self._read / self.rate - (time.monotonic() - self._began)


def examine(row: StorageCheck, pace: Pace) -> State:
    """Read the file and compare. Raises StorageAway."""
    digest, size = hashlib.sha256(), 0
    try:
        with blobs.open_stored(row.stored_as) as file:
            while block := file.read(blobs.BLOCK):
                digest.update(block)
                size += len(block)
                pace.read(len(block))
    except FileNotFoundError:
        return State.MISSING
    except OSError as error:
        if error.errno not in UNREADABLE:
            raise
        return State.CHANGED
    return State.SOUND if (digest.hexdigest(), size) == (row.stored_as.rpartition("/")[2], row.size) else State.CHANGED


def _count(tally: Tally, row: StorageCheck, state: State) -> None:
    was_broken = row.broken
    if not checks.conclude(row, state):
        return
    tally.files += 1
    tally.bytes += row.size if state != State.MISSING else 0
    tally.missing += state == State.MISSING
    tally.changed += state == State.CHANGED
    tally.mended += was_broken and state == State.SOUND
