"""At most so many of a kind run at once, and everybody else goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from tasks import registry
from tasks.manager import manager
from tasks.models import Status, TaskAttempt, TaskRecord
from tasks.operations.waiting_reasons import reason as waiting_reason
from tasks.recovery.rescuer import rescue
from tasks.tests.committed import committed, db  # noqa: F401
from tasks.tests.functions import Job
from tasks.tests.processes import Process, celery_worker, until

pytestmark = pytest.mark.faults
MOST_AT_ONCE = """
SELECT max(n) FROM (
    SELECT count(*) AS n FROM tasks_taskattempt a JOIN tasks_taskrecord ar ON ar.id = a.record_id
    JOIN tasks_taskattempt b ON b.started <= a.started AND b.ended > a.started JOIN tasks_taskrecord br ON br.id = b.record_id
    WHERE ar.name = %(name)s AND br.name = %(name)s GROUP BY a.id
) AS together
"""


@pytest.fixture(scope="module")
def worker(committed: None) -> Iterator[Process]:  # noqa: F811
    with override_settings(TASK_EXECUTOR="celery"), celery_worker(3, TASK_MODULES="tasks.tests.functions") as process:
        yield process


@pytest.fixture(autouse=True)
def _clean(worker: Process) -> Iterator[None]:
    yield
    TaskRecord.objects.all().delete()


def most_at_once(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(MOST_AT_ONCE, {"name": name})
        return int(cursor.fetchone()[0])


def all_end(count: int) -> None:
    until(lambda: TaskRecord.objects.filter(status=Status.SUCCEEDED).count() == count, 30, f"the end of {count} tasks")


def test_of_a_limited_task_one_runs_at_a_time() -> None:
    manager.submit_many("trial.single", [Job(seconds=0.1)] * 8)
    all_end(8)
    assert most_at_once("trial.single") == 1


def test_as_many_as_the_limit_run_with_the_same_key() -> None:
    manager.submit_many("trial.shared", [Job(path="provider", seconds=0.3)] * 8)
    all_end(8)
    assert most_at_once("trial.shared") == 2


def test_other_keys_and_tasks_without_one_pass_those_who_wait_for_theirs(tmp_path: Path) -> None:
    gate = tmp_path / "open"
    manager.submit_many("trial.single", [Job(path=str(gate))] * 2)
    others = [*manager.submit_many("trial.ok", [Job()] * 10), *manager.submit_many("trial.shared", [Job(path="b", seconds=0.01)] * 4)]
    until(lambda: TaskRecord.objects.filter(pk__in=others, status=Status.SUCCEEDED).count() == 14, 20, "the others")
    assert set(TaskRecord.objects.filter(name="trial.single").values_list("status", flat=True)) == {"started", "queued"}
    gate.touch()
    all_end(16)


def test_an_empty_key_is_not_limited() -> None:
    manager.submit_many("trial.shared", [Job(seconds=2)] * 3)
    running = TaskRecord.objects.filter(status=Status.STARTED)
    until(lambda: running.count() == 3, 10, "three at once")
    all_end(3)


def test_a_task_whose_process_dies_gives_its_key_back() -> None:
    """The rescue of the record frees the place: nothing has to be released by the one who died."""
    dead = TaskRecord.objects.create(
        name="trial.single", payload=Job().model_dump(), status=Status.STARTED, executor="celery", attempt=1,
        concurrency_key="trial.single", concurrency_limit=1, lease_until=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    TaskAttempt.objects.create(record=dead, number=1, started=dead.created)
    waiting = manager.submit("trial.single", Job())
    assert waiting_reason(manager.get(waiting.pk)) == "Waits because only 1 of its kind runs at once."
    TaskRecord.objects.filter(pk=dead.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    rescue()
    all_end(2)


def test_a_limit_of_nothing_is_refused_where_the_task_is_declared() -> None:
    with pytest.raises(ValueError, match="never run"):
        registry.task("trial.impossible", concurrency=0)(lambda job, run: None)
