"""Processes that are killed, frozen or poisoned while they work: every task ends, its effect happens once, and the rest goes on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.test import override_settings

from tasks.base import leader
from tasks.manager import manager
from tasks.models import Status, TaskRecord
from tasks.tests.committed import committed, db  # noqa: F401
from tasks.tests.processes import Process, celery_worker, until, web_server
from tasks.tests.trials import MODULES, Trial, all_ended

pytestmark = pytest.mark.faults


class Stage:
    """Two web processes, of which one leads the rescue, and a worker of two children."""

    def __init__(self, stack: ExitStack) -> None:
        self.worker = stack.enter_context(celery_worker(wait=False, **MODULES))
        self.webs = [stack.enter_context(web_server(wait=False, **MODULES)) for _ in range(2)]
        self.revive()

    def revive(self) -> None:
        for process in (self.worker, *self.webs):
            assert process.popen is not None
            if process.popen.poll() is not None:
                process.start()
        for process in (self.worker, *self.webs):
            process.ready()

    def leading(self) -> Process:
        """The web process whose rescuer leads."""
        return self.web_with(pid_of(until(lambda: leader.holder(leader.RESCUER), 10, "a leader")))

    def web_with(self, pid: int) -> Process:
        return next(web for web in self.webs if web.popen is not None and web.popen.pid == pid)


@pytest.fixture(scope="module")
def processes(committed: None) -> Iterator[Stage]:  # noqa: F811
    with ExitStack() as stack:
        stack.enter_context(override_settings(TASK_EXECUTOR="hybrid", TASK_WORKER_FRESH_SECONDS=6))
        yield Stage(stack)


@pytest.fixture
def stage(processes: Stage) -> Stage:
    processes.revive()
    return processes


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """A file that those who wait for it go on with: they run for as long as the test needs them to."""
    return tmp_path / "open"


def submit(name: str, count: int = 1, seconds: float = 0, gate: Path | str = "") -> list[TaskRecord]:
    return [manager.submit(name, Trial(seconds=seconds, gate=str(gate))) for _ in range(count)]


def running(records: list[TaskRecord], count: int = 1) -> list[TaskRecord]:
    """Those that run, as soon as there are so many and each has said how far it is."""
    working = TaskRecord.objects.filter(pk__in=[record.pk for record in records], status=Status.STARTED, percent__gt=0)
    return until(lambda: found if len(found := list(working.all())) >= count else None, 20, "running tasks")


def pid_of(worker: str) -> int:
    """The process that calls itself so (`host:pid:random`)."""
    return int(worker.split(":")[-2])


def test_a_killed_child_of_a_worker_takes_no_task_along(stage: Stage, gate: Path) -> None:
    records = submit("fault.work", 4, gate=gate)
    victim = running(records)[0]
    os.kill(pid_of(victim.worker), signal.SIGKILL)
    gate.touch()
    done = {record.pk: record for record in all_ended(records)}
    assert (done[victim.pk].lost, done[victim.pk].retries) == (1, 0)


def test_a_killed_worker_takes_no_task_along(stage: Stage, gate: Path) -> None:
    records = submit("fault.work", 4, gate=gate)
    victims = running(records, 2)
    stage.worker.kill()
    gate.touch()
    stage.worker.start()
    done = {record.pk: record for record in all_ended(records)}
    assert [done[victim.pk].lost for victim in victims] == [1, 1]


def test_a_killed_leader_of_the_rescue_is_followed_by_the_other_web_process(stage: Stage, gate: Path) -> None:
    first = stage.leading()
    records = submit("fault.work", 2, gate=gate)
    running(records)
    stage.worker.kill()
    gate.touch()
    first.kill()
    stage.worker.start()
    assert stage.leading() is not first
    all_ended(records)


def test_a_web_process_killed_in_the_middle_of_background_tasks_loses_none(stage: Stage, gate: Path) -> None:
    records = submit("fault.light", 6, gate=gate)
    victim = running(records)[0]
    stage.web_with(pid_of(victim.worker)).kill()
    gate.touch()
    done = {record.pk: record for record in all_ended(records)}
    assert done[victim.pk].lost == 1


def test_a_worker_killed_right_after_the_effects_of_its_task_leaves_nothing_to_be_done_twice(stage: Stage) -> None:
    done = all_ended(submit("fault.dies_published", 2))
    assert [(record.result, record.lost) for record in done] == [({"attempt": 1}, 0)] * 2


def test_a_task_that_kills_its_worker_each_time_is_poison_and_harms_no_other(stage: Stage) -> None:
    poison, others = submit("fault.deadly"), submit("fault.work", 6, seconds=0.5)
    failed = all_ended(poison, 40, status="failed")[0]
    assert (failed.error_code, failed.lost, failed.retries) == ("poison", 2, 0)
    assert "died 2 times" in failed.error
    all_ended(others)


def test_a_task_that_ignores_its_limits_does_not_hold_up_the_others(stage: Stage) -> None:
    deaf = [manager.submit("trial.hard", {"seconds": 6, "path": os.devnull}) for _ in range(2)]
    others = submit("fault.work", 4, seconds=0.2)
    all_ended(others, 20)
    for record in deaf:
        ended = until(lambda record=record: TaskRecord.objects.filter(pk=record.pk, finished_at__isnull=False).first(), 20)
        assert (ended.status, ended.error_code, ended.attempt) == ("failed", "time_limit", 1)


def test_a_task_that_lets_nothing_else_run_costs_its_child_at_its_own_limit(stage: Stage) -> None:
    stuck = submit("fault.holds_the_interpreter", 2, seconds=900)
    begun = TaskRecord.objects.filter(pk__in=[record.pk for record in stuck], attempt__gte=1)
    until(lambda: begun.count() == 2, 60, "both")  # not "both run": one may be given up while the other's child is being started
    others = submit("fault.work", 2, seconds=0.2)
    all_ended(others, 60)  # both children were stuck, so some were killed for these
    failed = all_ended(stuck, 60, status="failed")
    assert [(record.error_code, record.lost) for record in failed] == [("poison", 2)] * 2
    assert "holds_the_interpreter" in stage.worker.log.read_text(), "where it was stuck is in the log"


def test_a_task_stuck_in_its_transaction_does_not_cost_its_neighbours_their_leases(stage: Stage) -> None:
    stage.webs[1].kill()  # so that both run in the same process
    stuck, other = submit("fault.stuck_publishing", seconds=4), submit("fault.light", seconds=4)
    assert [record.lost for record in all_ended(other)] == [0]
    until(lambda: TaskRecord.objects.filter(pk=stuck[0].pk, status=Status.FAILED, error_code="time_limit").exists(), 20, "its end")


def test_a_frozen_worker_that_wakes_up_writes_nothing(stage: Stage, gate: Path) -> None:
    records = submit("fault.work", 2, gate=gate)
    victims = running(records, 2)
    with frozen(stage.worker):
        gate.touch()
        done = all_ended(records)
    time.sleep(2)  # it finishes what it was doing
    assert [(record.lost, record.attempt) for record in done] == [(1, 2), (1, 2)]
    assert all_ended(victims) == done
    all_ended(submit("fault.work", 2))


def test_a_worker_frozen_in_the_middle_of_its_transaction_lets_go_of_the_record(stage: Stage) -> None:
    records = submit("fault.slow_to_publish", seconds=1)
    until(lambda: TaskRecord.objects.filter(pk=records[0].pk, status=Status.STARTED).exists(), 20, "the start")
    time.sleep(0.5)  # what it writes is not to be seen before it is published
    with frozen(stage.worker):
        done = all_ended(records)
    assert (done[0].lost, done[0].attempt) == (1, 2)
    assert all_ended(submit("fault.work", 2))


class frozen:
    """A process and its children, stopped in the middle of whatever they do."""

    def __init__(self, process: Process) -> None:
        assert process.popen is not None
        self.group = process.popen.pid

    def __enter__(self) -> None:
        os.killpg(self.group, signal.SIGSTOP)

    def __exit__(self, *_: object) -> None:
        os.killpg(self.group, signal.SIGCONT)
