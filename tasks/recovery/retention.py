"""What is old and over goes: records of tasks with their attempts and logs, and the traces they left elsewhere.

Never a record that something still at work belongs to: its batch, its parent or one of its children.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django_celery_results.models import GroupResult, TaskResult

from tasks.base import counters
from tasks.models import ACTIVE, Batch, HealthSample, Status, TaskRecord, TopicState, Worker

CHUNK = 500
TOPICS_KEPT = timedelta(days=30)
WORKERS_KEPT = timedelta(days=7)
OnProgress = Callable[[int, int], None]


def clean_up(on_progress: OnProgress) -> dict[str, int]:
    """Delete what is older than TASK_KEEP_SUCCEEDED_DAYS and TASK_KEEP_FAILED_DAYS; gives how many of each kind.

    `on_progress(done, total)` is called before each chunk of records, and may raise to stop between two.
    """
    counters.fold()
    return {
        "records": _records(on_progress),
        "batches": _batches(),
        "topics": _topics(),
        "workers": _workers(),
        "results": _results(),
        "health_checks": _health_samples(),
    }


def _results() -> int:
    """Of Celery's own tasks and groups."""
    return sum(model.objects.filter(date_done__lt=Now() - _succeeded_for()).delete()[0] for model in (TaskResult, GroupResult))


def _health_samples() -> int:
    return HealthSample.objects.filter(time__lt=Now() - timedelta(days=settings.HEALTH_KEEP_DAYS)).delete()[0]


def old_records() -> QuerySet[TaskRecord]:
    """The records whose time is over and that nothing at work needs."""
    over = Q(status=Status.SUCCEEDED, finished_at__lt=Now() - _succeeded_for()) | Q(
        status__in=[Status.FAILED, Status.CANCELLED], finished_at__lt=Now() - timedelta(days=settings.TASK_KEEP_FAILED_DAYS)
    )
    at_work = TaskRecord.objects.filter(status__in=ACTIVE)
    needed = (
        Exists(Batch.objects.filter(pk=OuterRef("batch"), finished_at=None))
        | Exists(at_work.filter(pk=OuterRef("parent")))
        | Exists(at_work.filter(parent=OuterRef("pk")))
    )
    return TaskRecord.objects.filter(over).exclude(needed)


def _succeeded_for() -> timedelta:
    return timedelta(days=settings.TASK_KEEP_SUCCEEDED_DAYS)


def _records(on_progress: OnProgress) -> int:
    done, total = 0, old_records().count()
    while True:
        on_progress(done, max(total, done))
        deleted = _delete_chunk()
        if not deleted:
            return done
        done += deleted


def _delete_chunk() -> int:
    """In one short transaction. What a person takes up again at this moment is locked, and stays."""
    with transaction.atomic():
        chunk = old_records().select_for_update(of=("self",), skip_locked=True).order_by("finished_at")[:CHUNK]
        ids = [record.pk for record in chunk.only("pk")]
        TopicState.objects.filter(topic__in=[f"task:{key}" for key in ids]).delete()
        TaskRecord.objects.filter(pk__in=ids).delete()
    return len(ids)


def _batches() -> int:
    """Finished batches of which no record is left."""
    empty = Batch.objects.filter(finished_at__lt=Now() - _succeeded_for()).exclude(Exists(TaskRecord.objects.filter(batch=OuterRef("pk"))))
    with transaction.atomic():
        gone = list(empty.select_for_update(of=("self",), skip_locked=True))
        TopicState.objects.filter(topic__in=[batch.topic for batch in gone]).delete()
        Batch.objects.filter(pk__in=[batch.pk for batch in gone]).delete()
    return len(gone)


def _topics() -> int:
    """States of topics that are over and whose task is gone; a batch's goes with its batch."""
    over = TopicState.objects.filter(status__in=TopicState.TERMINAL, updated__lt=Now() - TOPICS_KEPT)
    of_nothing = over.exclude(Exists(TaskRecord.objects.filter(pk=OuterRef("task")))).exclude(topic__startswith="batch:")
    done = 0
    while names := list(of_nothing.values_list("pk", flat=True)[:CHUNK]):
        done += over.filter(pk__in=names).delete()[0]
    return done


def _workers() -> int:
    """Processes that ended long ago; the last one of each kind stays, to say since when nobody works."""
    latest = Worker.objects.order_by("kind", "-last_seen").distinct("kind")
    return Worker.objects.filter(last_seen__lt=Now() - WORKERS_KEPT).exclude(pk__in=[worker.pk for worker in latest]).delete()[0]
