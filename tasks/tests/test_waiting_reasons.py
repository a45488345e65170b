"""Every record that is not moving says why, in one sentence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lexintel.models import User
from tasks.executors import selection
from tasks.manager import manager
from tasks.models import Status, TaskRecord, Worker
from tasks.tests import functions  # noqa: F401 (the tasks of the tests)

pytestmark = pytest.mark.django_db


def record(**fields: Any) -> TaskRecord:
    values = {"name": "trial.ok", "status": Status.QUEUED, "executor": "background", "queued_at": timezone.now(), **fields}
    return TaskRecord.objects.create(**values)


def worker(kind: str = "web", **fields: Any) -> Worker:
    now = timezone.now()
    return Worker.objects.create(**{"kind": kind, "name": "w", "host": "h", "pid": 1, "started": now, "last_seen": now, **fields})


def test_its_place_in_the_queue() -> None:
    worker()
    waiting = [record(turn=turn) for turn in range(12)]
    assert waiting[0].waiting_reason() == "Next in the queue."
    assert waiting[2].waiting_reason() == "Third in the queue."
    assert waiting[9].waiting_reason() == "Tenth in the queue."
    assert waiting[11].waiting_reason() == "11 tasks are before it in the queue."


def test_the_urgent_the_old_and_nobody_elses_are_before_it() -> None:
    worker()
    mine = record(turn=7)
    record(turn=9)
    record(turn=1, executor="celery")
    record(turn=1, paused_at=timezone.now())
    record(turn=99, priority=0)
    record(turn=99, priority=9)
    record(turn=99, priority=9, queued_at=timezone.now() - timedelta(minutes=10))
    assert mine.waiting_reason() == "Third in the queue."


def test_a_long_line_is_not_counted_to_its_end() -> None:
    worker()
    manager.submit_many("trial.light", [{}] * 1500)
    assert record(turn=5000).waiting_reason() == "More than 1000 tasks are before it in the queue."


def test_nobody_is_there_to_work() -> None:
    waiting = record(executor="celery")
    worker()
    assert waiting.waiting_reason() == "No worker is running yet."
    gone = timezone.now() - timedelta(hours=2)
    worker("celery", last_seen=gone, stopped=gone)
    assert waiting.waiting_reason() == f"No worker has been alive since {gone:%H:%M} UTC."


@pytest.mark.parametrize(("executor", "kind"), [("background", "web"), ("celery", "celery"), ("djangoq", "djangoq")])
def test_each_executor_has_its_own_workers(executor: str, kind: str) -> None:
    waiting = record(executor=executor)
    assert "No worker" in waiting.waiting_reason()
    worker(kind)
    assert waiting.waiting_reason() == "Next in the queue."


def test_who_paused_it(owner: User) -> None:
    mine = record(user=owner)
    paused = manager.pause(mine.pk)
    assert paused.waiting_reason() == f"Paused since {paused.paused_at:%H:%M} UTC."
    manager.resume(mine.pk)
    paused = manager.pause(mine.pk, owner)
    assert paused.waiting_reason() == f"Paused by owner since {paused.paused_at:%H:%M} UTC."


def test_its_next_try() -> None:
    tried = record(status=Status.RETRYING, run_after=timezone.now() + timedelta(seconds=58.4), error="connection refused", attempt=1)
    assert tried.waiting_reason() == "Waits 58 s for the next try after: connection refused"
    assert record(status=Status.RETRYING).waiting_reason() == "Its worker stopped answering; another one takes over."


def test_what_comes_before_it() -> None:
    parent = record(status=Status.STARTED)
    assert record(status=Status.PENDING, parent=parent).waiting_reason() == "Waits for the stage before it."


def test_only_so_many_of_its_kind() -> None:
    worker()
    key = {"name": "trial.shared", "concurrency_key": "llm", "concurrency_limit": 2}
    waiting = record(**key)
    record(**key, status=Status.STARTED)
    assert waiting.waiting_reason() == "Next in the queue."
    record(**key, status=Status.STARTED)
    assert waiting.waiting_reason() == "Waits because only 2 of its kind run at once."


def test_its_time_or_the_broker() -> None:
    planned = record(status=Status.PENDING, run_after=timezone.now() + timedelta(minutes=5), queued_at=None)
    assert planned.waiting_reason() == "Planned to start in 5 min."
    unsent = record(status=Status.PENDING, route_reason="the broker does not answer", queued_at=None)
    assert unsent.waiting_reason() == "Waits to be sent: the broker does not answer."


def test_what_runs_or_has_ended_has_none() -> None:
    assert [record(status=status).waiting_reason() for status in ("started", "succeeded", "failed", "cancelled")] == [""] * 4
    assert record(status=Status.STARTED, cancel_requested=True).waiting_reason() == "It was cancelled and is about to stop."


def test_a_sentence_costs_a_few_queries_however_many_wait() -> None:
    worker()
    manager.submit_many("trial.light", [{}] * 500)
    waiting = record(concurrency_key="llm", concurrency_limit=1)
    with CaptureQueriesContext(connection) as queries:
        waiting.waiting_reason()
    assert len(queries) == 3


@pytest.mark.parametrize(
    ("policy", "executor", "reason"),
    [
        ("background", "background", "a heavy task, but no worker is alive"),
        ("wait", "celery", "a heavy task waits for a worker; none is alive"),
    ],
)
def test_while_no_worker_lives_heavy_work_goes_where_the_policy_says(settings: Any, policy: str, executor: str, reason: str) -> None:
    settings.TASK_EXECUTOR, settings.TASK_FALLBACK = "hybrid", policy
    route = selection.route(record(name="trial.ok"))
    assert (route.executor.name, route.reason) == (executor, reason)
    worker(kind="celery")
    assert selection.route(record(name="trial.ok")).executor.name == "celery"
