"""Celery's beat with our scheduler: what is due becomes a record, and its process rescues."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings
from django.utils import timezone
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from tasks.base import counters
from tasks.models import Counter, TaskRecord
from tasks.scheduling import schedules
from tasks.tests.committed import committed, db  # noqa: F401
from tasks.tests.functions import Job
from tasks.tests.processes import beat, until

pytestmark = pytest.mark.faults


@override_settings(TASK_EXECUTOR="background")
def test_beat_submits_what_is_due_notices_an_edit_and_sends_what_was_not_sent(committed: None) -> None:  # noqa: F811
    schedules.create_missing()
    PeriodicTask.objects.update(enabled=False)
    lost = TaskRecord.objects.create(name="trial.ok", payload=Job().model_dump())
    TaskRecord.objects.filter(pk=lost.pk).update(created=timezone.now() - timedelta(minutes=1))
    with beat(TASK_MODULES="tasks.tests.functions"):
        until(lambda: TaskRecord.objects.filter(pk=lost.pk, status="queued").exists(), 15, "the lost dispatch")
        until(lambda: Counter.objects.filter(name=counters.RESCUES, labels={"kind": "sent"}, value__gte=1).exists(), 15, "its count")
        until(lambda: Counter.objects.filter(name=counters.MARK, value__gt=0).exists(), 15, "the first fold of the counters")
        earlier = datetime.now(UTC) - timedelta(hours=3)
        PeriodicTask.objects.filter(task="tasks.health_check").update(enabled=True, last_run_at=earlier)
        PeriodicTasks.update_changed()
        until(lambda: TaskRecord.objects.filter(name="tasks.health_check").exists(), 15, "the scheduled run")
    assert TaskRecord.objects.filter(name="tasks.health_check", schedule="Health check").count() == 1
