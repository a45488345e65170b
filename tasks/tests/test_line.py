"""Whose turn it is: one worker with one child, many who wait."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from tasks.engine import queue
from tasks.engine.outbox import dispatch
from tasks.executors import selection
from tasks.manager import manager
from tasks.models import Status, TaskRecord
from tasks.tests.committed import committed, db  # noqa: F401
from tasks.tests.functions import Job
from tasks.tests.processes import Process, celery_worker, until

pytestmark = pytest.mark.faults
QUICK_JOB = Job()


@pytest.fixture(scope="module")
def worker(committed: None) -> Iterator[Process]:  # noqa: F811
    settings = {"TASK_EXECUTOR": "celery", "TASK_MESSAGES_OUT": 10}
    with override_settings(**settings), celery_worker(1, TASK_MODULES="tasks.tests.functions", TASK_MESSAGES_OUT="10") as process:
        yield process


@pytest.fixture
def busy(worker: Process) -> TaskRecord:
    """The only child works on something, so that what is submitted now waits."""
    record = manager.submit("trial.slow", Job(path="/dev/null", seconds=1), priority=0)
    until(lambda: TaskRecord.objects.filter(pk=record.pk, status=Status.STARTED).exists(), 10, "the start of the first task")
    return record


def order_of_start(records: int) -> list[uuid.UUID]:
    """All that were submitted after the first, when they have ended, as they were started."""
    done = TaskRecord.objects.filter(status=Status.SUCCEEDED).exclude(name="trial.slow")
    until(lambda: done.count() == records, 60, f"the end of {records} tasks")
    found = list(done.order_by("started_at").values_list("pk", flat=True))
    done.delete()
    return found


def test_one_file_of_one_case_does_not_wait_for_two_hundred_of_another(busy: TaskRecord) -> None:
    many, other = uuid.uuid4(), uuid.uuid4()
    manager.submit_many("trial.ok", [QUICK_JOB] * 200, scope=many)
    single = manager.submit("trial.ok", QUICK_JOB, scope=other)
    assert order_of_start(201).index(single.pk) <= 2


def test_cases_take_turns(busy: TaskRecord) -> None:
    first = manager.submit_many("trial.ok", [QUICK_JOB] * 10, scope=uuid.uuid4())
    second = manager.submit_many("trial.ok", [QUICK_JOB] * 10, scope=uuid.uuid4())
    started = order_of_start(20)
    for place in range(10):
        assert set(started[2 * place : 2 * place + 2]) == {first[place], second[place]}


def test_an_urgent_task_overtakes(busy: TaskRecord) -> None:
    manager.submit_many("trial.ok", [QUICK_JOB] * 20)
    urgent = manager.submit("trial.ok", QUICK_JOB, priority=0)
    assert order_of_start(21)[0] == urgent.pk


def test_a_task_of_the_lowest_priority_is_not_starved(busy: TaskRecord) -> None:
    patient = manager.submit("trial.ok", QUICK_JOB, priority=9)
    hurried = manager.submit("trial.ok", QUICK_JOB, priority=9)
    TaskRecord.objects.filter(pk=patient.pk).update(queued_at=timezone.now() - timedelta(minutes=10))
    manager.submit_many("trial.ok", [QUICK_JOB] * 20, priority=0)
    started = order_of_start(22)
    assert (started[0], started[-1]) == (patient.pk, hurried.pk)


def test_what_was_begun_is_finished_first(busy: TaskRecord) -> None:
    scope = uuid.uuid4()
    manager.submit_many("trial.ok", [QUICK_JOB] * 20, scope=scope)
    busy.refresh_from_db()
    following = manager.submit("trial.ok", QUICK_JOB, scope=scope, parent=busy)
    assert order_of_start(21).index(following.pk) <= 1


def test_a_task_that_is_tried_again_keeps_its_place(busy: TaskRecord) -> None:
    again = manager.submit("trial.ok", QUICK_JOB)
    manager.submit_many("trial.ok", [QUICK_JOB] * 20)
    TaskRecord.objects.filter(pk=again.pk).update(status=Status.RETRYING)
    assert dispatch(again)
    assert order_of_start(21)[0] == again.pk


def test_what_is_paused_waits_and_goes_on_in_its_place(busy: TaskRecord) -> None:
    paused = manager.submit("trial.ok", QUICK_JOB)
    manager.pause(paused.pk)
    others = manager.submit_many("trial.ok", [QUICK_JOB] * 5)
    until(lambda: TaskRecord.objects.filter(pk__in=others, status=Status.SUCCEEDED).count() == 5, 30, "the end of the others")
    assert TaskRecord.objects.get(pk=paused.pk).status == Status.QUEUED
    manager.resume(paused.pk)
    assert order_of_start(6)[-1] == paused.pk


def test_the_broker_holds_a_bounded_number_of_messages_however_many_tasks_wait(worker: Process) -> None:
    manager.submit_many("trial.ok", [QUICK_JOB] * 300)
    held = [0]

    def over() -> bool:
        held.append(selection.CELERY.held())
        return not TaskRecord.objects.active().exists()

    until(over, 60, "the end of all tasks")
    assert 0 < max(held) <= 10
    TaskRecord.objects.all().delete()


def test_a_lost_message_does_not_strand_what_waits(worker: Process) -> None:
    """The broker forgets everything; a message about anything brings the rest along."""
    ids = manager.submit_many("trial.ok", [QUICK_JOB] * 30, run_after=timezone.now() + timedelta(hours=1))
    line_of = list(TaskRecord.objects.filter(pk__in=ids))
    TaskRecord.objects.filter(pk__in=ids).update(run_after=None)
    queue.enter(line_of, "celery", "no message is sent")
    manager.submit("trial.ok", QUICK_JOB)
    assert len(order_of_start(31)) == 31


def test_a_claim_touches_a_few_rows_of_the_index_however_many_wait(worker: Process) -> None:
    """Ten thousand who wait for an executor that nobody serves: the plan reads no more than a few pages."""
    now = timezone.now()
    for lane in range(10):
        fields = {
            "priority": 5 + lane % 3,
            "scope": uuid.UUID(int=lane),
            "concurrency_key": "full" if lane % 2 else "",
            "concurrency_limit": 1,
        }
        waiting = Status.QUEUED
        queue.insert(
            [TaskRecord(name="trial.ok", status=waiting, executor="nobody", queued_at=now, turn=turn, **fields) for turn in range(1000)]
        )
    TaskRecord.objects.create(name="trial.ok", status=Status.STARTED, executor="nobody", concurrency_key="full", concurrency_limit=1)
    values: dict[str, Any] = {"executor": "nobody", "worker": "", "keys_locked": False, "lease": 1, "aging": 60}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tasks_taskrecord")
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + queue.CLAIM, values)
        plan = cursor.fetchone()[0][0]["Plan"]
    TaskRecord.objects.all().delete()
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 300
    assert "Seq Scan" not in str(plan)
