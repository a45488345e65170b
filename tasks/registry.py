"""The tasks of the project by name. An app's `tasks.py` declares them; `TasksConfig.ready` imports every one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from pydantic import BaseModel

from tasks.errors import UnknownTask

if TYPE_CHECKING:
    from tasks.models import TaskRecord

Function = TypeVar("Function", bound=Callable[..., Any])
OnEnd = Callable[["TaskRecord", Any, str], None]
OnRetry = Callable[[Sequence[tuple["TaskRecord", Any]]], None]
KeyOf = Callable[[Any], str]


class NoPayload(BaseModel):
    """The payload of tasks that need none."""


@dataclass(frozen=True)
class Concurrency:
    """At most `limit` tasks with the same key run at once, on all machines together."""

    key: KeyOf
    limit: int


@dataclass(frozen=True)
class TaskSpec:
    """A task function and how it wants to be run. Limits are in seconds."""

    name: str
    function: Callable[..., Any]
    payload: type[BaseModel]
    heavy: bool
    on_end: OnEnd | None
    on_retry: OnRetry | None
    soft_limit: float
    hard_limit: float
    concurrency: Concurrency | None = None

    @property
    def is_async(self) -> bool:
        return inspect.iscoroutinefunction(self.function)

    @property
    def runs_heavy(self) -> bool:
        """Marked heavy in code, or named (fully or by its last word) in HEAVY_TASKS."""
        return self.heavy or self.name in settings.HEAVY_TASKS or self.name.rpartition(".")[2] in settings.HEAVY_TASKS


_specs: dict[str, TaskSpec] = {}


def task(
    name: str,
    *,
    payload: type[BaseModel] = NoPayload,
    heavy: bool = False,
    on_end: OnEnd | None = None,
    on_retry: OnRetry | None = None,
    soft_limit: float | None = None,
    hard_limit: float | None = None,
    concurrency: int | tuple[KeyOf, int] | None = None,
) -> Callable[[Function], Function]:
    """Register `function(job, run) -> dict | None` (or `async def`) under a name.

    `on_end(record, job, outcome)` runs in the transaction that writes the terminal state; `on_retry([(record, job), ...])` in the one
    in which people retry ended tasks. `concurrency`: so many of this task run at once; or (key, so many): `key(job)` names what
    is shared, also between tasks of different names ("llm:openai"); an empty key is not limited.
    """

    def register(function: Function) -> Function:
        known = _specs.get(name)
        if known is not None and known.function.__qualname__ != function.__qualname__:
            raise ValueError(f"Two tasks are named {name}.")
        soft = settings.TASK_SOFT_LIMIT if soft_limit is None else soft_limit
        hard = hard_limit if hard_limit is not None else max(settings.TASK_HARD_LIMIT, soft * 1.2)
        _specs[name] = TaskSpec(name, function, payload, heavy, on_end, on_retry, soft, hard, _concurrency(name, concurrency))
        return function

    return register


def _concurrency(name: str, given: int | tuple[KeyOf, int] | None) -> Concurrency | None:
    if given is None:
        return None
    key, limit = given if isinstance(given, tuple) else ((lambda job: name), given)
    if limit < 1:
        raise ValueError(f"{name} could never run with a concurrency of {limit}.")
    return Concurrency(key, limit)


def get(name: str) -> TaskSpec:
    """The task of that name; raises UnknownTask."""
    try:
        return _specs[name]
    except KeyError:
        raise UnknownTask(f"There is no task named {name}.", code="unknown_task") from None


def is_registered(name: str) -> bool:
    return name in _specs


def longest_limits() -> tuple[float, float]:
    """The longest (soft, hard) limits that any task has, in seconds."""
    soft = max((spec.soft_limit for spec in _specs.values()), default=settings.TASK_SOFT_LIMIT)
    hard = max((spec.hard_limit for spec in _specs.values()), default=settings.TASK_HARD_LIMIT)
    return soft, hard


def specs() -> Iterator[TaskSpec]:
    return iter(sorted(_specs.values(), key=lambda spec: spec.name))
