"""Tasks that do what a test wants; imported by worker and web processes through TASK_MODULES."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

from pydantic import BaseModel

from tasks.errors import PermanentError, RetryableError
from tasks.models import TaskRecord
from tasks.registry import task
from tasks.run import TaskRun


class Job(BaseModel):
    path: str = ""
    times: int = 0
    seconds: float = 0


def note(job: Job, text: str) -> int:
    """Write a line into the test's file; gives how many it has now."""
    with Path(job.path).open("a") as file:
        file.write(text + "\n")
    return len(Path(job.path).read_text().splitlines())


def ended(record: TaskRecord, job: Job, outcome: str) -> None:
    if job.path:
        note(job, f"end {outcome}")


@task("trial.ok", payload=Job, heavy=True, on_end=ended)
def ok(job: Job, run: TaskRun) -> dict[str, int]:
    return {"attempt": run.attempt, "pid": os.getpid()}


@task("trial.light", payload=Job)
def light(job: Job, run: TaskRun) -> dict[str, int]:
    return {"pid": os.getpid()}


@task("trial.flaky", payload=Job, heavy=True, on_end=ended)
def flaky(job: Job, run: TaskRun) -> dict[str, int]:
    """Fails as many times as asked."""
    if note(job, "try") <= job.times:
        raise RetryableError("not yet")
    return {"attempt": run.attempt}


@task("trial.permanent", payload=Job, heavy=True, on_end=ended)
def permanent(job: Job, run: TaskRun) -> None:
    note(job, "try")
    raise PermanentError("This file is empty.", "trial_refused")


@task("trial.unknown", payload=Job, heavy=True)
def unknown(job: Job, run: TaskRun) -> None:
    note(job, "try")
    raise ValueError("the same \x00 each time")


@task("trial.slow", payload=Job, heavy=True, on_end=ended)
def slow(job: Job, run: TaskRun) -> dict[str, int]:
    """Works for some seconds in small units."""
    note(job, "start")
    units = max(1, int(job.seconds / 0.05))
    for unit in range(units):
        run.progress(100 * unit / units, "working", f"unit {unit}")
        time.sleep(0.05)
    with run.publish():
        note(job, "publish")
    return {"attempt": run.attempt}


@task("trial.soft", payload=Job, heavy=True, soft_limit=0.4, hard_limit=30)
def soft(job: Job, run: TaskRun) -> None:
    note(job, "try")
    for _ in range(400):
        run.check()
        time.sleep(0.05)


@task("trial.hard", payload=Job, heavy=True, soft_limit=0.3, hard_limit=0.8)
def hard(job: Job, run: TaskRun) -> None:
    """Does not look at its limits."""
    note(job, "try")
    time.sleep(job.seconds)


@task("trial.deadly", payload=Job, heavy=True, on_end=ended)
def deadly(job: Job, run: TaskRun) -> None:
    """Takes its process with it."""
    note(job, "try")
    os.kill(os.getpid(), signal.SIGKILL)


@task("trial.exits", payload=Job, heavy=True)
def exits(job: Job, run: TaskRun) -> dict[str, int]:
    """As if the process were asked to end in the middle."""
    if note(job, "try") == 1:
        raise SystemExit
    return {"attempt": run.attempt}


@task("trial.async", payload=Job, heavy=True)
async def asynchronous(job: Job, run: TaskRun) -> dict[str, str]:
    run.progress(10, "waiting", "for the loop")
    await asyncio.sleep(job.seconds or 0.05)
    run.check()
    run.progress(90, "done", "nearly")
    return {"loop": type(asyncio.get_running_loop()).__name__}


@task("trial.shared", payload=Job, heavy=True, concurrency=(lambda job: job.path, 2))
def shared(job: Job, run: TaskRun) -> None:
    """At most two with the same path run at once."""
    time.sleep(job.seconds)


@task("trial.single", payload=Job, heavy=True, concurrency=1)
def single(job: Job, run: TaskRun) -> None:
    """Runs until its file is there, if it has one."""
    time.sleep(job.seconds)
    while job.path and not Path(job.path).exists():
        run.check()
        time.sleep(0.02)
