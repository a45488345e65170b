"""Wall clocks that are a day wrong and jump: what decides over tasks goes by the database's clock, or by a stopwatch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings
from django.utils import timezone

from tasks.manager import manager
from tasks.models import Status, TaskAttempt, TaskRecord, Worker
from tasks.tests.committed import committed, db  # noqa: F401
from tasks.tests.processes import celery_worker, until, web_server
from tasks.tests.trials import MODULES, Trial, all_ended

pytestmark = pytest.mark.faults
AHEAD, BEHIND = 24 * 3600, -24 * 3600
MINUTES = timedelta(minutes=10)


class Clocks:
    """The worker's clock is a day ahead, that of the web process (which leads the rescue) a day behind. Wrong from their start."""

    def __init__(self, folder: Path) -> None:
        self.worker, self.web = folder / "worker", folder / "web"
        self.set(AHEAD, BEHIND)

    def set(self, worker: int, web: int) -> None:
        self.worker.write_text(str(worker))
        self.web.write_text(str(web))


@pytest.fixture(scope="module")
def clocks(committed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clocks]:  # noqa: F811
    made = Clocks(tmp_path_factory.mktemp("clocks"))
    folder = str(Path(__file__).parent / "wrong_clock")
    with ExitStack() as stack:
        stack.enter_context(override_settings(TASK_EXECUTOR="hybrid", TASK_WORKER_FRESH_SECONDS=6))
        patient = {"TASK_LEASE_SECONDS": "8", **MODULES}  # a process that gets no core for two seconds loses no lease
        worker = stack.enter_context(celery_worker(wait=False, PYTHONPATH=folder, CLOCK_SHIFT=str(made.worker), **patient))
        web = stack.enter_context(web_server(wait=False, PYTHONPATH=folder, CLOCK_SHIFT=str(made.web), **patient))
        worker.ready(), web.ready()
        for process, days in ((worker, 1), (web, -1)):
            day = f"{timezone.now() + timedelta(days=days):%Y-%m-%d}"
            until(lambda process=process, day=day: day in process.tail(), 20, f"a wrong date in the log of {process.name}")
        yield made


def test_a_retry_comes_in_seconds_and_what_is_planned_waits(clocks: Clocks, tmp_path: Path) -> None:
    flaky = manager.submit("trial.flaky", {"times": 1, "path": str(tmp_path / "notes")})
    planned = manager.submit("fault.work", Trial(), run_after=timezone.now() + timedelta(hours=1))
    until(lambda: TaskRecord.objects.filter(pk=flaky.pk, status=Status.SUCCEEDED, retries=1).exists(), 15, "the retry")
    assert manager.get(planned.pk).status == Status.PENDING
    manager.cancel(planned.pk)


def test_a_jump_in_the_middle_of_work_ends_neither_a_lease_nor_a_limit(clocks: Clocks, tmp_path: Path) -> None:
    gate = tmp_path / "open"
    records = [manager.submit(name, Trial(seconds=3, gate=str(gate))) for name in ("fault.work", "fault.light")]
    working = TaskRecord.objects.filter(pk__in=[record.pk for record in records], status=Status.STARTED)
    until(lambda: working.count() == 2, 20, "running tasks")
    clocks.set(BEHIND, AHEAD)
    gate.touch()
    done = all_ended(records)
    clocks.set(AHEAD, BEHIND)
    assert [(record.attempt, record.lost) for record in done] == [(1, 0), (1, 0)]
    for record in done:
        assert record.started_at < record.finished_at < record.started_at + MINUTES


@pytest.mark.parametrize("wrong", [AHEAD, BEHIND], ids=["ahead", "behind"])
def test_a_dispatch_lost_by_a_process_with_a_wrong_clock_is_sent(clocks: Clocks, wrong: int) -> None:
    record = TaskRecord.objects.create(name="fault.work", payload={})
    TaskRecord.objects.filter(pk=record.pk).update(created=timezone.now() + timedelta(seconds=wrong))
    all_ended([record], 15)


def test_processes_and_attempts_are_dated_by_the_database(clocks: Clocks) -> None:
    now = timezone.now()
    times = [time for worker in Worker.objects.alive() for time in (worker.started, worker.last_seen)]
    times += [time for attempt in TaskAttempt.objects.exclude(ended=None) for time in (attempt.started, attempt.ended)]
    assert len(times) > 4
    assert max(abs(time - now) for time in times) < MINUTES
