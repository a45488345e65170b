"""Which executor a record goes to, and why."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from tasks import registry
from tasks.executors import Executor, Hints
from tasks.executors.background import BackgroundExecutor
from tasks.executors.celery import CeleryExecutor
from tasks.executors.djangoq import DjangoQExecutor
from tasks.models import TaskRecord, Worker

BACKGROUND, CELERY, DJANGOQ = BackgroundExecutor(), CeleryExecutor(), DjangoQExecutor()
WORKERS = {BACKGROUND.name: Worker.Kind.WEB, CELERY.name: Worker.Kind.CELERY, DJANGOQ.name: Worker.Kind.DJANGOQ}
"""The kind of process that runs what an executor was given."""


@dataclass(frozen=True)
class Route:
    executor: Executor
    reason: str


class HybridExecutor:
    """Heavy tasks go to Celery while a worker lives, light ones stay in the web process. TASK_FALLBACK says where heavy ones go
    while none does: to the web process as well, or nowhere until one comes."""

    def route(self, name: str) -> Route:
        if not is_heavy(name):
            return Route(BACKGROUND, _("a light task stays in the web process"))
        if Worker.objects.alive(Worker.Kind.CELERY).exists():
            return Route(CELERY, _("a heavy task, and a worker is alive"))
        if settings.TASK_FALLBACK == "wait":
            return Route(CELERY, _("a heavy task waits for a worker; none is alive"))
        return Route(BACKGROUND, _("a heavy task, but no worker is alive"))


def route(record: TaskRecord) -> Route:
    """The executor for a record by TASK_EXECUTOR."""
    return route_of(record.name)


def route_of(name: str) -> Route:
    """The executor for tasks of that name by TASK_EXECUTOR."""
    if settings.TASK_EXECUTOR == "hybrid":
        return HybridExecutor().route(name)
    if settings.TASK_EXECUTOR == "celery":
        return Route(CELERY, _("everything goes to Celery"))
    if settings.TASK_EXECUTOR == "djangoq":
        return Route(DJANGOQ, _("everything goes to the Django Q cluster"))
    return Route(BACKGROUND, _("everything stays in the web process"))


def in_use() -> list[Executor]:
    """The executors to which records may go by TASK_EXECUTOR."""
    if settings.TASK_EXECUTOR == "hybrid":
        return [BACKGROUND, CELERY]
    return [named(settings.TASK_EXECUTOR)]


def named(name: str) -> Executor:
    executors: dict[str, Executor] = {executor.name: executor for executor in (BACKGROUND, CELERY, DJANGOQ)}
    return executors[name]


def falls_back() -> bool:
    """May heavy tasks go to the web processes while no worker is alive?"""
    return settings.TASK_EXECUTOR == "hybrid" and settings.TASK_FALLBACK == "background"


def is_heavy(name: str) -> bool:
    return registry.is_registered(name) and registry.get(name).runs_heavy


def hints() -> Hints:
    return Hints(*registry.longest_limits())
