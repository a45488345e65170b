"""The clock under faults, with real processes: two beats, killed and started again, fire each due time once; edits count at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from django.test import override_settings
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from tasks.base import leader
from tasks.models import Status, TaskRecord
from tasks.tests.committed import committed, db  # noqa: F401
from tasks.tests.processes import Process, beat, until, web_server

pytestmark = pytest.mark.faults
TRIALS = {"TASK_MODULES": "tasks.tests.functions", "TASK_EXECUTOR": "background"}
EVERY = timedelta(seconds=2)


@pytest.fixture(scope="module", autouse=True)
def only_ours(committed: None) -> Iterator[None]:  # noqa: F811
    others = list(PeriodicTask.objects.filter(enabled=True).values_list("pk", flat=True))
    PeriodicTask.objects.update(enabled=False)
    with override_settings(TASK_EXECUTOR="background"):
        yield
    PeriodicTask.objects.filter(pk__in=others).update(enabled=True)
    PeriodicTask.objects.filter(task__startswith="trial.").delete()
    IntervalSchedule.objects.filter(every__lte=3).delete()


@pytest.fixture(scope="module")
def beats(only_ours: None) -> Iterator[list[Process]]:
    """Two beats and a web process that does the work."""
    with ExitStack() as stack:
        started = [stack.enter_context(make(wait=False, **TRIALS)) for make in (beat, beat, web_server)]
        for process in started:
            process.ready()
        yield started[:2]


def schedule(name: str, every: timedelta = EVERY, **values: object) -> PeriodicTask:
    interval, _ = IntervalSchedule.objects.get_or_create(every=int(every.total_seconds()), period=IntervalSchedule.SECONDS)
    return PeriodicTask.objects.create(name=name, task="trial.light", interval=interval, **values)


def dues(name: str) -> list[datetime]:
    """The due times that were fired, as the records tell."""
    keys = TaskRecord.objects.filter(schedule=name).order_by("id").values_list("schedule_key", flat=True)
    return [datetime.fromisoformat(key.partition("@")[2]) for key in keys]


def leading(beats: list[Process]) -> list[Process]:
    """The one of them that leads, if any does."""
    holder = leader.holder(leader.SCHEDULER)
    return [process for process in beats if process.popen and f":{process.popen.pid}:" in holder]


def test_each_due_time_fires_once_while_beats_die_and_come_back(beats: list[Process]) -> None:
    row = schedule("Twice watched")
    until(lambda: len(dues(row.name)) >= 2, 30, "the first runs")
    (first,) = until(lambda: leading(beats), 10, "a leader")
    before = len(dues(row.name))
    first.kill()
    (second,) = until(lambda: leading([process for process in beats if process is not first]), 20, "the other beat to take over")
    until(lambda: len(dues(row.name)) >= before + 2, 20, "runs under the second leader")
    first.restart()
    assert leading(beats) == [second]
    second.stop()
    after = len(dues(row.name))
    until(lambda: len(dues(row.name)) >= after + 2, 20, "runs under the first again")
    PeriodicTask.objects.filter(pk=row.pk).update(enabled=False)
    fired = dues(row.name)
    row.refresh_from_db()
    assert row.total_run_count == len(fired)
    assert all(later - earlier >= EVERY for earlier, later in pairwise(fired))
    until(lambda: not TaskRecord.objects.filter(schedule=row.name).exclude(status=Status.SUCCEEDED).exists(), 20, "their work")


def test_enabling_disabling_and_another_interval_count_within_seconds(beats: list[Process]) -> None:
    stopping, starting = schedule("A stops"), schedule("B starts", enabled=False)
    until(lambda: dues(stopping.name), 20, "the first run")
    with transaction.atomic():
        for row, enabled in ((stopping, False), (starting, True)):
            row.refresh_from_db()
            row.enabled = enabled
            row.save()
    until(lambda: dues(starting.name), 20, "the schedule that was enabled")
    so_far = dues(stopping.name)
    hourly = schedule("C hurries", timedelta(hours=1))
    hourly.interval = starting.interval
    hourly.save()
    until(lambda: len(dues(hourly.name)) >= 2, 20, "the schedule whose interval was changed")
    assert dues(stopping.name) == so_far
    PeriodicTask.objects.filter(task="trial.light").update(enabled=False)


def test_without_beat_the_web_process_catches_up_three_missed_runs_with_one(only_ours: None) -> None:
    PeriodicTask.objects.filter(task="trial.light").update(enabled=False)
    row = schedule("Missed", timedelta(hours=1), last_run_at=datetime.now(UTC) - timedelta(hours=3, minutes=30))
    frequent = schedule("Other")
    with web_server(wait=True, **TRIALS, TASK_SCHEDULES_IN_WEB="yes"):
        until(lambda: len(dues(frequent.name)) >= 3, 30, "the clock of the web process")
        until(lambda: TaskRecord.objects.filter(schedule=row.name, status=Status.SUCCEEDED).exists(), 20, "the run that was caught up")
        assert len(dues(row.name)) == 1
