"""A process that is asked to end finishes its work or hands it back: nothing is lost, repeated, or charged an attempt."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import override_settings
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from tasks.base import leader
from tasks.manager import manager
from tasks.models import TaskAttempt, TaskRecord, Worker
from tasks.scheduling import schedules
from tasks.tests.committed import committed, db  # noqa: F401
from tasks.tests.functions import Job
from tasks.tests.processes import QUICK, Process, beat, celery_worker, cluster, until, web_server

pytestmark = pytest.mark.faults
MODULES = {"TASK_MODULES": "tasks.tests.functions", "TASK_LEASE_SECONDS": "8"}
STARTERS: dict[str, Callable[..., AbstractContextManager[Process]]] = {
    "background": web_server,
    "celery": celery_worker,
    "djangoq": cluster,
}
GRACE = float(QUICK["STOP_GRACE_SECONDS"])
SHORT, LONG = 0.1, 4.0


def submit(folder: Path, *seconds: float, start: int = 0) -> list[TaskRecord]:
    """One task for each duration, each with a file of its own (numbered from `start`) for what it does."""
    return [manager.submit("trial.slow", Job(path=str(folder / str(n)), seconds=length)) for n, length in enumerate(seconds, start)]


def unfinished(records: list[TaskRecord]) -> int:
    return TaskRecord.objects.filter(pk__in=[record.pk for record in records], finished_at=None).count()


def outcomes(records: list[TaskRecord]) -> dict[str, int]:
    found = TaskAttempt.objects.filter(record__in=records).values_list("outcome", flat=True)
    return {outcome: list(found).count(outcome) for outcome in set(found)}


def assert_done_once(records: list[TaskRecord], folder: Path) -> None:
    """Every task succeeded without a charge, and published exactly once."""
    fresh = TaskRecord.objects.filter(pk__in=[record.pk for record in records])
    assert set(fresh.values_list("status", "retries", "lost")) == {("succeeded", 0, 0)}
    assert set(outcomes(records)) <= {"succeeded", "returned"}
    for n in range(len(records)):
        lines = (folder / str(n)).read_text().splitlines()
        assert lines.count("publish") == lines.count("end succeeded") == 1, f"task {n}: {lines}"


@pytest.mark.parametrize("executor", STARTERS)
def test_a_process_that_is_stopped_under_load_ends_in_its_grace_and_the_next_one_goes_on(
    committed: None,  # noqa: F811
    tmp_path: Path,
    executor: str,
) -> None:
    with ExitStack() as stack, override_settings(TASK_EXECUTOR=executor, TASK_WORKER_FRESH_SECONDS=6):
        if executor != "background":
            stack.enter_context(web_server(wait=False, **MODULES))
        process = stack.enter_context(STARTERS[executor](**MODULES))
        records = submit(tmp_path, LONG, *[SHORT] * 20)
        until(lambda: outcomes(records).get("succeeded", 0) > 2, 30, "some work")
        asked = time.monotonic()
        assert process.stop() == 0
        assert time.monotonic() - asked < GRACE + 8, "the rest of the time is for a busy machine"
        assert outcomes(records).get("running", 0) == 0
        assert outcomes(records)["returned"] >= 1
        assert not Worker.objects.alive().filter(pid=process.popen.pid).exists()
        process.restart()
        until(lambda: not unfinished(records), 40, "the rest of the work")
    assert_done_once(records, tmp_path)


@pytest.mark.parametrize("executor", ["celery", "djangoq"])
def test_workers_that_are_restarted_in_turn_during_a_batch_lose_and_repeat_nothing(
    committed: None,  # noqa: F811
    tmp_path: Path,
    executor: str,
) -> None:
    start = STARTERS[executor]
    with (
        override_settings(TASK_EXECUTOR=executor, TASK_WORKER_FRESH_SECONDS=6),
        web_server(wait=False, **MODULES),
        start(2, wait=False, **MODULES) as first,
        start(2, wait=False, **MODULES) as second,
    ):
        first.ready(), second.ready()
        records: list[TaskRecord] = []
        for process in (first, second):
            records.extend(submit(tmp_path, *[LONG] * 2, *[SHORT] * 98, start=len(records)))
            until(lambda: outcomes(records).get("running", 0) >= 2, 40, "work under way")
            assert process.stop() == 0
            process.restart()
        until(lambda: not unfinished(records), 90, "the end of the batch")
    assert_done_once(records, tmp_path)


@override_settings(TASK_EXECUTOR="background")
def test_beat_leaves_at_once_and_the_next_beat_leads(committed: None) -> None:  # noqa: F811
    schedules.create_missing()
    PeriodicTask.objects.update(enabled=False)
    with beat(**MODULES) as process:
        until(lambda: leader.holder(leader.SCHEDULER), 15, "a leader")
        asked = time.monotonic()
        assert process.stop() == 0
        assert time.monotonic() - asked < 10
        assert not Worker.objects.alive(Worker.Kind.BEAT).exists(), "it said that it leaves"
        assert not leader.holder(leader.SCHEDULER)
        earlier = datetime.now(UTC) - timedelta(hours=3)
        PeriodicTask.objects.filter(task="tasks.health_check").update(enabled=True, last_run_at=earlier)
        PeriodicTasks.update_changed()
        process.restart()
        until(lambda: TaskRecord.objects.filter(name="tasks.health_check").exists(), 15, "the run that was due meanwhile")
    assert TaskRecord.objects.filter(name="tasks.health_check").count() == 1
