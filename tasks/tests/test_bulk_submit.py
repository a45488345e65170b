"""Ten thousand tasks in one call."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pydantic import ValidationError

from tasks.manager import manager
from tasks.models import Batch, Status, TaskRecord, TopicState
from tasks.tests.functions import Job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_the_web_process(settings: object) -> None:
    settings.TASK_EXECUTOR = "background"  # type: ignore[attr-defined]


def test_thousands_are_written_with_a_few_statements() -> None:
    with CaptureQueriesContext(connection) as queries:
        ids = manager.submit_many("trial.ok", (Job(times=n) for n in range(3000)), priority=7)
    assert len(queries) < 20
    assert TaskRecord.objects.filter(pk__in=ids, status=Status.QUEUED, priority=7, executor="background").count() == 3000
    assert [TaskRecord.objects.get(pk=key).payload["times"] for key in (ids[0], ids[-1])] == [0, 2999]
    assert len(set(TaskRecord.objects.values_list("turn", flat=True))) == 3000


def test_what_has_an_active_twin_is_not_written_again() -> None:
    first = manager.submit_many("trial.ok", [Job(times=1), Job(times=2)], unique=True)
    again = manager.submit_many("trial.ok", [Job(times=2), Job(times=3)], unique=True)
    assert (len(first), len(again), TaskRecord.objects.count()) == (2, 1, 3)
    assert manager.submit("trial.ok", Job(times=3), unique=True).pk == again[0]


def test_each_may_work_for_a_topic_of_its_own() -> None:
    ids = manager.submit_many("trial.ok", [Job(), Job()], topics=["document:a", "document:b"])
    assert [TaskRecord.objects.get(pk=key).topic for key in ids] == ["document:a", "document:b"]
    assert set(TopicState.objects.values_list("topic", "status")) == {("document:a", "pending"), ("document:b", "pending")}


def test_as_many_topics_as_payloads_are_needed() -> None:
    with pytest.raises(ValueError, match="shorter"):
        manager.submit_many("trial.ok", [Job(), Job()], topics=["document:a"])
    assert not TaskRecord.objects.exists()


def test_one_payload_that_does_not_fit_leaves_nothing_behind() -> None:
    with pytest.raises(ValidationError):
        manager.submit_many("trial.ok", [{}, {"times": "many"}])
    assert not TaskRecord.objects.exists()


def test_what_is_for_later_is_not_in_the_line_yet() -> None:
    ids = manager.submit_many("trial.ok", [Job()] * 3, run_after=timezone.now() + timedelta(hours=1))
    assert set(TaskRecord.objects.filter(pk__in=ids).values_list("status", flat=True)) == {"pending"}


def test_the_tasks_of_a_paused_batch_are_born_paused() -> None:
    batch = Batch.objects.create(kind="import", paused_at=timezone.now())
    ids = manager.submit_many("trial.ok", [Job()] * 3, batch=batch)
    ids.append(manager.submit("trial.ok", Job(), batch=batch).pk)
    assert TaskRecord.objects.filter(pk__in=ids, paused_at__isnull=False, batch=batch).count() == 4


def test_a_child_takes_the_batch_and_the_turn_of_its_parent() -> None:
    batch = Batch.objects.create(kind="import")
    manager.submit_many("trial.ok", [Job()] * 5, scope=uuid.uuid4())
    parent = TaskRecord(name="trial.ok", batch=batch, turn=0)
    parent.save()
    children = [TaskRecord.objects.get(pk=key) for key in manager.submit_many("trial.ok", [Job()] * 2, parent=parent)]
    assert [(child.batch_id, child.turn, child.parent_id) for child in children] == [(batch.pk, 0, parent.pk)] * 2


def test_keys_are_counted_per_payload() -> None:
    ids = manager.submit_many("trial.shared", [Job(path="a"), Job(), Job(path="b")])
    found = [TaskRecord.objects.get(pk=key) for key in ids]
    assert [(record.concurrency_key, record.concurrency_limit) for record in found] == [("a", 2), ("", 0), ("b", 2)]


@pytest.mark.django_db(transaction=True)
def test_the_broker_gets_a_bounded_number_of_messages() -> None:
    sent: list[uuid.UUID] = []
    with override_settings(TASK_EXECUTOR="celery", TASK_MESSAGES_OUT=7), pytest.MonkeyPatch.context() as patch:
        patch.setattr("tasks.executors.celery.CeleryExecutor.send", lambda self, key, hints: sent.append(key))
        patch.setattr("tasks.executors.celery.CeleryExecutor.held", lambda self: len(sent))
        manager.submit_many("trial.ok", [Job()] * 2500)
        manager.submit("trial.ok", Job())
    assert len(sent) == 7
