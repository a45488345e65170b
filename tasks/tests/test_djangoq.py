"""The cluster of the djangoq executor: plain messages, and children that outlive neither their parent nor each other's deaths."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib import admin
from django.test import override_settings
from django_q.models import OrmQ, Schedule, Task

from tasks.manager import manager
from tasks.models import Status, TaskRecord, Worker
from tasks.tests.committed import committed, db  # noqa: F401
from tasks.tests.functions import Job
from tasks.tests.processes import Process, cluster, until

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module", autouse=True)
def djangoq(committed: None) -> Iterator[None]:  # noqa: F811
    with override_settings(TASK_EXECUTOR="djangoq", TASK_WORKER_FRESH_SECONDS=6):
        yield


@pytest.fixture(scope="module")
def process(djangoq: None) -> Iterator[Process]:
    with cluster(2, TASK_MODULES="tasks.tests.functions") as started:
        yield started


def ended(record: TaskRecord) -> TaskRecord:
    return until(lambda: TaskRecord.objects.filter(pk=record.pk, finished_at__isnull=False).first(), 30, f"the end of {record}")


def test_a_message_in_the_database_is_the_plain_id_of_a_record() -> None:
    record = manager.submit("trial.ok", Job())
    assert list(OrmQ.objects.values_list("payload", flat=True)) == [str(record.pk)]
    manager.cancel(record.pk)
    OrmQ.objects.all().delete()


def test_the_admin_offers_nothing_of_django_q() -> None:
    assert not admin.site.is_registered(OrmQ)
    assert not admin.site.is_registered(Schedule)


def test_a_message_is_gone_once_it_is_taken_and_leaves_no_result_behind(process: Process) -> None:
    assert ended(manager.submit("trial.ok", Job())).status == "succeeded"
    assert OrmQ.objects.count() == Task.objects.count() == 0


def test_the_cluster_says_how_many_tasks_it_runs_and_what_memory_it_takes(process: Process) -> None:
    worker = Worker.objects.alive(Worker.Kind.DJANGOQ).get()
    assert worker.slots == 2
    assert worker.memory_mb is not None
    assert worker.memory_mb > 20


def test_children_killed_at_rest_are_replaced_and_block_nobody(process: Process) -> None:
    for _ in range(3):
        os.kill(process.children()[0], signal.SIGKILL)
        assert ended(manager.submit("trial.ok", Job())).status == "succeeded"
    until(lambda: len(process.children()) == 2, 10, "two children")


def test_a_child_whose_parent_is_killed_hands_its_work_back_and_ends(process: Process, tmp_path: Path) -> None:
    record = manager.submit("trial.slow", Job(path=str(tmp_path / "notes"), seconds=20))
    until(lambda: TaskRecord.objects.filter(pk=record.pk, status=Status.STARTED).exists(), 20, "the start")
    children = process.children()
    process.signal(signal.SIGKILL)
    until(lambda: not any(Path(f"/proc/{child}").exists() for child in children), 10, "the end of the children")
    assert list(record.attempts.values_list("outcome", flat=True)) == ["returned"]
    manager.cancel(record.pk)
    assert (ended(record).lost, ended(record).retries) == (0, 0)
