"""Selected documents as one ZIP file: asked for, written by a task, offered to who asked for as long as it lives, then swept."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import AuditEvent, Case, Role
from documents.errors import Refused
from documents.jobs import DownloadJob
from documents.models import Document, Download
from documents.services.bulk.selection import Selection
from documents.services.bulk.verbs import case_of
from documents.services.bulk.zipping import Writer, parents_first, part_beside
from documents.services.storage import blobs
from tasks.errors import PermanentError
from tasks.manager import manager
from tasks.models import TaskRecord, TopicState
from tasks.progress.live import live_of
from tasks.run import TaskRun

TASK = "documents.write_download"
FOLDER = ".downloads"
OLD_PART_SECONDS = 24 * 3600.0
SHOWN = 5
Status = Download.Status


@dataclass(frozen=True)
class Size:
    """What a download would come to: documents, and the bytes of their files. `most` bytes may be asked for at once."""

    count: int
    bytes: int
    most: int
    changed: bool


def size_of(selection: Selection, user: Any) -> Size:
    """Raises Http404, PermissionDenied, Refused (nothing_to_do, too_many)."""
    return _sized(selection, selection.resolved(user))


def _sized(selection: Selection, ids: Sequence[UUID]) -> Size:
    total = Document.objects.filter(pk__in=ids).aggregate(n=Sum("size"))["n"] or 0
    return Size(len(ids), total, most_bytes(), selection.changed(len(ids)))


def most_bytes() -> int:
    return int(settings.DOWNLOAD_MAX_MB) * 1024 * 1024


def ask(selection: Selection, user: Any) -> Download:
    """Have the ZIP written. Raises Http404, PermissionDenied, Refused (nothing_to_do, too_many, download_too_large, storage_full)."""
    ids = selection.resolved(user)
    size = _sized(selection, ids)
    if size.bytes > size.most:
        told = {"size": filesizeformat(size.bytes), "most": filesizeformat(size.most)}
        raise Refused(
            _("These files come to %(size)s; at most %(most)s go into one ZIP. Please choose fewer.") % told, "download_too_large"
        )
    blobs.require_room(size.bytes)
    expires = timezone.now() + timedelta(hours=settings.DOWNLOAD_KEEP_HOURS)
    with transaction.atomic():
        download = Download.objects.create(case=selection.case, user=user, count=size.count, original_bytes=size.bytes, expires_at=expires)
        job = DownloadJob(download_id=download.pk, document_ids=parents_first(ids))
        download.task_id = manager.submit(TASK, job, scope=selection.case.pk, user=user).pk
        download.save(update_fields=["task_id"])
        AuditEvent.write("case.downloaded", case=selection.case, actor=user, count=size.count, bytes=size.bytes)
    return download


def path_of(download: Download) -> Path:
    """Raises Refused (not_ready) where there is nothing to fetch (yet)."""
    if download.status != Status.READY:
        raise Refused(_("This ZIP is not written yet."), "not_ready")
    return _place(download.pk)


def _place(key: UUID) -> Path:
    return blobs.private_folder(FOLDER) / f"{key}.zip"


def write(job: DownloadJob, run: TaskRun) -> dict[str, Any]:
    """The task. An attempt begins anew in a part of its own; the ZIP is there whole or not at all."""
    download = Download.objects.select_related("case", "user").filter(pk=job.download_id).first()
    if download is None:
        raise PermanentError(_("This download is gone."), code="gone")
    case = case_of(download.case_id, download.user)
    place = _place(download.pk)
    part = part_beside(place)
    try:
        with blobs.disk_errors(), part.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            writer = Writer(file, case, lambda ids: _still_visible(case, download.user, ids), lambda done: _tell(run, done, download))
            written = writer.write(job.document_ids, str(download.user))
            file.flush()
            os.fsync(file.fileno())
        size = part.stat().st_size
        with run.publish():
            os.replace(part, place)
            expires = timezone.now() + timedelta(hours=settings.DOWNLOAD_KEEP_HOURS)
            Download.objects.filter(pk=download.pk).update(status=Status.READY, files=written.files, size=size, expires_at=expires)
    except Refused as refusal:
        raise PermanentError(refusal.message, code=refusal.code) from refusal
    finally:
        part.unlink(missing_ok=True)
    return {"download": str(download.pk), "files": written.files, "size": size}


def _tell(run: TaskRun, done: int, download: Download) -> None:
    told = {"done": filesizeformat(done), "all": filesizeformat(download.original_bytes)}
    run.progress(100 * done / max(1, download.original_bytes), "writing", _("%(done)s of %(all)s") % told)


def _still_visible(case: Case, user: Any, ids: Sequence[UUID]) -> Iterable[Document]:
    """Asked again while the ZIP is written: what was deleted or moved away since, or may not be seen any more, stays out of it."""
    case.require(user, Role.VIEWER)
    found = Document.objects.visible_to(user).filter(case=case, pk__in=ids)
    return found.select_related("parent").prefetch_related("tags").order_by("pk")


def ended(record: TaskRecord, job: DownloadJob, outcome: str) -> None:
    """The task ended for good, in the transaction that says so of it."""
    if outcome == "succeeded":
        return
    status = Status.CANCELLED if outcome == "cancelled" else Status.FAILED
    Download.objects.filter(pk=job.download_id, status=Status.WRITING).update(status=status, error=record.error)


def of_case(case: Case, user: Any) -> list[Any]:
    """One's own downloads of a case that still live, newest first, each with `live` as its last event told it; the right to see the case
    has been checked."""
    mine = Download.objects.filter(case=case, user=user, expires_at__gt=timezone.now())
    found: list[Any] = list(mine.exclude(status=Status.CANCELLED).order_by("-id")[:SHOWN])
    topics = [download.topic for download in found if download.status == Status.WRITING]
    states = TopicState.objects.in_bulk(topics) if topics else {}
    for download in found:
        download.live = live_of(states.get(download.topic), _("Waiting"))
    return found


def discard(download: Download, user: Any) -> None:
    """Remove one's own download, and stop its task where it is still being written."""
    if download.status == Status.WRITING and download.task_id:
        manager.cancel(download.task_id, by=user)
    with transaction.atomic():
        AuditEvent.write("download.discarded", case=download.case, actor=user, target=download)
        Download.objects.filter(pk=download.pk).delete()
    _place(download.pk).unlink(missing_ok=True)


def sweep() -> int:
    """Remove what has outlived its time, and files that no row knows; gives how many files went."""
    Download.objects.filter(expires_at__lte=timezone.now()).exclude(status=Status.WRITING).delete()
    living = {f"{key}.zip" for key in Download.objects.values_list("pk", flat=True)}
    gone = 0
    for path in blobs.private_folder(FOLDER).iterdir():
        is_part = path.name.startswith(".")
        if (is_part and path.stat().st_mtime > time.time() - OLD_PART_SECONDS) or path.name in living:
            continue
        path.unlink(missing_ok=True)
        gone += 1
    return gone
