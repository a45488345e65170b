"""How an import begins: from an uploaded file, with a task; or from a file of this machine, by a command."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import AuditEvent
from documents.errors import Refused
from documents.jobs import LawImportJob
from documents.models import LawImport
from documents.services.ingest.acceptance import require_size
from documents.services.library import formats, importing
from documents.services.storage import blobs
from documents.services.storage.names import clean_name
from tasks.manager import manager
from tasks.models import TaskRecord

INDEX = "documents.index_library"
TASKS = {LawImport.Kind.RULINGS: "documents.import_rulings", LawImport.Kind.STATUTES: "documents.import_statutes"}


def require_staff(user: Any) -> None:
    """The library is kept by administrators. Raises PermissionDenied."""
    if not getattr(user, "is_staff", False):
        raise PermissionDenied(_("The library is kept by administrators."))


def require_format(kind: str, form: str) -> None:
    """Raises Refused for a format that there is not."""
    known = [one.name for one in formats.formats() if one.kind == kind]
    if form and form not in known:
        raise Refused(
            _("There is no format “%(name)s”. Known are: %(known)s.") % {"name": form[:60], "known": ", ".join(known)}, "unknown_format"
        )


def import_upload(kind: str, file: Any, name: str, user: Any, form: str = "") -> LawImport:
    """Keep the bytes and submit the task, as staff. Raises PermissionDenied, and Refused (empty_file, too_large, unknown_format)."""
    require_staff(user)
    require_format(kind, form)
    require_size(file.size)
    with transaction.atomic():
        stored = blobs.store(file, None)
        record = LawImport.objects.create(
            kind=kind, format=form, name=clean_name(name), stored_as=stored.name, size=stored.size, mark=stored.sha256, user=user
        )
        record.task_id = submit(record, user).pk
        record.save(update_fields=["task_id"])
        AuditEvent.write("law.import_begun", case=None, actor=user, target=record, name=record.name, kind=kind)
    return record


def cancel(record: LawImport, user: Any) -> LawImport:
    """Stop an import; what has landed stays, and it can go on. Raises PermissionDenied, and Refused (not_running, by_command)."""
    require_staff(user)
    if record.over:
        raise Refused(_("This import has ended."), "not_running")
    if record.task_id is None:
        raise Refused(_("A command runs this import, on the server. It is stopped there."), "by_command")
    manager.cancel(record.task_id, by=user)
    AuditEvent.write("law.import_cancelled", case=None, actor=user, target=record, name=record.name, kind=record.kind)
    record.refresh_from_db()
    return record


def go_on(record: LawImport, user: Any) -> LawImport:
    """Take up an import that failed or was cancelled. Raises PermissionDenied, and Refused (not_failed, file_missing)."""
    require_staff(user)
    with transaction.atomic():
        kept = LawImport.objects.select_for_update(of=("self",)).get(pk=record.pk)
        if kept.state not in (LawImport.State.FAILED, LawImport.State.CANCELLED):
            raise Refused(_("Only an import that failed or was cancelled can go on."), "not_failed")
        if not kept.stored_as:
            raise Refused(_("The file of this import is no longer there. Please give it again."), "file_missing")
        kept.state, kept.error, kept.file_until, kept.finished_at = LawImport.State.LOADING, "", None, None
        kept.task_id = submit(kept, user).pk
        kept.save(update_fields=["state", "error", "task_id", "file_until", "finished_at"])
        AuditEvent.write("law.import_resumed", case=None, actor=user, target=kept, name=kept.name, kind=kept.kind)
    return kept


def submit(record: LawImport, user: Any) -> TaskRecord:
    return manager.submit(TASKS[LawImport.Kind(record.kind)], LawImportJob(import_id=record.pk), user=user, unique=str(record.pk))


def import_path(kind: str, path: Path, form: str = "") -> LawImport:
    """The import of a file of this machine: the one that was interrupted, where the file is still the same, else a new one.
    Raises Refused (unknown_format)."""
    require_format(kind, form)
    found = path.stat()
    mark = f"{found.st_size}-{found.st_mtime_ns}"
    unfinished = LawImport.objects.filter(kind=kind, path=str(path.resolve()), mark=mark).exclude(state=LawImport.State.FINISHED)
    record = unfinished.order_by("-created").first()
    if record is not None and form in ("", record.format):
        return record
    with transaction.atomic():
        record = LawImport.objects.create(
            kind=kind, format=form, name=clean_name(path.name), path=str(path.resolve()), size=found.st_size, mark=mark
        )
        AuditEvent.write("law.import_begun", case=None, actor=None, target=record, name=record.name, kind=kind)
    return record


def end_of_task(record: TaskRecord, import_id: UUID, outcome: str) -> None:
    """The task ended for good; where that was no success, so did the import. Its file stays, so that it can be tried again."""
    if outcome != "succeeded":
        state = LawImport.State.CANCELLED if outcome == "cancelled" else LawImport.State.FAILED
        importing.fail(import_id, state, record.error)
        manager.submit(INDEX, unique=True)  # what has landed is to be found
