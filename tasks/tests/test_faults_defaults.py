"""The settings of a production installation: how soon a dead worker is noticed, and its work done."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from django.test import override_settings

from tasks.manager import manager
from tasks.models import Status, TaskAttempt, TaskRecord
from tasks.tests.committed import committed, db  # noqa: F401
from tasks.tests.processes import QUICK, celery_worker, until, web_server
from tasks.tests.trials import MODULES, Trial, all_ended

pytestmark = pytest.mark.faults
DEFAULTS = {"TASK_LEASE_SECONDS": "15", "TASK_RESCUE_SECONDS": "1", "TASK_WORKER_FRESH_SECONDS": "15", "TASK_RETRY_DELAYS": "60,120,240"}


@override_settings(TASK_EXECUTOR="celery")
def test_a_dead_worker_is_noticed_within_thirty_seconds_and_its_work_done_within_sixty(committed: None, tmp_path: Path) -> None:  # noqa: F811
    gate = tmp_path / "open"
    assert DEFAULTS.keys() <= QUICK.keys()
    settings = {**MODULES, **DEFAULTS}
    with web_server(wait=False, **settings) as web, celery_worker(wait=False, **settings) as worker:
        web.ready(), worker.ready()
        records = [manager.submit("fault.work", Trial(seconds=2, gate=str(gate))) for _ in range(4)]
        until(lambda: TaskRecord.objects.filter(status=Status.STARTED, percent__gt=0).count() == 2, 20, "running tasks")
        worker.kill()
        killed = time.monotonic()
        gate.touch()
        worker.start()
        until(lambda: TaskAttempt.objects.filter(outcome="lost").count() == 2, 30, "the notice of the dead worker")
        assert time.monotonic() - killed < 30
        all_ended(records, 60)
        assert time.monotonic() - killed < 60
