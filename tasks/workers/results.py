"""What Celery keeps of the results of tasks: those that are not ours whole; of ours only the id of the record that was submitted.

Our tasks have their results in their records. They are in Celery under their names too, so that other programs can call them; what such a
call gives is the record's id.
"""

from __future__ import annotations

from typing import Any

from django_celery_results.backends.database import DatabaseBackend

from tasks import registry
from tasks.executors.celery import RUN_RECORD

ARGUMENTS = 200
"""Letters of a task's arguments that are kept."""


def is_ours(task_name: str | None) -> bool:
    """Is this a task of the task manager, or the one that runs its records?"""
    return bool(task_name) and (task_name == RUN_RECORD or registry.is_registered(str(task_name)))


class ResultBackend(DatabaseBackend):
    """Keeps no arguments and no traceback of our tasks, which may quote a case, and only the beginning of other tasks' arguments."""

    def _get_extended_properties(self, request: Any, traceback: Any) -> dict[str, Any]:
        found: dict[str, Any] = super()._get_extended_properties(request, traceback)
        ours = is_ours(found["task_name"])
        for name in ("task_args", "task_kwargs"):
            if found[name] is not None:
                found[name] = None if ours else self._cut(found[name])
        return {**found, "traceback": None} if ours else found

    def _cut(self, encoded: str) -> str:
        said = str(self.decode(encoded))
        return str(self.encode_content(said if len(said) <= ARGUMENTS else f"{said[:ARGUMENTS]}…")[2])
