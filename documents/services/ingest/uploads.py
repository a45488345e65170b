"""Resumable uploads (tus 1.0): pieces gather in a file of the storage, the row knows how many bytes of it count.

A piece is durable before its offset is committed; what a crash left beyond the offset is cut off by the next piece. The last
piece makes the document; asking again after a lost answer finds the same document.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case, Role
from documents.errors import Refused
from documents.models import Document, Upload
from documents.services.ingest import accept, clean_name
from documents.services.ingest.acceptance import require_size, require_type
from documents.services.storage import blobs
from tasks.batches import control

KEPT_FOR = timedelta(days=2)
FOLDER = ".uploads"


def part_of(upload: Upload) -> Path:
    """The file that gathers the pieces."""
    return blobs.private_folder(FOLDER) / str(upload.pk)


def expires(upload: Upload) -> Any:
    return upload.updated + KEPT_FOR


def create(case: Case, user: Any, *, name: str, length: int, kind: str = "", batch_id: UUID | None = None) -> Upload:
    """Open an upload, as part of a batch of the same case where one is named. Everything that can be refused before the bytes
    travel is refused here. Raises Http404 for a batch of another case."""
    case.require(user, Role.EDITOR)
    batch = control.open_for(batch_id, case.pk, user) if batch_id is not None else None
    require_size(length)
    require_type(clean_name(name))
    blobs.require_room(length)
    if kind and kind not in Document.Kind:
        raise Refused(_("'%(kind)s' is not a kind of document.") % {"kind": kind}, "bad_kind")
    sweep_expired()
    upload = Upload.objects.create(case=case, user=user, name=clean_name(name), length=length, kind=kind, batch=batch)
    part_of(upload).touch(mode=0o600)
    return upload


def find(upload_id: UUID, user: Any, *, lock: bool = False) -> Upload:
    """The user's own upload; someone else's does not exist. Checks the role again, which may have changed meanwhile."""
    uploads = Upload.objects.select_for_update(of=("self",)) if lock else Upload.objects.all()
    upload = uploads.select_related("case", "document", "batch").filter(pk=upload_id, user=user).first()
    if upload is None:
        raise Http404
    upload.case.require(user, Role.EDITOR)
    return upload


def receive_piece(upload_id: UUID, user: Any, offset: int, piece: blobs.Readable) -> Upload:
    """Add a piece at its offset. Raises Refused (offset_conflict, upload_finished, too_long, storage_full); then nothing of it counts."""
    with transaction.atomic():
        upload = find(upload_id, user, lock=True)
        if offset != upload.offset:
            text = _("This piece does not follow the bytes that are here: %(have)d have arrived.")
            raise Refused(text % {"have": upload.offset}, "offset_conflict")
        if upload.finished and piece.read(1):
            raise Refused(_("This upload is finished; its document is there. No more pieces are taken."), "upload_finished")
        if not upload.finished:
            upload.offset += _append(upload, piece)
            upload.save(update_fields=["offset", "updated"])
    return upload


def finish(upload_id: UUID, user: Any) -> Upload:
    """Make the document (or the recording) of a complete upload, once. A file that is refused takes its upload with it; a full
    disk does not."""
    try:
        with transaction.atomic():
            upload = find(upload_id, user, lock=True)
            if upload.complete and not upload.finished:
                incoming = blobs.adopt(part_of(upload), upload.case_id)
                accepted = accept(incoming, case=upload.case, user=user, name=upload.name, kind=upload.kind or None, batch=upload.batch)
                upload.document = accepted.item if isinstance(accepted.item, Document) else None
                upload.became = accepted.item.topic
                upload.save(update_fields=["document", "became", "updated"])
    except Refused as refusal:
        if refusal.code != "storage_full":
            discard(upload)
        raise
    if upload.finished:
        part_of(upload).unlink(missing_ok=True)
    return upload


def discard(upload: Upload) -> None:
    """Forget an upload and its bytes; a document that was made of it stays, and a batch does not wait for one that was not."""
    part = part_of(upload)
    if upload.batch_id is not None and not upload.finished:
        control.withdraw(upload.batch_id)
    upload.delete()
    part.unlink(missing_ok=True)


def sweep_expired(limit: int = 50) -> int:
    """Drop uploads that nobody has touched for KEPT_FOR; returns how many. Called whenever one is opened."""
    expired = list(Upload.objects.filter(updated__lt=timezone.now() - KEPT_FOR).order_by("updated")[:limit])
    for upload in expired:
        discard(upload)
    return len(expired)


def _append(upload: Upload, piece: blobs.Readable) -> int:
    """Write at the row's offset, durably; returns how many bytes came."""
    room = upload.length - upload.offset
    with blobs.disk_errors(), open(part_of(upload), "r+b" if part_of(upload).exists() else "w+b") as file:
        if file.seek(0, os.SEEK_END) < upload.offset:
            raise Refused(_("The server has lost the beginning of this upload. Please start it again."), "upload_lost")
        file.truncate(upload.offset)
        file.seek(upload.offset)
        came = 0
        while block := piece.read(blobs.BLOCK):
            came += len(block)
            if came > room:
                raise Refused(_("More bytes came than this upload was opened for."), "too_long")
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return came
