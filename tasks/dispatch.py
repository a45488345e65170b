"""From the outbox to an executor: a committed record that is due is sent, once if all goes well, again if a message got lost."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from tasks.errors import BrokerUnreachable
from tasks.executors import routing
from tasks.models import DUE, UNSENT, Status, TaskRecord

log = logging.getLogger(__name__)


def dispatch(record: TaskRecord) -> bool:
    """Send a pending or due record; False where the broker did not take it (the rescuer will try again).

    Harmless where somebody else sent it before, or where it is not due yet.
    """
    route = routing.route(record)
    unsent = TaskRecord.objects.filter(DUE, pk=record.pk, status__in=UNSENT)
    if not unsent.update(status=Status.QUEUED, executor=route.executor.name, route_reason=route.reason[:200], queued_at=Now()):
        return True
    return send(record, route)


def send(record: TaskRecord, route: routing.Route) -> bool:
    """Hand a queued record to its executor; a broker that is away costs a detour (hybrid) or waiting (celery), never the record."""
    try:
        route.executor.send(record.pk, routing.hints(record))
    except BrokerUnreachable as error:
        log.warning("%s was not sent: %s", record, error)
        return _send_otherwise(record)
    return True


def _send_otherwise(record: TaskRecord) -> bool:
    queued = TaskRecord.objects.filter(pk=record.pk, status=Status.QUEUED)
    if settings.TASK_EXECUTOR == "hybrid":
        reason = _("a heavy task, but the broker does not answer")
        if queued.update(executor=routing.BACKGROUND.name, route_reason=reason):
            routing.BACKGROUND.send(record.pk, routing.hints(record))
        return True
    queued.update(status=Status.PENDING, route_reason=_("the broker does not answer"), queued_at=None)
    return False
