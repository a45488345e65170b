"""Why a task is not moving, in one sentence. A handful of queries for one record, however long the queue is."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tasks.executors import selection
from tasks.models import TERMINAL, Status, TaskRecord, Worker

KINDS = {selection.CELERY.name: Worker.Kind.CELERY, selection.DJANGOQ.name: Worker.Kind.DJANGOQ}
"""Who works for an executor; for all others the web processes."""
PLACES = (
    gettext_lazy("Next in the queue."),
    gettext_lazy("Second in the queue."),
    gettext_lazy("Third in the queue."),
    gettext_lazy("Fourth in the queue."),
    gettext_lazy("Fifth in the queue."),
    gettext_lazy("Sixth in the queue."),
    gettext_lazy("Seventh in the queue."),
    gettext_lazy("Eighth in the queue."),
    gettext_lazy("Ninth in the queue."),
    gettext_lazy("Tenth in the queue."),
)
COUNTED = 1000
"""Further than this nobody counts."""

AHEAD = """
SELECT count(*) FROM (
    SELECT FROM tasks_taskrecord w WHERE w.status = 'queued' AND w.paused_at IS NULL AND w.executor = %(executor)s
    AND CASE WHEN w.priority = %(priority)s THEN (w.turn, w.id) < (%(turn)s, %(id)s::uuid)
        ELSE w.priority + EXTRACT(EPOCH FROM w.queued_at - %(queued_at)s::timestamptz) / %(aging)s < %(priority)s END
    LIMIT %(most)s
) AS ahead
"""
"""Of the own priority those whose turn comes first; of another those that are more urgent by now."""


def reason(record: TaskRecord) -> str:
    """Empty where the task runs or has ended."""
    if record.status == Status.STARTED:
        return _("It was cancelled and is about to stop.") if record.cancel_requested else ""
    if record.status in TERMINAL:
        return ""
    if record.paused_at is not None:
        return _paused(record)
    if record.status == Status.RETRYING:
        return _retry(record)
    return _pending(record) if record.status == Status.PENDING else _queued(record)


def clock(moment: datetime) -> str:
    """The time of day with its zone: the reader's on a page, UTC in the API."""
    return date_format(timezone.localtime(moment), "H:i T")


def _paused(record: TaskRecord) -> str:
    assert record.paused_at is not None  # noqa: S101 (the caller's branch)
    since = clock(record.paused_at)
    if record.paused_by is None:
        return _("Paused since %(time)s.") % {"time": since}
    return _("Paused by %(name)s since %(time)s.") % {"name": record.paused_by, "time": since}


def _retry(record: TaskRecord) -> str:
    if not record.error:
        return _("Its worker stopped answering; another one takes over.")
    return _("Waits %(time)s for the next try after: %(error)s") % {"time": _remaining(record), "error": record.error}


def _pending(record: TaskRecord) -> str:
    if record.run_after and record.run_after > timezone.now():
        return _("Planned to start in %(time)s.") % {"time": _remaining(record)}
    if record.parent is not None and not record.parent.is_terminal:
        return _("Waits for the stage before it.")
    if record.route_reason and record.queued_at is None:
        return _("Waits to be sent: %(reason)s.") % {"reason": record.route_reason}
    return _("Is about to be sent to a worker.")


def _queued(record: TaskRecord) -> str:
    kind = KINDS.get(record.executor, Worker.Kind.WEB)
    if not Worker.objects.alive(kind).exists():
        return _nobody(kind)
    if _key_is_full(record):
        return ngettext(
            "Waits because only %(count)d of its kind runs at once.",
            "Waits because only %(count)d of its kind run at once.",
            record.concurrency_limit,
        ) % {"count": record.concurrency_limit}
    return _place(_ahead(record))


def _key_is_full(record: TaskRecord) -> bool:
    if not record.concurrency_key:
        return False
    running = TaskRecord.objects.filter(status=Status.STARTED, concurrency_key=record.concurrency_key)
    return running.count() >= record.concurrency_limit


def _ahead(record: TaskRecord) -> int:
    """How many records of its executor come before it, counted up to one more than COUNTED."""
    values = {
        "executor": record.executor,
        "priority": record.priority,
        "turn": record.turn,
        "id": record.pk,
        "queued_at": record.queued_at or record.created,
        "aging": settings.TASK_AGING_SECONDS,
        "most": COUNTED + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(AHEAD, values)
        return int(cursor.fetchone()[0])


def _place(ahead: int) -> str:
    if ahead < len(PLACES):
        return str(PLACES[ahead])
    if ahead > COUNTED:
        return _("More than %(count)d tasks are before it in the queue.") % {"count": COUNTED}
    return ngettext("%(count)d task is before it in the queue.", "%(count)d tasks are before it in the queue.", ahead) % {"count": ahead}


def _nobody(kind: str) -> str:
    last = Worker.objects.filter(kind=kind).order_by("-last_seen").first()
    if last is None:
        return _("No worker is running yet.")
    return _("No worker has been alive since %(time)s.") % {"time": clock(last.last_seen)}


def _remaining(record: TaskRecord) -> str:
    left = max(timedelta(0), (record.run_after or timezone.now()) - timezone.now())
    seconds = round(left.total_seconds())
    if seconds < 120:
        return _("%(count)d s") % {"count": seconds}
    return _("%(count)d min") % {"count": round(seconds / 60)}
