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
    """Heavy tasks go to Celery while a worker lives, light ones stay in the web process."""

    def route(self, record: TaskRecord) -> Route:
        if not is_heavy(record):
            return Route(BACKGROUND, _("a light task stays in the web process"))
        if Worker.objects.alive(Worker.Kind.CELERY).exists():
            return Route(CELERY, _("a heavy task, and a worker is alive"))
        return Route(BACKGROUND, _("a heavy task, but no worker is alive"))


def route(record: TaskRecord) -> Route:
    """The executor for a record by TASK_EXECUTOR."""
    if settings.TASK_EXECUTOR == "hybrid":
        return HybridExecutor().route(record)
    if settings.TASK_EXECUTOR == "celery":
        return Route(CELERY, _("everything goes to Celery"))
    if settings.TASK_EXECUTOR == "djangoq":
        return Route(DJANGOQ, _("everything goes to the Django Q cluster"))
    return Route(BACKGROUND, _("everything stays in the web process"))


def is_heavy(record: TaskRecord) -> bool:
    return registry.is_registered(record.name) and registry.get(record.name).runs_heavy


def hints(record: TaskRecord) -> Hints:
    if not registry.is_registered(record.name):
        return Hints(record.priority, settings.TASK_SOFT_LIMIT, settings.TASK_HARD_LIMIT)
    spec = registry.get(record.name)
    return Hints(record.priority, spec.soft_limit, spec.hard_limit)
