"""One action on many tasks: "retry all that failed with connection refused". Few at once, many as a task of its own with progress."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from pydantic import BaseModel

from tasks.base.causes import hopeless_codes
from tasks.errors import PermanentError, UnknownTask
from tasks.manager import manager
from tasks.models import Status, TaskRecord
from tasks.operations.actions import MEANINGS, Action, act, cancel_many, changeable, retry_many
from tasks.operations.filters import FilterError, narrowed
from tasks.run import TaskRun

NAME = "tasks.apply_to_many"
INLINE = 200
"""So many are done while the person waits; more go to a task."""
CHUNK = 100
IDS_PER_TASK = 5000

AT_ONCE = {Action.RETRY: retry_many, Action.CANCEL: cancel_many}
"""Actions on a chunk that need no look at each record by itself."""

Told = Callable[[int], None]


class ApplyToMany(BaseModel):
    """Either a filter, which means what its user may change of what fits it, or the ids that an administrator has ticked."""

    action: Action
    filter: dict[str, list[str]] = {}
    ids: list[uuid.UUID] = []


@dataclass
class Applied:
    """What came of it: `matched` records were meant, `done` were changed, `skipped` could not be."""

    matched: int = 0
    done: int = 0
    skipped: int = 0
    task: TaskRecord | None = None


def meant(action: Action, filters: Mapping[str, list[str]], user: Any) -> QuerySet[TaskRecord]:
    """The records that fit the filter and the action, and that the user may change. Raises FilterError, also where there is no filter."""
    if not filters:
        raise FilterError(_("Say which tasks are meant: at least one filter."))
    return changeable(fitting_for_many(action, narrowed(TaskRecord.objects.visible_to(user), filters)), user)


def fitting_for_many(action: Action, records: QuerySet[TaskRecord]) -> QuerySet[TaskRecord]:
    """Those that the action changes; of failures only those that trying again may help. (One by one anything can be tried.)"""
    fitting = records.filter(MEANINGS[action].fits)
    return fitting.exclude(status=Status.FAILED, error_code__in=hopeless_codes()) if action == Action.RETRY else fitting


def apply_to_matching(action: Action, filters: Mapping[str, list[str]], user: Any) -> Applied:
    """Do it now where they are few, else submit a task that does. Raises FilterError."""
    records = meant(action, filters, user)
    count = records.order_by().count()
    if count <= INLINE:
        return _apply(action, records, user)
    job = ApplyToMany(action=action, filter={name: list(values) for name, values in filters.items()})
    return Applied(matched=count, task=manager.submit(NAME, job, user=user, scope=_one_scope(records), priority=1))


def apply_to_ticked(action: Action, records: QuerySet[TaskRecord], user: Any) -> Applied:
    """An administrator's action on whatever he has ticked, also in cases that are not his: metadata, not content."""
    fitting = fitting_for_many(action, records)
    ids = list(fitting.order_by("pk").values_list("pk", flat=True))
    if len(ids) <= INLINE:
        return _apply(action, fitting, user, unasked=True)
    jobs = [ApplyToMany(action=action, ids=ids[start : start + IDS_PER_TASK]) for start in range(0, len(ids), IDS_PER_TASK)]
    tasks = [manager.submit(NAME, job, user=user, priority=1) for job in jobs]
    return Applied(matched=len(ids), task=tasks[0])


def run(job: ApplyToMany, run: TaskRun) -> dict[str, int]:
    """The task's work. What began to fit the action only after it was asked for (failed again) is left alone."""
    user = run.record.user
    if user is None or not user.is_active:
        raise PermanentError(_("Who asked for this has no account any more."), "no_user")
    records = _ticked(job, user) if job.ids else meant(job.action, job.filter, user)
    records = records.filter(created__lt=run.record.created).exclude(finished_at__gte=run.record.created)
    total = max(1, records.order_by().count())

    def tell(handled: int) -> None:
        run.progress(100 * handled / total, job.action, _("%(n)d of %(all)d") % {"n": handled, "all": total})

    applied = _apply(job.action, records, user, unasked=bool(job.ids), tell=tell)
    return {"done": applied.done, "skipped": applied.skipped}


def _ticked(job: ApplyToMany, user: Any) -> QuerySet[TaskRecord]:
    if not user.has_perm("tasks.change_taskrecord"):
        raise PermanentError(_("Who asked for this may not change tasks any more."), "not_allowed")
    return fitting_for_many(job.action, TaskRecord.objects.filter(pk__in=job.ids))


def _apply(
    action: Action, records: QuerySet[TaskRecord], user: Any, *, unasked: bool = False, tell: Told = lambda handled: None
) -> Applied:
    applied = Applied()
    for chunk in _walk(records):
        at_once = AT_ONCE.get(action)
        done = at_once(chunk, user) if at_once else sum(_acted(action, key, user, unasked) for key in chunk)
        applied.matched += len(chunk)
        applied.done += done
        applied.skipped += len(chunk) - done
        tell(applied.matched)
    return applied


def _acted(action: Action, key: uuid.UUID, user: Any, unasked: bool) -> bool:
    try:
        act(action, key, user, unasked=unasked)
    except (Http404, PermissionDenied, UnknownTask):
        return False
    return True


def _walk(records: QuerySet[TaskRecord]) -> Iterator[list[uuid.UUID]]:
    """Each id once, oldest first, a chunk at a time: what an action changes leaves the filter while it is walked, and so does what its
    user may not change any more."""
    ids = records.order_by("pk").values_list("pk", flat=True)
    chunk = list(ids[:CHUNK])
    while chunk:
        yield chunk
        chunk = list(ids.filter(pk__gt=chunk[-1])[:CHUNK])


def _one_scope(records: QuerySet[TaskRecord]) -> uuid.UUID | None:
    """Work on one case's tasks belongs to that case, where its members see it."""
    scopes = set(records.order_by().values_list("scope", flat=True).distinct()[:2])
    return scopes.pop() if len(scopes) == 1 else None
