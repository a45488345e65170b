"""The task that writes an export: it is there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from typing import IO, Any, cast
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.jobs import ExportJob
from analytics.models import Export
from analytics.services.exports.asking import Order, new_expiry, order
from analytics.services.exports.content.tables import Table
from analytics.services.exports.forms.base import Writer
from analytics.services.exports.forms.comma import CommaWriter
from analytics.services.exports.forms.objects import ObjectsWriter
from analytics.services.exports.forms.workbook import BookWriter
from analytics.services.exports.places import SUFFIXES, new_part, place_of
from documents.errors import Refused
from documents.services.storage import blobs
from documents.services.storage.names import clean_name
from tasks.errors import PermanentError
from tasks.models import TaskRecord
from tasks.run import TaskRun

WRITERS: dict[str, type[Writer]] = {"json": ObjectsWriter, "csv": CommaWriter, "xlsx": BookWriter}
ASK_SECONDS = 1.0
LONGEST_TITLE = 80
Status = Export.Status


class Watched:
    """A file whose every write asks whether to go on, so that a cancel is felt while a file is packed, too. Once it is `dead`, what is
    still done with it has no effect: ZIP files write their ends when they are let go of."""

    def __init__(self, file: IO[bytes], run: TaskRun) -> None:
        self._file, self._run, self.dead = file, run, False

    def write(self, data: Any) -> int:
        if self.dead:
            return len(data)
        self._run.check()
        return self._file.write(data)

    def tell(self) -> int:
        return 0 if self.dead else self._file.tell()

    def seek(self, place: int, whence: int = 0) -> int:
        return 0 if self.dead else self._file.seek(place, whence)

    def flush(self) -> None:
        if not self.dead:
            self._file.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def write(job: ExportJob, run: TaskRun) -> dict[str, Any]:
    """The task. An attempt begins anew in a part of its own."""
    export = Export.objects.filter(pk=job.export_id).first()
    if export is None:
        raise PermanentError(_("This export is gone."), code="gone")
    Export.objects.filter(pk=export.pk, status=Status.WAITING).update(status=Status.WRITING)
    part = new_part(export.pk)
    scratch = part.with_suffix(".scratch")
    try:
        wanted = _order_of(export)
        cases = _content_of(export, wanted)
        with blobs.disk_errors():
            scratch.mkdir(mode=0o700)
            rows = _write_part(export, wanted, part, scratch, run)
            digest = _digest_of(part)
        _publish(export, wanted, part, rows, digest, sorted(cases | _content_of(export, wanted)), run)
    except Refused as refusal:
        raise PermanentError(refusal.message, code=refusal.code) from refusal
    finally:
        part.unlink(missing_ok=True)
        _drop(scratch)
    return {"export": str(export.pk), "rows": rows}


def _order_of(export: Export) -> Order:
    """As it is now: raises PermanentError where what was to be exported is gone, or its asker may not see it any more."""
    user = get_user_model().objects.filter(pk=export.user_id, is_active=True).first()
    if user is None:
        raise PermanentError(_("Who asked for this export has no account here any more."), code="gone")
    try:
        return order(user, export.what, export.target, export.format, export.options)
    except (Http404, PermissionDenied) as error:
        raise PermanentError(_("What was to be exported is gone, or you may not see it any more."), code="gone") from error


def _write_part(export: Export, wanted: Order, part: Path, scratch: Path, run: TaskRun) -> int:
    with part.open("xb") as file:
        os.fchmod(file.fileno(), 0o600)
        watched = Watched(file, run)
        writer = WRITERS[wanted.form](cast("IO[bytes]", watched), _manifest(export, wanted), scratch, wanted.options.locale)
        try:
            counts = _write_tables(export, wanted, writer, run)
            writer.finish(counts)
        except BaseException:
            watched.dead = True
            writer.abandon()
            raise
        file.flush()
        os.fsync(file.fileno())
    return sum(counts)


def _write_tables(export: Export, wanted: Order, writer: Writer, run: TaskRun) -> list[int]:
    """How many rows each has. The right to see them is asked again every second and at the end."""
    total, done, counts, asked = sum(table.count() for table in wanted.tables), 0, [], time.monotonic()
    for table in wanted.tables:
        counts.append(0)
        writer.begin(table)
        for chunk in table.chunks():
            counts[-1] += writer.write(chunk)
            told = {"done": done + counts[-1], "all": max(total, done + counts[-1])}
            run.progress(100 * told["done"] / max(1, told["all"]), "writing", _("%(done)d of %(all)d rows") % told)
            if time.monotonic() - asked >= ASK_SECONDS:
                _order_of(export)
                asked = time.monotonic()
        done += counts[-1]
    _order_of(export)
    return counts


def _manifest(export: Export, wanted: Order) -> dict[str, Any]:
    case = wanted.subject.case
    return {
        "what": str(export.get_what_display()),
        "title": wanted.subject.title,
        "id": str(export.target or ""),
        "case": case.title if case else "",
        "asked_by": export.user.get_username(),
        "asked": export.created.isoformat(timespec="seconds"),
        "made": timezone.now().isoformat(timespec="seconds"),
        "time_zone": "UTC",
        "narrowed_by": wanted.options.told(),
        "tables": [_explained(table) for table in wanted.tables],
    }


def _explained(table: Table) -> dict[str, Any]:
    columns = [{"name": one.name, "type": one.type.value, "unit": one.unit, "definition": str(one.definition)} for one in table.columns]
    return {"name": table.name, "rows": 0, "columns": columns}


def _digest_of(part: Path) -> str:
    with part.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _content_of(export: Export, wanted: Order) -> set[UUID]:
    """Asked before the first row and after the last one: a case that was lost in between has rows in the file."""
    return set() if wanted.subject.case else set(wanted.source.content_of(export.user, wanted.options))


def _publish(export: Export, wanted: Order, part: Path, rows: int, digest: str, cases: list[UUID], run: TaskRun) -> None:
    name = clean_name(f"{wanted.subject.title.replace('/', '-')[:LONGEST_TITLE]}, {timezone.now():%Y-%m-%d}.{SUFFIXES[wanted.form]}")
    size = part.stat().st_size
    with run.publish():
        os.replace(part, place_of(export.pk))
        written = {"rows": rows, "size": size, "sha256": digest, "name": name, "cases": cases, "error": "", "error_code": ""}
        Export.objects.filter(pk=export.pk).update(status=Status.READY, expires_at=new_expiry(), **written)


def _drop(scratch: Path) -> None:
    if scratch.is_dir():
        for left in scratch.iterdir():
            left.unlink(missing_ok=True)
        scratch.rmdir()


def ended(record: TaskRecord, job: ExportJob, outcome: str) -> None:
    """The task ended for good, in the transaction that says so of it."""
    if outcome == "succeeded":
        return
    status = Status.CANCELLED if outcome == "cancelled" else Status.FAILED
    going = Export.objects.filter(pk=job.export_id).exclude(status__in=Export.OVER)
    going.update(status=status, error=record.error, error_code=record.error_code)
