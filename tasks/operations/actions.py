"""What people do to tasks: try again, cancel, pause, go on. One door for page, API, admin and work on many at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from tasks.base.scopes import may_change_scope
from tasks.manager import manager
from tasks.models import ACTIVE, Status, TaskLine, TaskRecord
from tasks.operations.filters import WAITING

Verb = Callable[[uuid.UUID, Any], TaskRecord]


class Action(models.TextChoices):
    RETRY = "retry", gettext_lazy("Try again")
    CANCEL = "cancel", gettext_lazy("Cancel")
    PAUSE = "pause", gettext_lazy("Pause")
    RESUME = "resume", gettext_lazy("Go on")


@dataclass(frozen=True)
class Meaning:
    """Which records an action changes, what it looks like, and what is said of it afterwards."""

    fits: Q
    icon: str
    done: Any
    logged: str | Promise


MEANINGS = {
    Action.RETRY: Meaning(
        Q(status__in=[Status.FAILED, Status.CANCELLED]),
        "retry",
        ngettext_lazy("%(count)d task begins again.", "%(count)d tasks begin again.", "count"),
        gettext_lazy("Tried again"),
    ),
    Action.CANCEL: Meaning(
        Q(status__in=ACTIVE, cancel_requested=False),
        "close",
        ngettext_lazy("%(count)d task is cancelled.", "%(count)d tasks are cancelled.", "count"),
        gettext_lazy("Cancelled"),
    ),
    Action.PAUSE: Meaning(
        Q(status__in=WAITING, paused_at=None),
        "pause",
        ngettext_lazy("%(count)d task is paused.", "%(count)d tasks are paused.", "count"),
        gettext_lazy("Paused"),
    ),
    Action.RESUME: Meaning(
        Q(status__in=ACTIVE, paused_at__isnull=False),
        "play",
        ngettext_lazy("%(count)d task goes on.", "%(count)d tasks go on.", "count"),
        gettext_lazy("Goes on"),
    ),
}


def act(action: Action, task_id: uuid.UUID, user: Any, *, unasked: bool = False) -> TaskRecord:
    """Do it and write into the task's log who did; what the action does not fit stays as it is.

    `unasked` skips the question whether the user may: the admin asks its own. Raises Http404, PermissionDenied and UnknownTask.
    """
    with transaction.atomic():
        fits = TaskRecord.objects.filter(MEANINGS[action].fits, pk=task_id).exists()
        record = _do(action, task_id, None if unasked else user, by=user)
        if fits and record.pk == task_id:
            note([record], user, str(MEANINGS[action].logged))
    return record


def _do(action: Action, task_id: uuid.UUID, user: Any, *, by: Any) -> TaskRecord:
    if action == Action.CANCEL:
        return manager.cancel(task_id, user, by=by)
    verb: Verb = getattr(manager, action.value)
    return verb(task_id, user)


def retry_many(task_ids: Sequence[uuid.UUID], user: Any) -> int:
    """Begin again those of the tasks that ended badly, and write into their logs who did; gives how many. The caller has asked for
    the right to."""
    with transaction.atomic():
        begun = manager.retry_many(task_ids)
        note(begun, user, str(MEANINGS[Action.RETRY].logged))
    return len(begun)


def cancel_many(task_ids: Sequence[uuid.UUID], user: Any) -> int:
    """The same for cancelling those that have not ended."""
    with transaction.atomic():
        records = list(TaskRecord.objects.filter(MEANINGS[Action.CANCEL].fits, pk__in=task_ids))
        manager.cancel_many([record.pk for record in records], by=user)
        note(records, user, str(MEANINGS[Action.CANCEL].logged))
    return len(records)


def note(records: Sequence[TaskRecord], user: Any, text: str) -> None:
    """A line in each task's log that says what a person did."""
    who, now = user.get_username() if user is not None else _("the system"), timezone.now()
    about: dict[str, Any] = {"time": now, "level": TaskLine.EVENT, "source": who[:120], "text": text}
    TaskLine.objects.bulk_create(TaskLine(record=record, attempt=record.attempt, **about) for record in records)


def fitting(record: TaskRecord) -> list[Action]:
    """The actions that change this record in the state it is in."""
    waits, paused = record.status in WAITING, record.paused_at is not None
    offered = {
        Action.RETRY: record.status in (Status.FAILED, Status.CANCELLED),
        Action.PAUSE: waits and not paused,
        Action.RESUME: paused and not record.is_terminal,
        Action.CANCEL: not record.is_terminal and not record.cancel_requested,
    }
    return [action for action, offers in offered.items() if offers]


def changeable(records: QuerySet[TaskRecord], user: Any) -> QuerySet[TaskRecord]:
    """Those of the records that the user may change: one question for each case among them."""
    scopes = records.exclude(scope=None).order_by().values_list("scope", flat=True).distinct()
    mine = [scope for scope in scopes if scope and may_change_scope(user, scope)]
    unscoped = Q(scope=None) if user.is_staff else Q(scope=None, user=user)
    return records.filter(unscoped | Q(scope__in=mine))
