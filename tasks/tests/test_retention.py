"""What is old and over goes; what something still needs stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_celery_results.models import TaskResult

from tasks.engine import attempts
from tasks.manager import manager
from tasks.models import Batch, Status, TaskAttempt, TaskLine, TaskRecord, TopicState, Worker
from tasks.operations.vacuum import vacuum
from tasks.recovery import retention

pytestmark = pytest.mark.django_db(transaction=True)


def record(status: str = Status.SUCCEEDED, *, days: float = 31, **values: Any) -> TaskRecord:
    """A record that ended some days ago (`days` of an active one are of no interest)."""
    ended = None if status in ("pending", "queued", "started", "retrying") else timezone.now() - timedelta(days=days)
    return TaskRecord.objects.create(name="trial.ok", status=status, finished_at=ended, **values)


def clean_up() -> dict[str, int]:
    return retention.clean_up(lambda done, total: None)


def left() -> set[Any]:
    return set(TaskRecord.objects.values_list("pk", flat=True))


def test_successes_stay_30_days_failures_and_cancellations_180() -> None:
    gone = [record(days=31), record(Status.FAILED, days=181), record(Status.CANCELLED, days=181)]
    stay = [record(days=29), record(Status.FAILED, days=179), record(Status.CANCELLED, days=31), record(Status.QUEUED)]
    assert clean_up()["records"] == len(gone)
    assert left() == {one.pk for one in stay}


def test_the_days_are_settings(settings: Any) -> None:
    settings.TASK_KEEP_SUCCEEDED_DAYS, settings.TASK_KEEP_FAILED_DAYS = 2, 3
    record(days=2.5), record(Status.FAILED, days=3.5)
    stays = record(Status.FAILED, days=2.5)
    clean_up()
    assert left() == {stays.pk}


def test_a_record_takes_its_attempts_its_diary_and_its_own_topic_with_it() -> None:
    old, now = record(), timezone.now()
    TaskAttempt.objects.create(record=old, number=1, started=now, ended=now)
    TaskLine.objects.create(record=old, time=now, level="info", text="x")
    TopicState.objects.create(topic=old.own_topic, status="succeeded", task=old.pk, updated=now)
    clean_up()
    assert not (TaskAttempt.objects.exists())
    assert not (TaskLine.objects.exists())
    assert not (TopicState.objects.exists())


def test_nothing_goes_that_an_active_batch_parent_or_child_belongs_to() -> None:
    batch = Batch.objects.create(kind="upload")
    parent = record(Status.STARTED)
    finished = record()
    stay = {record(batch=batch).pk, record(parent=parent).pk, parent.pk, finished.pk, record(Status.RETRYING, parent=finished).pk}
    assert clean_up()["records"] == 0
    assert left() == stay
    Batch.objects.update(finished_at=timezone.now())
    TaskRecord.objects.filter(status__in=[Status.STARTED, Status.RETRYING]).update(status=Status.CANCELLED, finished_at=timezone.now())
    assert clean_up()["records"] == 3


def test_batches_topics_processes_and_foreign_results_follow() -> None:
    now = timezone.now()
    ago = now - timedelta(days=31)
    empty = Batch.objects.create(kind="upload", finished_at=ago)
    kept = Batch.objects.create(kind="upload", finished_at=ago)
    living = record(days=1, batch=kept)
    recent = Batch.objects.create(kind="upload", finished_at=now)
    for topic, status, task, updated in (
        (empty.topic, "succeeded", None, ago),
        (kept.topic, "succeeded", None, ago),
        ("document:a", "succeeded", empty.pk, ago),
        ("document:b", "succeeded", living.pk, ago),
        ("document:c", "started", empty.pk, ago),
        ("document:d", "failed", empty.pk, now),
    ):
        TopicState.objects.create(topic=topic, status=status, task=task, updated=updated)
    for kind, days in (("web", 40), ("web", 9), ("web", 0), ("beat", 60), ("beat", 50)):
        Worker.objects.create(kind=kind, name=f"{kind} {days}", host="x", pid=1, started=ago, last_seen=now - timedelta(days=days))
    TaskResult.objects.create(task_id="foreign")
    TaskResult.objects.update(date_done=ago)
    assert clean_up() == {"records": 0, "batches": 1, "topics": 1, "workers": 3, "results": 1, "health_checks": 0}
    assert set(Batch.objects.values_list("pk", flat=True)) == {kept.pk, recent.pk}
    assert set(TopicState.objects.values_list("pk", flat=True)) == {kept.topic, "document:b", "document:c", "document:d"}
    assert set(Worker.objects.values_list("name", flat=True)) == {"web 0", "beat 50"}


def test_it_goes_in_chunks_says_how_far_it_is_and_can_be_stopped_between_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "CHUNK", 2)
    for _ in range(5):
        record()
    told: list[tuple[int, int]] = []

    def stop_after_two(done: int, total: int) -> None:
        told.append((done, total))
        if done == 4:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        retention.clean_up(stop_after_two)
    assert told == [(0, 5), (2, 5), (4, 5)]
    assert len(left()) == 1


@pytest.mark.parametrize(
    "name", ["tasks.cleanup_old_records", "tasks.health_check", "tasks.cleanup_expired_sessions", "tasks.vacuum_database"]
)
def test_each_chore_runs_as_a_task(name: str, settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"
    submitted = manager.submit(name)
    attempts.run_attempt(submitted.pk, "background")
    submitted.refresh_from_db()
    assert (submitted.status, submitted.error) == (Status.SUCCEEDED, "")


def test_the_health_check_says_in_its_diary_what_is_not_well(settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"
    submitted = manager.submit("tasks.health_check")
    attempts.run_attempt(submitted.pk, "background")
    lines = TaskLine.objects.filter(record=submitted, level="warning").values_list("text", flat=True)
    assert any(text.startswith("workers is not well") for text in lines)


def test_a_vacuum_says_what_it_won_and_leaves_out_the_slow_cleaning_of_vector_indexes_while_few_rows_are_dead() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE trial_rows AS SELECT generate_series(1, 20000) AS n; DELETE FROM trial_rows")
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("CREATE TABLE trial_vectors (v halfvec(3)); CREATE INDEX ON trial_vectors USING hnsw (v halfvec_cosine_ops)")
    try:
        with CaptureQueriesContext(
            connection,
        ) as said:
            result = vacuum(lambda done, count, name: None)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE trial_vectors, trial_rows")
    vacuums = {query["sql"].rsplit('"', 2)[1]: query["sql"] for query in said if query["sql"].startswith("VACUUM")}
    assert "INDEX_CLEANUP OFF" in vacuums["trial_vectors"]
    assert "INDEX_CLEANUP AUTO" in vacuums["tasks_taskrecord"]
    assert result["tables"] == len(vacuums)
    assert result["bytes_before"] > 0
    assert result["bytes_after"] > 0
    assert result["most"][0]["table"] == "trial_rows"
    assert result["most"][0]["dead_rows"] == 20_000
    assert 700_000 < result["most"][0]["bytes_won"] <= result["bytes_won"]
