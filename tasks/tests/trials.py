"""Tasks for the tests of faults. What they do is counted in the database: an effect that is rolled back did not happen.

Imported by worker and web processes through TASK_MODULES, like `functions`.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db.models import Count
from django.db.models.functions import Now
from pydantic import BaseModel

from tasks.models import TaskAttempt, TaskLine, TaskRecord
from tasks.operations.waiting_reasons import reason as waiting_reason
from tasks.registry import task
from tasks.run import TaskRun
from tasks.tests.processes import until

MODULES = {"TASK_MODULES": "tasks.tests.functions,tasks.tests.trials"}
EFFECT, END = "effect", "end"


class Trial(BaseModel):
    seconds: float = 0
    gate: str = ""
    """Work goes on at least until this file is there."""


def write(record: TaskRecord, what: str, text: str = "") -> None:
    TaskLine.objects.create(record=record, attempt=record.attempt, time=Now(), level="event", source=what, text=text)


def ended(record: TaskRecord, job: Trial, outcome: str) -> None:
    write(record, END, outcome)


def work(job: Trial, run: TaskRun) -> dict[str, Any]:
    """Units of 50 ms with progress, then one effect."""
    while job.gate and not Path(job.gate).exists():
        run.progress(1, "working", "until the gate opens")
        time.sleep(0.05)
    units = int(job.seconds / 0.05)
    for unit in range(units):
        run.progress(100 * unit / units, "working", f"unit {unit}")
        time.sleep(0.05)
    result = {"attempt": run.attempt}
    with run.publish(result):
        write(run.record, EFFECT)
    return result


@task("fault.work", payload=Trial, heavy=True, on_end=ended)
def heavy(job: Trial, run: TaskRun) -> dict[str, Any]:
    return work(job, run)


@task("fault.light", payload=Trial, on_end=ended)
def light(job: Trial, run: TaskRun) -> dict[str, Any]:
    return work(job, run)


@task("fault.slow_to_publish", payload=Trial, heavy=True, on_end=ended)
def slow_to_publish(job: Trial, run: TaskRun) -> dict[str, Any]:
    """Holds its transaction open for a while."""
    with run.publish(result := {"attempt": run.attempt}):
        write(run.record, EFFECT)
        run.progress(50, "publishing")
        time.sleep(job.seconds)
    return result


@task("fault.stuck_publishing", payload=Trial, soft_limit=0.3, hard_limit=0.6)
def stuck_publishing(job: Trial, run: TaskRun) -> None:
    """Past its hard limit it still holds its record locked."""
    with run.publish():
        time.sleep(job.seconds)


@task("fault.dies_published", payload=Trial, heavy=True, on_end=ended)
def dies_published(job: Trial, run: TaskRun) -> None:
    """Its process is killed as soon as its effects are there."""
    with run.publish({"attempt": run.attempt}):
        write(run.record, EFFECT)
    os.kill(os.getpid(), signal.SIGKILL)


@task("fault.deadly", payload=Trial, heavy=True, on_end=ended)
def deadly(job: Trial, run: TaskRun) -> None:
    """Takes its process with it."""
    os.kill(os.getpid(), signal.SIGKILL)


@task("fault.holds_the_interpreter", payload=Trial, heavy=True, soft_limit=0.3, hard_limit=0.6, on_end=ended)
def holds_the_interpreter(job: Trial, run: TaskRun) -> None:
    """Native code that sleeps without letting any other thread of its process run."""
    ctypes.PyDLL(None).sleep(int(job.seconds))


def all_ended(records: Iterable[TaskRecord], seconds: float = 40, *, status: str = "succeeded") -> list[TaskRecord]:
    """Wait until every record has ended; each as expected, each with one effect (where it succeeded) and one end."""
    keys = [record.pk for record in records]
    given = TaskRecord.objects.filter(pk__in=keys).order_by("id")
    try:
        until(lambda: not given.filter(finished_at=None).exists(), seconds)
    except AssertionError:
        raise AssertionError(f"after {seconds} s: " + "; ".join(map(_state, given.filter(finished_at=None)[:5]))) from None
    assert {record.pk: record.status for record in given} == dict.fromkeys(keys, status), [_state(record) for record in given]
    assert lines(keys, END) == dict.fromkeys(keys, 1)
    assert lines(keys, EFFECT) == (dict.fromkeys(keys, 1) if status == "succeeded" else {})
    assert not TaskAttempt.objects.filter(record__in=keys, outcome="running").exists()
    return list(given)


def lines(keys: Iterable[Any], what: str) -> dict[Any, int]:
    counted = TaskLine.objects.filter(record__in=list(keys), source=what).values("record").annotate(count=Count("id"))
    return {row["record"]: row["count"] for row in counted.order_by()}


def _state(record: TaskRecord) -> str:
    outcomes = list(record.attempts.values_list("outcome", flat=True))
    return f"{record} {record.status} {outcomes} ({record.error or waiting_reason(record)})"
