"""One function, every executor: the same life of a task under background, Celery, hybrid and djangoq, with real processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from tasks.executors import Hints, selection
from tasks.manager import manager
from tasks.models import Status, TaskRecord
from tasks.tests.committed import committed, db  # noqa: F401
from tasks.tests.functions import Job
from tasks.tests.processes import Process, celery_worker, cluster, until, web_server

pytestmark = pytest.mark.faults
MODULES = {"TASK_MODULES": "tasks.tests.functions"}
WORKERS = {"celery": celery_worker, "hybrid": celery_worker, "djangoq": cluster}


@dataclass
class Stage:
    """The processes of one executor; `runner` is the one in which heavy tasks run, `heavy` what their records name as their executor."""

    name: str
    heavy: str
    web: Process
    runner: Process

    def revive(self) -> None:
        for process in {id(self.web): self.web, id(self.runner): self.runner}.values():
            if process.popen is not None and process.popen.poll() is not None:
                process.restart()


@pytest.fixture(scope="module", params=["background", "celery", "hybrid", "djangoq"])
def stage(request: pytest.FixtureRequest, committed: None) -> Iterator[Stage]:  # noqa: F811
    with ExitStack() as stack:
        stack.enter_context(override_settings(TASK_EXECUTOR=request.param, TASK_WORKER_FRESH_SECONDS=6))
        start = WORKERS.get(request.param)
        worker = stack.enter_context(start(wait=False, **MODULES)) if start else None
        web = stack.enter_context(web_server(wait=False, **MODULES))
        heavy = "celery" if request.param == "hybrid" else request.param
        yield Stage(request.param, heavy, web.ready(), worker.ready() if worker else web)


@pytest.fixture
def job(stage: Stage, tmp_path: Path) -> Callable[..., Job]:
    stage.revive()
    return lambda **values: Job(path=str(tmp_path / "notes"), **values)


def notes(job: Job) -> list[str]:
    path = Path(job.path)
    return path.read_text().splitlines() if path.exists() else []


def ended(record: TaskRecord, seconds: float = 30) -> TaskRecord:
    return until(lambda: TaskRecord.objects.filter(pk=record.pk, finished_at__isnull=False).first(), seconds, f"the end of {record}")


def started(record: TaskRecord) -> TaskRecord:
    return until(lambda: TaskRecord.objects.filter(pk=record.pk, status=Status.STARTED).first(), 20, f"the start of {record}")


def outcomes(record: TaskRecord) -> list[str]:
    return list(record.attempts.values_list("outcome", flat=True))


def test_a_task_succeeds_and_its_owner_hears_of_it(stage: Stage, job: Callable[..., Job]) -> None:
    given = job()
    done = ended(manager.submit("trial.ok", given))
    assert (done.status, done.result["attempt"], done.percent) == ("succeeded", 1, 100)
    assert notes(given) == ["end succeeded"]
    assert outcomes(done) == ["succeeded"]
    assert done.executor == stage.heavy
    assert done.route_reason


def test_a_light_task_stays_in_the_web_process_unless_all_go_to_workers(stage: Stage, job: Callable[..., Job]) -> None:
    done = ended(manager.submit("trial.light", job()))
    assert done.executor == ("background" if stage.name == "hybrid" else stage.name)


def test_an_error_of_the_moment_is_tried_again(stage: Stage, job: Callable[..., Job]) -> None:
    given = job(times=2)
    done = ended(manager.submit("trial.flaky", given))
    assert (done.status, done.attempt, done.retries) == ("succeeded", 3, 2)
    assert outcomes(done) == ["failed", "failed", "succeeded"]
    assert done.error == ""


def test_retries_end(stage: Stage, job: Callable[..., Job]) -> None:
    given = job(times=99)
    done = ended(manager.submit("trial.flaky", given))
    assert (done.status, done.attempt, done.error) == ("failed", 4, "not yet")
    assert notes(given) == ["try"] * 4 + ["end failed"]


def test_a_permanent_error_is_not_tried_again_and_keeps_its_sentence(stage: Stage, job: Callable[..., Job]) -> None:
    given = job()
    done = ended(manager.submit("trial.permanent", given))
    assert (done.status, done.error, done.error_code, done.attempt) == ("failed", "This file is empty.", "trial_refused", 1)
    assert notes(given) == ["try", "end failed"]


def test_an_unknown_error_that_repeats_itself_ends_the_task(stage: Stage, job: Callable[..., Job]) -> None:
    given = job()
    done = ended(manager.submit("trial.unknown", given))
    assert (done.status, done.attempt, done.error_code) == ("failed", 2, "ValueError")
    assert "\x00" not in done.attempts.first().traceback


def test_a_failed_task_begins_again_when_asked(stage: Stage, job: Callable[..., Job]) -> None:
    given = job(times=4)
    failed = ended(manager.submit("trial.flaky", given))
    assert failed.status == "failed"
    manager.retry(failed.pk)
    done = ended(failed)
    assert (done.status, done.attempt, done.retries) == ("succeeded", 5, 0)


def test_a_waiting_task_is_cancelled_at_once(stage: Stage, job: Callable[..., Job]) -> None:
    given = job()
    record = manager.submit("trial.ok", given, run_after=timezone.now() + timedelta(hours=1))
    assert manager.cancel(record.pk).status == "cancelled"
    assert notes(given) == ["end cancelled"]
    assert record.attempts.count() == 0


def keep_busy(job: Callable[..., Job], seconds: float, *, apart: float = 0.0) -> list[TaskRecord]:
    """Occupy both places in which tasks can run; the second is free so many seconds after the first."""
    records = [manager.submit("trial.slow", Job(seconds=seconds + n * apart, path=f"{job().path}.{n}")) for n in range(2)]
    return [started(record) for record in records]


def test_a_queued_task_is_cancelled_before_it_runs(stage: Stage, job: Callable[..., Job]) -> None:
    busy = keep_busy(job, 1)
    given = job()
    record = manager.submit("trial.ok", given)
    assert manager.cancel(record.pk).status == "cancelled"
    after = ended(manager.submit("trial.ok", Job()))
    assert (after.status, notes(given), outcomes(record)) == ("succeeded", ["end cancelled"], [])
    assert {ended(each).status for each in busy} == {"succeeded"}


def test_the_urgent_goes_before_what_came_earlier(stage: Stage, job: Callable[..., Job]) -> None:
    busy = keep_busy(job, 1, apart=0.3)  # places that are free at the same moment are taken at the same moment, in either order
    bulk = [manager.submit("trial.slow", job(seconds=0.3), priority=9) for _ in range(4)]
    urgent = manager.submit("trial.ok", Job(), priority=0)
    assert ended(urgent).started_at < min(ended(record).started_at for record in bulk)
    assert {ended(each).status for each in busy} == {"succeeded"}


def test_a_running_task_feels_a_cancel_within_two_seconds(stage: Stage, job: Callable[..., Job]) -> None:
    took: list[float] = []
    while not took or (min(took) >= 2 and len(took) < 3):  # others may have the processor for a while
        given = job(seconds=20)
        Path(given.path).unlink(missing_ok=True)
        record = started(manager.submit("trial.slow", given))
        asked = time.monotonic()
        manager.cancel(record.pk)
        done = ended(record)
        took.append(time.monotonic() - asked)
        assert done.status == "cancelled"
        assert notes(given) == ["start", "end cancelled"]
        assert outcomes(done) == ["cancelled"]
    assert min(took) < 2


def test_a_soft_limit_ends_the_attempt(stage: Stage, job: Callable[..., Job]) -> None:
    done = ended(manager.submit("trial.soft", job()))
    assert (done.status, done.error_code, done.attempt) == ("failed", "time_limit", 2)
    assert "longer than" in done.error


def test_a_task_that_ignores_its_limits_is_fenced_at_the_hard_one(stage: Stage, job: Callable[..., Job]) -> None:
    given = job(seconds=4)
    done = ended(manager.submit("trial.hard", given), 15)
    assert (done.status, done.error_code, done.attempt) == ("failed", "time_limit", 1)
    assert ended(manager.submit("trial.ok", job())).status == "succeeded"


def test_a_message_that_comes_three_times_runs_once(stage: Stage, job: Callable[..., Job]) -> None:
    given = job(seconds=0.5)
    record = manager.submit("trial.slow", given)
    executor = selection.route(record).executor
    for _ in range(2):
        executor.send(record.pk, Hints())
    assert ended(record).attempt == 1
    time.sleep(0.5)
    assert notes(given) == ["start", "publish", "end succeeded"]


def test_a_dispatch_lost_after_the_commit_is_sent_by_the_rescuer(stage: Stage, job: Callable[..., Job]) -> None:
    record = TaskRecord.objects.create(name="trial.ok", payload=job().model_dump())
    TaskRecord.objects.filter(pk=record.pk).update(created=timezone.now() - timedelta(seconds=30))
    assert ended(record).status == "succeeded"


def test_a_message_lost_in_the_broker_is_sent_again(stage: Stage, job: Callable[..., Job]) -> None:
    long_ago = timezone.now() - timedelta(seconds=30)
    record = TaskRecord.objects.create(
        name="trial.ok", payload=job().model_dump(), status="queued", executor=stage.heavy, queued_at=long_ago
    )
    assert ended(record).status == "succeeded"


def test_a_killed_worker_is_noticed_and_its_work_is_done_by_the_next(stage: Stage, job: Callable[..., Job]) -> None:
    given = job(seconds=3)
    record = started(manager.submit("trial.slow", given))
    until(lambda: notes(given), 10)
    stage.runner.kill()
    stage.runner.restart()
    done = ended(record)
    assert (done.status, done.lost, done.retries) == ("succeeded", 1, 0)
    assert outcomes(done) == ["lost", "succeeded"]
    assert notes(given) == ["start", "start", "publish", "end succeeded"]


def test_a_task_that_kills_its_worker_twice_is_poison(stage: Stage, job: Callable[..., Job]) -> None:
    given = job()
    record = manager.submit("trial.deadly", given)
    done = until(lambda: _revived(stage, record), 60, "the end of the poison")
    assert (done.status, done.error_code, done.lost) == ("failed", "poison", 2)
    assert notes(given) == ["try", "try", "end failed"]


def _revived(stage: Stage, record: TaskRecord) -> TaskRecord | None:
    """Keep the processes alive, as `up` does, until the record has ended."""
    stage.revive()
    return TaskRecord.objects.filter(pk=record.pk, finished_at__isnull=False).first()


def test_an_async_function_runs_on_the_process_loop(stage: Stage, job: Callable[..., Job]) -> None:
    done = ended(manager.submit("trial.async", job()))
    assert (done.status, done.result) == ("succeeded", {"loop": "_UnixSelectorEventLoop"})


def test_an_async_function_is_cancelled_while_it_waits(stage: Stage, job: Callable[..., Job]) -> None:
    record = started(manager.submit("trial.async", job(seconds=30)))
    manager.cancel(record.pk)
    assert ended(record, 3).status == "cancelled"


def test_progress_only_grows_and_ends_at_the_whole(stage: Stage, job: Callable[..., Job]) -> None:
    record = manager.submit("trial.slow", job(seconds=1.5))
    seen = []

    def over() -> bool:
        seen.append(TaskRecord.objects.get(pk=record.pk).percent)
        return seen[-1] == 100

    until(over, 20)
    assert seen == sorted(seen)
    assert len(set(seen)) > 3


def test_unique_gives_the_active_record_instead_of_a_second_one(stage: Stage, job: Callable[..., Job]) -> None:
    given = job(seconds=0.5)
    first = manager.submit("trial.slow", given, unique=True)
    assert manager.submit("trial.slow", given, unique=True).pk == first.pk
    ended(first)
    again = manager.submit("trial.slow", given, unique=True)
    assert again.pk != first.pk
    ended(again)


def test_a_task_whose_process_ends_goes_back_and_no_attempt_is_charged(stage: Stage, job: Callable[..., Job]) -> None:
    given = job()
    done = ended(manager.submit("trial.exits", given))
    assert (done.status, done.retries, done.lost) == ("succeeded", 0, 0)
    assert outcomes(done) == ["returned", "succeeded"]


def test_a_process_that_is_asked_to_stop_hands_its_work_back(stage: Stage, job: Callable[..., Job]) -> None:
    given = job(seconds=4)
    record = started(manager.submit("trial.slow", given))
    until(lambda: notes(given), 10)
    stage.runner.stop()
    assert outcomes(record) == ["returned"]
    stage.runner.restart()
    done = ended(record)
    assert (done.status, done.retries, done.lost) == ("succeeded", 0, 0)


def test_an_unusable_payload_fails_at_submit(stage: Stage) -> None:
    with pytest.raises(ValueError, match="times"):
        manager.submit("trial.ok", {"times": "many"})


def test_the_connections_of_a_stage_are_few_however_many_tasks_run(stage: Stage, job: Callable[..., Job]) -> None:
    """Web: two threads, listener, rescuer and batches with a lock each, presence, heart, hub; worker: presence, and two for each of two
    children; this test."""
    for record in [manager.submit("trial.ok", Job()) for _ in range(50)]:
        ended(record)
    assert _connections() <= 10 + 5 + 1


def _connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
