"""/metrics: what it tells, to whom, and that no number goes back when old records go."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from tasks.base import counters
from tasks.models import Status, TaskAttempt, TaskRecord, Worker
from tasks.operations import metrics
from tasks.progress.hub import Hub
from tasks.progress.subscriptions import Reader

pytestmark = pytest.mark.django_db


def read() -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample by its name and labels, as Prometheus would read it."""
    families = text_string_to_metric_families(metrics.render().decode())
    return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for family in families for sample in family.samples}


def value(name: str, **labels: str) -> float:
    return read()[f"lexintel_{name}", tuple(sorted(labels.items()))]


def attempt(name: str, outcome: str, *, seconds: float = 1, minutes_ago: float = 0, record: TaskRecord | None = None, **more: Any) -> Any:
    """An attempt of a task that ended some minutes ago after running for some seconds; gives its record."""
    ended = timezone.now() - timedelta(minutes=minutes_ago)
    began = ended - timedelta(seconds=seconds)
    record = record or TaskRecord.objects.create(name=name, status=Status.SUCCEEDED, finished_at=ended)
    number = record.attempts.count() + 1
    TaskAttempt.objects.create(record=record, number=number, started=began, ended=ended, outcome=outcome, **more)
    return record


def test_depth_and_age_by_task_and_state() -> None:
    now = timezone.now()
    TaskRecord.objects.create(name="trial.ok", status=Status.QUEUED, queued_at=now - timedelta(seconds=90))
    TaskRecord.objects.create(name="trial.ok", status=Status.QUEUED, queued_at=now)
    TaskRecord.objects.create(name="trial.ok", status=Status.STARTED, queued_at=now - timedelta(hours=1), started_at=now)
    TaskRecord.objects.create(name="trial.ok", status=Status.SUCCEEDED)
    assert value("tasks", task="trial.ok", state="queued") == 2
    assert 90 <= value("task_oldest_seconds", task="trial.ok", state="queued") < 120
    assert value("task_oldest_seconds", task="trial.ok", state="started") < 30
    assert ("lexintel_tasks", (("state", "succeeded"), ("task", "trial.ok"))) not in read()


def test_attempts_failures_retries_and_durations() -> None:
    record = attempt("trial.ok", "failed", seconds=0.2, error_class="builtins.ValueError")
    attempt("trial.ok", "succeeded", seconds=7, record=record)
    attempt("trial.ok", "succeeded", seconds=4000)
    attempt("trial.ok", "lost", seconds=99)
    assert value("attempts_total", task="trial.ok", outcome="succeeded") == 2
    assert value("attempts_total", task="trial.ok", outcome="lost") == 1
    assert value("task_failures_total", task="trial.ok", error="builtins.ValueError") == 1
    assert value("task_retries_total", task="trial.ok") == 1
    expected = {"0.1": 0, "0.25": 1, "5": 1, "10": 2, "1800": 2, "+Inf": 3}
    assert {bound: value("attempt_seconds_bucket", task="trial.ok", le=bound) for bound in expected} == expected
    assert value("attempt_seconds_count", task="trial.ok") == 3
    assert value("attempt_seconds_sum", task="trial.ok") == pytest.approx(4007.2)


def test_no_counter_goes_back_when_attempts_are_folded_and_their_records_deleted() -> None:
    for minutes in (0, 14, 16, 60_000):
        attempt("trial.ok", "failed", minutes_ago=minutes, error_class="KeyError")
    counters.rescued({"expired": 2, "resent": 0})
    before = read()
    counters.fold()
    assert read() == before
    TaskRecord.objects.filter(finished_at__lt=timezone.now() - timedelta(minutes=16)).delete()
    assert TaskRecord.objects.count() == 2
    assert read() == before
    counters.fold()
    attempt("trial.ok", "failed", error_class="KeyError")
    counters.rescued({"expired": 1})
    assert value("attempts_total", task="trial.ok", outcome="failed") == 5
    assert value("rescues_total", kind="expired") == 3


def test_workers_and_subscribers() -> None:
    now = timezone.now()
    web = Worker(kind="web", name="one:1:ab", host="one", pid=1, started=now, last_seen=now, slots=2, memory_mb=100, subscribers=7)
    web.save()
    Worker.objects.create(kind="celery", name="two:2:cd", host="two", pid=2, started=now, last_seen=now - timedelta(hours=1))
    assert (value("workers", kind="web"), value("workers", kind="celery")) == (1, 0)
    assert value("worker_slots", kind="web") == 2
    assert value("worker_memory_bytes", kind="web") == 100 * 1024 * 1024
    assert value("progress_subscribers", worker="one:1:ab") == 7


def test_staff_and_the_tokens_holder_may_read_and_nobody_else(client: Client, settings: Any) -> None:
    users = get_user_model().objects
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403
    settings.METRICS_TOKEN = "a-secret"
    assert client.get("/metrics", headers={"Authorization": "Bearer a-secret"}).status_code == 200
    for header in ("Bearer another", "Bearer", "Basic a-secret", "a-secret", "Bearer à-secret"):
        assert client.get("/metrics", headers={"Authorization": header}).status_code == 403
    client.force_login(users.create_user("pat", password=uuid.uuid4().hex))
    refused = client.get("/metrics")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    client.force_login(users.create_user("ops", password=uuid.uuid4().hex, is_staff=True))
    allowed = client.get("/metrics")
    assert allowed.status_code == 200
    assert allowed.headers["Content-Type"].startswith("text/plain")
    assert b"lexintel_workers" in allowed.content


def test_a_scrape_asks_the_same_few_questions_however_many_tasks_there_are(django_assert_num_queries: Any) -> None:
    for number in range(20):
        attempt(f"trial.{number}", "succeeded")
    with django_assert_num_queries(5):
        metrics.render()


NOBODY = Reader(None)


async def test_a_web_process_knows_how_many_listen_to_it() -> None:
    before = Hub.subscribers()
    first, second = await Hub.current().open(NOBODY, ["task:a"], patience=0), await Hub.current().open(NOBODY, patience=0)
    assert Hub.subscribers() == before + 2
    first.close()
    second.close()
    assert Hub.subscribers() == before
    Hub.current()._task.cancel()
