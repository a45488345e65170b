"""A task of ours that does nothing (TASK_MODULES=bench.noop): what a record costs."""

from __future__ import annotations

from tasks.registry import NoPayload, task
from tasks.run import TaskRun


@task("bench.noop", heavy=True)
def noop(job: NoPayload, run: TaskRun) -> None:
    """Nothing."""
