"""Valkey killed, emptied, frozen or away: it is transport only, so every task ends, and nobody who submits waits for long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.test import override_settings

from lexintel.embedded.valkey import Valkey
from tasks.manager import manager
from tasks.models import Status, TaskRecord
from tasks.operations.waiting_reasons import reason as waiting_reason
from tasks.tests.committed import committed, db  # noqa: F401
from tasks.tests.processes import celery_worker, until, web_server
from tasks.tests.servers import Own, empty, own_valkey
from tasks.tests.trials import MODULES, Trial, all_ended

pytestmark = pytest.mark.faults
AWAY = 3
"""Seconds without a broker."""
PATIENCE = 5
"""Seconds that a page may wait for a broker that does not answer."""


@pytest.fixture(scope="module")
def broker(committed: None) -> Iterator[Own[Valkey]]:  # noqa: F811
    with ExitStack() as stack:
        own = stack.enter_context(own_valkey())
        stack.enter_context(override_settings(TASK_EXECUTOR="celery", TASK_WORKER_FRESH_SECONDS=6))
        worker = stack.enter_context(celery_worker(wait=False, **MODULES))
        web = stack.enter_context(web_server(wait=False, **MODULES))
        worker.ready(), web.ready()
        yield own


def submit(count: int, seconds: float = 0) -> list[TaskRecord]:
    return [manager.submit("fault.work", Trial(seconds=seconds)) for _ in range(count)]


def running(records: list[TaskRecord]) -> None:
    working = TaskRecord.objects.filter(pk__in=[record.pk for record in records], status=Status.STARTED)
    until(lambda: working.all().exists(), 20, "running tasks")


def test_tasks_that_run_wait_or_are_submitted_while_the_broker_is_killed_all_end(broker: Own[Valkey]) -> None:
    before = submit(6, seconds=1)
    running(before)
    broker.kill()
    asked = time.monotonic()
    during = submit(4, seconds=0.2)
    assert time.monotonic() - asked < PATIENCE
    assert "broker does not answer" in waiting_reason(TaskRecord.objects.get(pk=during[-1].pk))
    time.sleep(AWAY)
    broker.start()
    done = all_ended(before + during + submit(2))
    assert [record.lost for record in done] == [0] * 12


def test_an_emptied_broker_loses_no_task(broker: Own[Valkey]) -> None:
    records = submit(30, seconds=0.2)
    running(records)
    empty(broker)
    all_ended(records + submit(2))


def test_heavy_tasks_take_the_detour_through_the_web_process_where_the_broker_does_not_answer(broker: Own[Valkey]) -> None:
    broker.kill()
    with override_settings(TASK_EXECUTOR="hybrid"):
        records = submit(3)
        done = all_ended(records, 20)
    broker.start()
    assert {record.executor for record in done} == {"background"}
    assert "broker does not answer" in done[0].route_reason
    all_ended(submit(2))


def test_nobody_waits_long_for_a_broker_that_hangs(broker: Own[Valkey]) -> None:
    submit(1)
    with broker.frozen():
        asked = time.monotonic()
        records = submit(3)
        assert time.monotonic() - asked < PATIENCE
    all_ended(records)
