"""Why a task is not moving, in one sentence."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tasks.executors import routing
from tasks.models import Status, TaskRecord, Worker


def reason(record: TaskRecord) -> str:
    """Empty where the task runs or has ended."""
    if record.status == Status.RETRYING:
        return _retry(record)
    if record.status == Status.PENDING:
        return _pending(record)
    if record.status == Status.QUEUED:
        return _queued(record)
    if record.status == Status.STARTED and record.cancel_requested:
        return _("It was cancelled and is about to stop.")
    return ""


def _retry(record: TaskRecord) -> str:
    if not record.error:
        return _("Its worker stopped answering; another one takes over.")
    return _("Waits %(time)s for the next try after: %(error)s") % {"time": _remaining(record), "error": record.error}


def _pending(record: TaskRecord) -> str:
    if record.run_after and record.run_after > timezone.now():
        return _("Planned to start in %(time)s.") % {"time": _remaining(record)}
    if record.route_reason and record.queued_at is None:
        return _("Waits to be sent: %(reason)s.") % {"reason": record.route_reason}
    return _("Is about to be sent to a worker.")


def _queued(record: TaskRecord) -> str:
    kind = routing.WORKERS.get(record.executor, Worker.Kind.WEB)
    if not Worker.objects.alive(kind).exists():
        return _nobody(kind)
    before = Q(priority__lt=record.priority) | Q(priority=record.priority, pk__lt=record.pk)
    ahead = TaskRecord.objects.filter(before, status=Status.QUEUED, executor=record.executor).count()
    if ahead == 0:
        return _("Next in the queue.")
    return ngettext("%(count)d task is before it in the queue.", "%(count)d tasks are before it in the queue.", ahead) % {"count": ahead}


def _nobody(kind: str) -> str:
    last = Worker.objects.filter(kind=kind).order_by("-last_seen").first()
    if last is None:
        return _("No worker is running yet.")
    return _("No worker has been alive since %(time)s UTC.") % {"time": last.last_seen.strftime("%H:%M")}


def _remaining(record: TaskRecord) -> str:
    left = max(timedelta(0), (record.run_after or timezone.now()) - timezone.now())
    seconds = round(left.total_seconds())
    if seconds < 120:
        return _("%(count)d s") % {"count": seconds}
    return _("%(count)d min") % {"count": round(seconds / 60)}
