"""How long it still takes: learned from the history, corrected by what is seen, and never guessed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks.manager import manager
from tasks.models import Status, TaskRecord
from tasks.progress import estimates
from tasks.progress import events as progress
from tasks.run import TaskRun, events
from tasks.tests.functions import Job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    """A process that has read no history yet."""
    monkeypatch.setattr(estimates, "_known", {})
    monkeypatch.setattr(estimates, "_ahead", {})


def took(name: str, *seconds: float, status: str = "succeeded") -> None:
    now = timezone.now()
    for spent in seconds:
        TaskRecord.objects.create(name=name, status=status, started_at=now - timedelta(seconds=spent), finished_at=now)


def running(name: str = "trial.slow", seconds: float = 0, **fields) -> TaskRecord:
    started = timezone.now() - timedelta(seconds=seconds)
    return TaskRecord.objects.create(name=name, status=Status.STARTED, attempt=1, started_at=started, **fields)


def test_without_history_nothing_is_said():
    assert estimates.typical("trial.slow") is None
    assert estimates.seconds_left(running(seconds=10), 50) is None
    assert events(running(), Status.STARTED, 10)[0].left is None


def test_the_typical_time_is_the_median_of_the_last_hundred_successes():
    took("trial.slow", *[1000] * 50, *[30] * 60, *[10] * 40)
    took("trial.slow", 99999, status="failed")
    took("trial.ok", 7)
    assert estimates.typical("trial.slow") == pytest.approx(30, abs=0.1)


def test_the_history_is_asked_once_a_minute(django_assert_num_queries):
    took("trial.slow", 30)
    with django_assert_num_queries(1):
        for _ in range(50):
            estimates.typical("trial.slow")


def test_the_median_is_read_from_an_index():
    from django.db import connection

    names = ["trial.slow", *(f"another.{number}" for number in range(19))]
    TaskRecord.objects.bulk_create([TaskRecord(name=name, status="succeeded") for _ in range(200) for name in names])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tasks_taskrecord")
        cursor.execute("EXPLAIN " + estimates.MEDIANS, [["trial.slow"]])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "task_by_name" in plan


def test_a_task_that_has_not_moved_is_as_long_as_its_like_and_then_unknown():
    took("trial.slow", 30)
    assert estimates.seconds_left(running(seconds=10), 0) == pytest.approx(20, abs=1)
    assert estimates.seconds_left(running(seconds=40), 0) is None


def test_its_own_rate_corrects_the_history_and_then_replaces_it():
    took("trial.slow", 10)
    slow = running(seconds=50)
    early, later = estimates.seconds_left(slow, 10), estimates.seconds_left(slow, 50)
    assert 100 < early < 450
    assert later == pytest.approx(50, abs=1)


def test_the_time_of_a_topic_includes_the_stages_that_follow():
    estimates.declare_chain(["trial.ok", "trial.slow", "trial.light"])
    took("trial.ok", 10)
    took("trial.slow", 20)
    first = running("trial.ok", topic="document:x", share_from=0, share_to=40)
    assert estimates.topic_seconds_left(first, 0) is None, "the last stage has no history"
    estimates._known.clear()
    took("trial.light", 5)
    own, whole = events(first, Status.STARTED, 0)
    assert own.left == pytest.approx(10, abs=1)
    assert whole.left == pytest.approx(35, abs=1)
    assert estimates.ahead("trial.light") == pytest.approx(5, abs=0.1)
    assert estimates.whole("trial.light") == pytest.approx(35, abs=0.1)


def test_an_event_and_the_snapshot_carry_the_seconds_and_the_end_none():
    took("trial.slow", 30)
    record = manager.submit("trial.slow", Job())
    TaskRecord.objects.filter(pk=record.pk).update(status=Status.STARTED, attempt=1, started_at=timezone.now())
    run = TaskRun(TaskRecord.objects.get(pk=record.pk))
    run.progress(50, "working")
    (told,) = progress.snapshots([record.own_topic])
    assert told["left"] is not None
    progress.emit(record.own_topic, scope=None, status="succeeded", percent=100, left=12)
    assert progress.snapshots([record.own_topic])[0]["left"] is None


def test_a_snapshot_counts_the_time_since_it_was_told():
    now = timezone.now()
    assert progress.left_now(30, now - timedelta(seconds=10)) == pytest.approx(20, abs=0.5)
    assert progress.left_now(30, now - timedelta(seconds=31)) is None
    assert progress.left_now(None, now) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0.2, "about 1 s"),
        (7.6, "about 8 s"),
        (22, "about 20 s"),
        (100, "about 2 min"),
        (170, "about 3 min"),
        (9000, "about 2.5 h"),
    ],
)
def test_seconds_become_words(seconds, words):
    assert estimates.in_words(seconds) == words


def test_a_pace_is_known_after_a_while_and_forgotten_at_a_pause(monkeypatch):
    clock = iter(range(0, 1000, 2))
    monkeypatch.setattr(estimates.time, "monotonic", lambda: float(next(clock)))
    pace = estimates.Pace()
    pace.note(0)
    assert pace.seconds_left() is None
    for percent in (2, 4, 6):
        pace.note(percent)
    assert pace.seconds_left() == pytest.approx(94)
    pace.forget()
    assert pace.seconds_left() is None
