"""What can't be read lies in its case as it is: ready, with its name, type and hash, and read by itself when a later version can."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.models import AuditEvent
from documents.errors import Refused
from documents.jobs import KeptReadingJob
from documents.models import Document
from documents.services.extraction import reader, registry
from documents.services.extraction.sentences import type_words
from documents.services.pipeline import lifecycle
from documents.services.storage import blobs
from tasks.base.causes import by_code
from tasks.errors import PermanentError
from tasks.manager import manager
from tasks.models import TaskRecord

TASK = "documents.read_kept"
UNKNOWN, NEEDS_PROGRAM = "unsupported_type", "needs_program"
"""Why a file is kept that a later version may read, or this one with a program more; the others a person has kept."""
CHUNK = 200
Status = Document.Status


def settle(document: Document, code: str, why: str = "") -> None:
    """Ready without text, in the caller's transaction; `code` says why, in the words of `why` where it has some. Its duplicates lie here
    like it."""
    document.status, document.error, document.error_code = Status.READY, "", code
    document.notices = [_notice(document, why)]
    document.save(update_fields=["status", "error", "error_code", "notices", "mime", "updated"])
    lifecycle.announce(document, message=document.notices[0]["text"])
    for duplicate in document.duplicates.filter(deleted_at=None):
        follow(duplicate, document)


def follow(duplicate: Document, original: Document) -> None:
    """A duplicate says what its original says about not having been read, and is told of."""
    before = (duplicate.error_code, duplicate.notices)
    duplicate.error_code = original.error_code if original.kept else ""
    others = [notice for notice in duplicate.notices if notice["code"] != lifecycle.KEPT]
    duplicate.notices = [notice for notice in original.notices if notice["code"] == lifecycle.KEPT] + others if original.kept else others
    if before != (duplicate.error_code, duplicate.notices):
        duplicate.save(update_fields=["error_code", "notices", "updated"])
    lifecycle.announce(duplicate, message=duplicate.notices[0]["text"] if duplicate.kept else "")


def _notice(document: Document, why: str) -> dict[str, str]:
    if document.error_code == NEEDS_PROGRAM:
        sentence, what = _("Kept, not read: %(what)s It is found by its name, and read by itself once that is done."), why
    elif document.error_code == UNKNOWN:
        sentence = _("Kept, not read: %(what)s. It is found by its name, and read by itself when a later version can.")
        what = type_words(document.mime, document.name)
    else:
        cause = by_code.get(document.error_code)
        title = str(cause.title) if cause else _("It could not be read")
        sentence, what = _("Kept, not read: %(what)s. It is found by its name."), title[:1].lower() + title[1:]
    return {"code": lifecycle.KEPT, "text": sentence % {"what": what}}


def keep(document: Document, user: Any) -> None:
    """A person lets what failed lie as it is; a text that was read before stays. Raises Refused (not_failed, duplicate)."""
    with transaction.atomic():
        document = lifecycle.locked(document, user)
        if document.status != Status.FAILED:
            raise Refused(_("Only a document that could not be read can be kept as it is."), "not_failed")
        AuditEvent.write("document.kept", case=document.case, actor=user, target=document, code=document.error_code)
        if document.was_read():
            lifecycle.settle(document, Status.READY)
        else:
            settle(document, document.error_code or "parser_failed")


def kept() -> QuerySet[Document]:
    """What a later version may read."""
    return Document.objects.filter(
        Document.KEPT, error_code__in=(UNKNOWN, NEEDS_PROGRAM), deleted_at=None, duplicate_of=None, text_version=None
    )


def read_kept(check: Callable[[], None] = lambda: None) -> int:
    """Submit what is kept and can be read by now; gives how many. A file that has vanished is left to a person's look."""
    begun = 0
    for group in _groups():
        check()
        readable = [document.pk for document in group if _is_readable(document)]
        begun += _submit(readable) if readable else 0
    return begun


def _groups() -> Iterator[list[Document]]:
    last: UUID | None = None
    while True:
        rows = kept().order_by("pk") if last is None else kept().filter(pk__gt=last).order_by("pk")
        group = list(rows.only("pk", "stored_as", "size", "name")[:CHUNK])
        if not group:
            return
        yield group
        last = group[-1].pk


def _is_readable(document: Document) -> bool:
    try:
        with blobs.as_file(document) as path:
            reader.readable_format(path, document.name)
    except (PermanentError, FileNotFoundError):
        return False
    return True


def _submit(keys: list[UUID]) -> int:
    with transaction.atomic():
        documents = list(kept().select_for_update(of=("self",)).select_related("case", "created_by").filter(pk__in=keys).order_by("pk"))
        for document in documents:
            lifecycle.process_document_pipeline(document, document.created_by, source="learned", priority=lifecycle.BULK)
    return len(documents)


def fingerprint() -> str:
    """Of the formats that are read: another one means that something kept may be readable now."""
    return hashlib.sha256("\n".join(sorted(form.mime for form in registry.formats())).encode()).hexdigest()[:16]


def read_kept_once(**_signal: Any) -> None:
    """At the start of a version: have what is kept looked at, once for each set of formats. Nothing where nothing is kept."""
    if not kept().exists():
        return
    job = KeptReadingJob(formats=fingerprint())
    if not TaskRecord.objects.filter(name=TASK, payload__formats=job.formats).exists():
        manager.submit(TASK, job, unique=True)
