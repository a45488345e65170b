"""One worker process and hundreds of tasks of every kind: services built once, connections and memory that stay where they were."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
from celery import current_app
from django.db import connection
from django.test import override_settings
from django_celery_results.models import TaskResult

from cases.services import matters
from documents.models import Document
from documents.services import ingest
from lexintel.models import User
from tasks.base.memory import tree_mb
from tasks.manager import manager
from tasks.models import TaskRecord, Worker
from tasks.progress.transport import queue_name
from tasks.tests.committed import committed, db  # noqa: F401
from tasks.tests.processes import Process, celery_worker, until

pytestmark = pytest.mark.faults
STAGES = ("documents.extract_text_from_document", "documents.generate_embeddings", "documents.extract_citations")
MAINTENANCE = ("tasks.health_check", "tasks.cleanup_expired_sessions", "tasks.vacuum_database")
CALLED = ("celery.backend_cleanup", "tasks.health_check")
"""Through Celery, as other programs do: one of its own tasks, and one of ours."""
ROUNDS, DOCUMENTS, EACH = 3, 20, 17
AT_REST = 3.0
"""Seconds after which the heart has seen that nothing runs any more, and has let its connection go."""
WARM_MB = 25.0
"""What a warm process may still grow by: allocators keep some of what the largest texts took."""


@dataclass
class Worked:
    """A worker's log, and after each round of work how many connections it held and how much memory it took (MB)."""

    log: list[dict[str, Any]]
    connections: list[int] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    results: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def worked(committed: None) -> Iterator[Worked]:  # noqa: F811
    owner = User.objects.create_user("owner-of-services")
    case = matters.create_case("Services", user=owner)
    with (
        override_settings(TASK_EXECUTOR="celery", TASK_WORKER_FRESH_SECONDS=6),
        celery_worker(1, TASK_SERVICES_AT_START="1") as worker,
    ):
        found = Worked([])
        for number in range(ROUNDS):
            for n in range(DOCUMENTS):
                ingest.accept(BytesIO(filing(number * DOCUMENTS + n)), case=case, user=owner, name=f"filing {number}-{n}.txt")
            for name in MAINTENANCE:
                manager.submit_many(name, [{}] * EACH)
            until(lambda: not TaskRecord.objects.active().exists(), 240, f"the end of round {number}\n{worker.tail()}")
            time.sleep(AT_REST)
            found.connections.append(_connections())
            found.memory.append(_memory(worker))
        for name in CALLED:
            current_app.send_task(name, queue=queue_name())
        until(lambda: TaskResult.objects.filter(status="SUCCESS").count() == len(CALLED), 60, f"what Celery keeps\n{worker.tail()}")
        found.results = dict(TaskResult.objects.values_list("task_name", "result"))
        found.log = [json.loads(line) for line in worker.log.read_text().splitlines() if line.startswith('{"')]
        yield found


def filing(number: int) -> bytes:
    cited = f"Filing {number} relies on Roe v. Wade, {100 + number} U.S. 113 (1973), and on 42 U.S.C. § 1983. "
    return "\n\n".join(cited + f"Paragraph {n} of filing {number} tells of the harbour crane. " * 10 for n in range(2)).encode()


def _connections() -> int:
    """Of everybody but this test."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _memory(worker: Process) -> float:
    assert worker.popen is not None
    taken = tree_mb(worker.popen.pid)
    assert taken is not None
    return taken


def test_fifty_tasks_of_each_kind_are_done(worked: Worked) -> None:
    done = Counter(TaskRecord.objects.filter(status="succeeded").values_list("name", flat=True))
    assert {name: done[name] >= 50 for name in (*STAGES, *MAINTENANCE)} == dict.fromkeys((*STAGES, *MAINTENANCE), True)
    assert TaskRecord.objects.filter(attempt__gt=1).count() == 0
    assert Document.objects.filter(status=Document.Status.READY).count() == ROUNDS * DOCUMENTS


def test_celery_keeps_the_results_of_other_tasks_and_of_ours_only_the_record_of_a_call(worked: Worked) -> None:
    assert set(worked.results) == set(CALLED)
    assert worked.results["celery.backend_cleanup"] == "null"
    assert TaskRecord.objects.filter(pk=json.loads(worked.results["tasks.health_check"]), name="tasks.health_check").exists()


def test_each_service_is_built_once_in_the_life_of_the_process(worked: Worked) -> None:
    built = Counter((line["process"], line["message"].split()[1]) for line in worked.log if line["message"].startswith("Service "))
    assert {name for _, name in built} >= {"embedding", "citation"}
    assert set(built.values()) == {1}
    assert len({process for process, _ in built}) == 1


def test_the_log_says_that_the_services_are_there_and_how_long_each_took(worked: Worked) -> None:
    said = [line["message"] for line in worked.log if "Worker services initialized successfully" in line["message"]]
    assert len(said) == 1
    assert "embedding " in said[0]
    assert " s, citation grammars " in said[0]


def test_the_number_of_connections_stays_the_same(worked: Worked) -> None:
    assert len(set(worked.connections)) == 1, worked.connections
    assert worked.connections[0] <= 3, "presence; work and one to spare in the child"


def test_the_worker_says_how_many_tasks_it_runs_and_what_memory_it_takes(worked: Worked) -> None:
    worker = Worker.objects.alive(Worker.Kind.CELERY).get()
    assert worker.slots == 1
    assert worker.memory_mb == pytest.approx(worked.memory[-1], rel=0.5)


def test_the_memory_of_a_warm_worker_stays_level(worked: Worked) -> None:
    assert worked.memory[-1] - worked.memory[0] < WARM_MB, worked.memory
