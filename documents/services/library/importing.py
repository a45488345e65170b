"""An import from its begin to its end: batch after batch lands with its place in the file, then passages are made, then it is over.

Who runs it (a task, a command) gives a `Runner`. A run that is killed leaves whole batches; the next one goes on behind the last.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Case, When
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.models import LawImport
from documents.services.authorities import resolution
from documents.services.authorities.graph import importance
from documents.services.library import passages
from documents.services.library.loading import LOADED, Runner, load
from documents.services.storage import blobs, holders

State = LawImport.State
AT_ONCE = 100


def run(import_id: UUID, runner: Runner) -> LawImport:
    """Load what is left of the file, make the passages, and finish. Raises PermanentError for a file that can't be read."""
    record = LawImport.objects.get(pk=import_id)
    if record.state == State.FINISHED:
        return record
    if record.state != State.INDEXING:
        load(record, runner)
    make_passages(runner)
    with runner.publish():
        _resolve_waiting()
        record = LawImport.objects.select_for_update(of=("self",)).get(pk=record.pk)
        record.state, record.finished_at, record.error = State.FINISHED, timezone.now(), ""
        record.save(update_fields=["state", "finished_at", "error"])
        if record.kind == LawImport.Kind.RULINGS and record.added + record.updated_count:
            importance.submit_soon()
    forget_file(record)
    return record


def fail(import_id: UUID, state: str, error: str) -> None:
    """The import ended without having come to its end, in the caller's transaction."""
    now = timezone.now()
    until = now + timedelta(days=settings.IMPORT_KEEP_DAYS)
    LawImport.objects.filter(pk=import_id).exclude(state=State.FINISHED).update(
        state=state, error=error, finished_at=now, file_until=Case(When(stored_as="", then=None), default=until)
    )


def forget_old_files(check: Callable[[], None]) -> int:
    """Of imports that failed or were cancelled and did not go on in their time; how many. `check` may raise."""
    due = LawImport.objects.filter(state__in=(State.FAILED, State.CANCELLED), file_until__lt=timezone.now()).exclude(stored_as="")
    gone = 0
    while keys := list(due.order_by("file_until", "pk").values_list("pk", flat=True)[:AT_ONCE]):
        for key in keys:
            check()
            with transaction.atomic():
                record = due.select_for_update(of=("self",)).filter(pk=key).first()
                if record is not None:
                    forget_file(record)
                    gone += 1
    return gone


def forget_file(record: LawImport) -> None:
    """An uploaded file is not needed when its import is over."""
    stored = record.stored_as
    if stored:
        LawImport.objects.filter(pk=record.pk).update(stored_as="")
        if not holders.count(stored):
            blobs.remove(stored)


def make_passages(runner: Runner) -> int:
    """Of every text that waits, whoever brought it; how many."""
    total = passages.waiting()
    done = 0
    while made := passages.index_some(runner.publish):
        done += made
        runner.check()
        message = _("%(done)d of %(all)d texts") % {"done": done, "all": max(done, total)}
        runner.progress(LOADED + (99 - LOADED) * done / max(done, total), "indexing", message)
    return done


def _resolve_waiting() -> None:
    keys = resolution.waiting_keys()
    for first in range(0, len(keys), resolution.KEYS_AT_ONCE):
        resolution.resolve_keys(keys[first : first + resolution.KEYS_AT_ONCE])


def described(record: LawImport) -> dict[str, Any]:
    """What a task's result says of it."""
    return {"import": str(record.pk), "format": record.format, **record.counts()}
