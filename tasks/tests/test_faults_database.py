"""PostgreSQL killed under running work and started again seconds later: every task ends, its effect happens once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import DatabaseError, InterfaceError, connection
from django.test import override_settings

from lexintel.embedded.postgres import Postgres
from tasks.manager import manager
from tasks.models import Status, TaskRecord
from tasks.tests.committed import committed, db  # noqa: F401
from tasks.tests.processes import celery_worker, until, web_server
from tasks.tests.servers import Own, own_postgres
from tasks.tests.trials import MODULES, Trial, all_ended

pytestmark = pytest.mark.faults
AWAY = 3
"""Seconds without a database."""


@pytest.fixture(scope="module")
def database(committed: None) -> Iterator[Own[Postgres]]:  # noqa: F811
    with ExitStack() as stack:
        own = stack.enter_context(own_postgres())
        stack.enter_context(override_settings(TASK_EXECUTOR="hybrid", TASK_WORKER_FRESH_SECONDS=6))
        # In life a lease outlasts a restart of the database.
        worker = stack.enter_context(celery_worker(wait=False, TASK_LEASE_SECONDS="8", **MODULES))
        web = stack.enter_context(web_server(wait=False, TASK_LEASE_SECONDS="8", **MODULES))
        worker.ready(), web.ready()
        yield own


def test_work_goes_on_after_the_database_was_killed_and_came_back(database: Own[Postgres], tmp_path: Path) -> None:
    gate = tmp_path / "open"
    records = [manager.submit(name, Trial(seconds=0.5, gate=str(gate))) for name in ("fault.work", "fault.light") for _ in range(4)]
    until(lambda: TaskRecord.objects.filter(status=Status.STARTED, percent__gt=0).count() >= 4, 20, "running tasks")
    database.kill()
    gate.touch()  # they end while there is none
    with pytest.raises((DatabaseError, InterfaceError)):
        manager.submit("fault.work", Trial())
    connection.close()
    time.sleep(AWAY)
    database.start()
    done = all_ended(records, 30)
    assert [(record.lost, record.retries) for record in done] == [(0, 0)] * 8
    assert len(all_ended([manager.submit("fault.work", Trial()), manager.submit("fault.light", Trial())], 10)) == 2
