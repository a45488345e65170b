"""From the outbox into the line: a committed record that is due waits there, and as many messages as are useful wake the executors.

At most TASK_MESSAGES_OUT messages lie at a broker, however many records wait: whoever takes one works and sends the next.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from tasks.engine import queue
from tasks.errors import BrokerUnreachable
from tasks.executors import Executor, selection
from tasks.models import Status, TaskRecord

log = logging.getLogger(__name__)


def dispatch(record: TaskRecord) -> bool:
    """Send a pending or due record; False where the broker did not take it (the rescuer will try again).

    Harmless where somebody else sent it before, or where it is not due yet.
    """
    return dispatch_all([record])


def dispatch_all(records: Sequence[TaskRecord]) -> bool:
    """Put those of the records that are due into the line and wake their executors."""
    routes = {name: selection.route_of(name) for name in {record.name for record in records}}
    groups: dict[selection.Route, list[TaskRecord]] = {}
    for record in records:
        groups.setdefault(routes[record.name], []).append(record)
    sent = [wake(route.executor, queue.enter(group, route.executor.name, route.reason)) for route, group in groups.items()]
    return all(sent)


def wake(executor: Executor, ids: Sequence[uuid.UUID]) -> bool:
    """Tell an executor of records that entered its line. A broker that is away costs a detour (hybrid) or waiting, never a record."""
    try:
        _send(executor, ids)
    except BrokerUnreachable as error:
        log.warning("%d tasks were not sent: %s", len(ids), error)
        return _send_otherwise(ids)
    return True


def top_up(executor: Executor, at_most: int | None = None) -> int:
    """Send the messages that are missing for what could run now; gives how many. Raises BrokerUnreachable."""
    most = settings.TASK_MESSAGES_OUT
    ids = queue.claimable(executor.name, most)[:most]
    held = executor.held() if ids else 0
    missing = ids[:1] if held is None else ids[held:]
    missing = missing[:at_most]
    for key in missing:
        executor.send(key, selection.hints())
    return len(missing)


def wake_all() -> None:
    """Somebody could work now who could not before (a key is free again, a pause is over)."""
    for executor in selection.in_use():
        try:
            top_up(executor)
        except BrokerUnreachable as error:
            log.warning("Nobody was woken: %s", error)


def _send(executor: Executor, ids: Sequence[uuid.UUID]) -> None:
    if not ids:
        return
    held = executor.held()
    room = 1 if held is None else settings.TASK_MESSAGES_OUT - held
    for key in ids[: max(0, room)]:
        executor.send(key, selection.hints())


def _send_otherwise(ids: Sequence[uuid.UUID]) -> bool:
    if selection.falls_back():
        return change_line(ids, _("a heavy task, but the broker does not answer"))
    queued = TaskRecord.objects.filter(pk__in=ids, status=Status.QUEUED)
    queued.update(status=Status.PENDING, route_reason=_("the broker does not answer"), queued_at=None)
    return False


def change_line(ids: Sequence[uuid.UUID], reason: str) -> bool:
    """Have the web processes do what waits for workers."""
    left = queue.leave(ids)
    return wake(selection.BACKGROUND, queue.enter(list(TaskRecord.objects.filter(pk__in=left)), selection.BACKGROUND.name, reason))
