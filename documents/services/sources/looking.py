"""Looks at sources: which are due, one look as a task, and what is written of its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import AuditEvent
from documents.jobs import SourceLookJob
from documents.models import Source
from documents.services.pipeline import lifecycle
from documents.services.sources.errors import SourceError
from documents.services.sources.intake import Intake, Terms, require_person
from documents.services.sources.kind import Look
from documents.services.sources.registry import kind_of
from tasks.manager import manager
from tasks.models import TaskRecord
from tasks.run import TaskRun

LOOK = "documents.look_at_source"
AT_ONCE = 200
LONGEST_PAUSE = timedelta(hours=6)
"""Between looks that fail one after the other; each failure doubles the pause."""
SOON = ("changed", "storage_full")


def submit_due() -> int:
    """Submit a look at each source whose time has come; gives how many."""
    with transaction.atomic():
        due = Source.objects.filter(active=True, next_look__lte=timezone.now(), case__deleted_at=None)
        sources = list(due.select_for_update(of=("self",), skip_locked=True).select_related("created_by").order_by("next_look")[:AT_ONCE])
        for source in sources:
            submit(source)
    return len(sources)


def submit(source: Source, *, again: bool = False) -> TaskRecord:
    """Have a source looked at now; a look that waits or runs is not joined by a second one. The caller has locked the row. What is found
    lets what people add by hand go first."""
    job = SourceLookJob(source_id=source.pk, again=again)
    record = manager.submit(
        LOOK, job, topic=f"source:{source.pk}", scope=source.case_id, user=source.created_by, unique=str(source.pk), priority=lifecycle.BULK
    )
    source.task_id, source.next_look = record.pk, timezone.now() + timedelta(minutes=source.minutes)
    source.save(update_fields=["task_id", "next_look", "updated"])
    return record


def look(job: SourceLookJob, run: TaskRun) -> dict[str, Any]:
    """One look. What goes wrong with the source is written on it, for its page; the task itself has done its work."""
    source = Source.objects.select_related("case", "created_by").filter(pk=job.source_id).first()
    if source is None or not source.active or source.kind == Source.COMMAND:
        return {"looked": False}
    begun, error = timezone.now(), None
    try:
        _take(source, job, run)
    except SourceError as found:
        error = found
    result: dict[str, Any] = {"looked": True, "error": error.code if error else ""}
    with run.publish(result):
        _end(job.source_id, begun, error)
    return result


def _take(source: Source, job: SourceLookJob, run: TaskRun) -> None:
    kind = kind_of(source.kind)
    if kind is None:
        raise SourceError(_("This version of LexIntel does not know this kind of source."), "unknown_kind", stop=True)
    require_person(source, source.created_by)
    terms = Terms(f"source:{source.kind}", tuple(source.options.get("tags", ())), bool(source.options.get("folder_tags", True)))
    with Intake(source, source.created_by, terms, publishing=run.publish, found_by=run.record) as intake:
        kind.look(Look(source, intake, run, job.again))
        intake.flush()


def _end(source_id: UUID, begun: datetime, error: SourceError | None) -> None:
    """Write how a look ended, in the caller's transaction."""
    source = Source.objects.select_for_update(of=("self",)).select_related("case").filter(pk=source_id).first()
    if source is None:
        return
    source.last_looked = begun
    source.failures = source.failures + 1 if error else 0
    source.error, source.error_code = (error.message, error.code) if error else ("", "")
    source.next_look = _next(source, error)
    if error is not None and error.stop:
        source.active = False
        AuditEvent.write("source.stopped", case=source.case, actor=None, target=source, reason=error.message, title=title_of(source))
    source.save(update_fields=["last_looked", "failures", "error", "error_code", "next_look", "active", "updated"])


def _next(source: Source, error: SourceError | None) -> datetime | None:
    """When to look again: after the pause that was set, longer after failures, never by itself where only a person can mend it."""
    if (error is not None and (error.lasting or error.stop)) or not source.active:
        return None
    pause = timedelta(minutes=source.minutes)
    if error is not None and error.code not in SOON:
        pause = max(pause, min(pause * 2 ** min(source.failures, 10), LONGEST_PAUSE))
    return timezone.now() + pause


def ended(record: TaskRecord, job: SourceLookJob, outcome: str) -> None:
    """A look that ended otherwise than by itself says so on its source, in the transaction that ends its task."""
    if outcome != "failed":
        return
    source = Source.objects.select_for_update(of=("self",)).filter(pk=job.source_id, task_id=record.pk).first()
    if source is not None:
        source.error, source.error_code = record.error or _("The look ended for an unknown reason."), "look_failed"
        source.failures += 1
        source.next_look = _next(source, SourceError(source.error, source.error_code))
        source.save(update_fields=["error", "error_code", "failures", "next_look", "updated"])


def title_of(source: Source) -> str:
    """What people call a source: its place."""
    kind = kind_of(source.kind)
    return kind.place(source.options) if kind is not None else _("Command line")
