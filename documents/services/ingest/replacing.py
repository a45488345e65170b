"""Another file in a document's place: the address, the history and who added it stay, the old file goes where deleted ones lie."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import AuditEvent
from documents.errors import Refused
from documents.models import Document
from documents.services.ingest import acceptance
from documents.services.pipeline import lifecycle
from documents.services.storage import blobs
from documents.services.storage.names import kind_of, title_of
from tasks.ids import uuid7
from tasks.models import TaskRecord

Status = Document.Status


def is_replaceable(document: Document) -> bool:
    """What was not read, of a case where something may be deleted."""
    if document.case is None or document.case.legal_hold or document.was_read():
        return False
    return document.kept or document.status in (Status.FAILED, Status.CANCELLED)


def replace(document: Document, file: blobs.Readable, name: str, user: Any) -> TaskRecord:
    """Put a file in the place of one that could not be read, and read it. Raises Refused: not_replaceable, legal_hold, duplicate,
    not_a_document (a recording), and as `accept` does."""
    with transaction.atomic():
        _checked(lifecycle.locked(document, user))
    candidate = acceptance.examine(blobs.receive(file, document.case_id), name)
    try:
        if candidate.taker is not None:
            raise Refused(_("This file is a recording; add it to the case instead."), "not_a_document")
        candidate.incoming.send()
        with transaction.atomic():
            return _replaced(_checked(lifecycle.locked(document, user)), candidate, candidate.incoming.keep(), user)
    finally:
        candidate.incoming.discard()


def _checked(document: Document) -> Document:
    if document.case is not None and document.case.legal_hold:
        raise Refused(_("This case is under legal hold; nothing in it can be replaced."), "legal_hold")
    if not is_replaceable(document):
        raise Refused(_("Only a document that could not be read can be replaced; add the new file beside it."), "not_replaceable")
    return document


def _replaced(document: Document, candidate: acceptance.Candidate, stored: blobs.Stored, user: Any) -> TaskRecord:
    same = Document.objects.filter(case=document.case, sha256=stored.sha256, deleted_at=None).exclude(pk=document.pk).first()
    if same is not None or stored.sha256 == document.sha256:
        title = same.title if same is not None else document.title
        raise Refused(_("The same file is already in this case: %(title)s.") % {"title": title}, "duplicate")
    old = _old_file_of(document, user)
    was_named = document.title == title_of(document.name)
    document.title = title_of(candidate.name) if was_named else document.title
    if document.kind == kind_of(document.name, document.mime):
        document.kind = kind_of(candidate.name, candidate.mime)
    document.name, document.mime, document.notices = candidate.name, candidate.mime, candidate.notices
    document.size, document.sha256, document.stored_as = stored.size, stored.sha256, stored.name
    document.password = ""
    try:
        document.save()
    except IntegrityError as error:
        if "bytes_once_in_a_case" not in str(error):
            raise
        raise Refused(_("The same file has just come into this case."), "duplicate") from error
    lifecycle.promote_a_duplicate(document, user)
    AuditEvent.write(
        "document.replaced", case=document.case, actor=user, target=document, name=[old.name, document.name], sha256=old.sha256
    )
    return lifecycle.process_document_pipeline(document, user, source="replace")


def _old_file_of(document: Document, user: Any) -> Document:
    """A row of its own for the file that was there, among the deleted ones: it can be taken back, and goes when its time is over."""
    old: Document = Document.objects.get(pk=document.pk)
    old.id, old.task_id, old.deleted_at = uuid7(), None, timezone.now()
    old.save(force_insert=True)
    AuditEvent.write("document.deleted", case=old.case, actor=user, target=old, title=old.title, replaced=str(document.pk))
    return old
