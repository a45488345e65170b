"""A long line and a worker that is killed in the middle of it."""

from __future__ import annotations

import pytest
from django.test import override_settings

from tasks.manager import manager
from tasks.models import Status, TaskRecord
from tasks.tests.committed import committed, db  # noqa: F401
from tasks.tests.processes import celery_worker, until, web_server
from tasks.tests.trials import MODULES, Trial, all_ended

pytestmark = pytest.mark.faults
MANY = 5000


@override_settings(TASK_EXECUTOR="hybrid", TASK_WORKER_FRESH_SECONDS=6)
def test_five_thousand_queued_tasks_survive_a_killed_worker(committed: None) -> None:  # noqa: F811
    ended = TaskRecord.objects.filter(name="fault.work", status=Status.SUCCEEDED)
    with web_server(wait=False, **MODULES) as web, celery_worker(wait=False, **MODULES) as worker:
        web.ready(), worker.ready()
        ids = manager.submit_many("fault.work", (Trial() for _ in range(MANY)))
        until(lambda: ended.count() > MANY // 10, 60, "the first of the line")
        worker.kill()
        worker.restart()
        done = all_ended([TaskRecord(pk=key) for key in ids], 400)
    assert len(done) == MANY
    assert sum(record.lost for record in done) <= 2
