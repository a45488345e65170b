"""What the task system itself costs: tasks that do nothing, through each executor, beside Celery alone in the same run."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import redis
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import Max, Min
from django.test import override_settings

from bench import bare, noop  # noqa: F401 (registers the task here too)
from bench.bench_progress import publish_cost
from bench.installation import free_port, fresh_database, stop
from tasks.manager import manager
from tasks.models import Status, TaskRecord

DATABASE = "lexintel_bench_tasks"
RUN, SUBMIT, STARTS = 3000, 10_000, 100
CHILDREN = 2
WAIT = 180.0
WARM_UP = 6.0
"""Seconds in which a web process builds its services."""


def run(out: Callable[[str], None]) -> dict[str, float]:
    """Tasks a second: `bare_celery`, `celery`, their ratio `celery_of_bare` (goal 0.5), `background` (goal 2,000). Seconds: `submit_10000`
    (goal 5). Milliseconds: `start_celery_p50`, `start_background_p50` from submit to start with an idle worker (goal 20), `publish`
    (goal 1)."""
    figures = {"bare_celery": _bare_rate()}
    with _own_database() as env:
        figures |= _through_celery(env)
        figures |= _through_web(env)
    figures["celery_of_bare"] = figures["celery"] / figures["bare_celery"]
    figures["publish"] = publish_cost("document:bench")
    out(f"Celery alone {figures['bare_celery']:.0f}/s, with records {figures['celery']:.0f}/s, {CHILDREN} children each")
    out(f"background {figures['background']:.0f}/s with {settings.TASK_BACKGROUND_THREADS} threads")
    if figures["background"] < 2000:
        out("  limited by three statements and two published events for each task, by the threads of one process (one interpreter lock)")
    return figures


@contextmanager
def _own_database() -> Iterator[dict[str, str]]:
    """This process and those it starts work in a new database; gives their environment."""
    with ExitStack() as stack:
        url = stack.enter_context(fresh_database(DATABASE))
        stack.callback(_use, connection.settings_dict["NAME"])
        _use(DATABASE)
        call_command("migrate", verbosity=0)
        var = stack.enter_context(tempfile.TemporaryDirectory(prefix="lexintel-bench-"))
        yield {
            **os.environ,
            "DATABASE_URL": url,
            "REDIS_URL": settings.REDIS_URL,
            "LEXINTEL_VAR": var,
            "LEXINTEL_BOOTSTRAP": "off",
            "LOG_LEVEL": "ERROR",
            "STOP_GRACE_SECONDS": "1",
            "TASK_MODULES": "bench.noop",
            "TASK_SERVICES_AT_START": "0",
        }


def _use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


@contextmanager
def _process(*command: str, env: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", *command], env=env, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        stop(process)


def _worker(app: str) -> tuple[str, ...]:
    quiet = ("-l", "ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat")
    return ("celery", "-A", app, "worker", "-P", "prefork", "-c", str(CHILDREN), *quiet)


def _until(look: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT
    while not look():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come about within {WAIT:.0f} s.")
        time.sleep(0.005)


def _bare_rate() -> float:
    """From the moment at which a tenth is done; all messages lie there before the worker starts."""
    queue = bare.app.conf.task_default_queue
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(queue)
        for _ in range(RUN):
            bare.nothing.delay()
        env = {**os.environ, "REDIS_URL": settings.REDIS_URL}
        env.pop("DJANGO_SETTINGS_MODULE", None)
        with _process(*_worker("bench.bare"), env=env):
            _until(lambda: int(client.llen(queue)) < RUN * 0.9, "the first tenth")
            began, left = time.perf_counter(), int(client.llen(queue))
            _until(lambda: int(client.llen(queue)) == 0, "the last")
            return left / (time.perf_counter() - began)


def _through_celery(env: dict[str, str]) -> dict[str, float]:
    env = {**env, "TASK_EXECUTOR": "celery"}
    with override_settings(TASK_EXECUTOR="celery"):
        submitted = _submit()
        TaskRecord.objects.all().delete()
        with _process(*_worker("lexintel.celery"), env=env):
            rate = _rate()
            return {"submit_10000": submitted, "celery": rate, "start_celery_p50": _start_ms()}


def _through_web(env: dict[str, str]) -> dict[str, float]:
    env = {**env, "TASK_EXECUTOR": "background"}
    with override_settings(TASK_EXECUTOR="background"):
        TaskRecord.objects.all().delete()
        with _process("lexintel.web", "--port", str(free_port()), env=env):
            rate = _rate()
            return {"background": rate, "start_background_p50": _start_ms()}


def _submit() -> float:
    began = time.perf_counter()
    manager.submit_many("bench.noop", [None] * SUBMIT)
    return time.perf_counter() - began


def _rate() -> float:
    """Tasks a second between the first start and the last end, by the database's clock; the process has worked before."""
    _work_off(RUN // 10)
    time.sleep(WARM_UP)
    _work_off(RUN)
    times = TaskRecord.objects.filter(status=Status.SUCCEEDED).aggregate(began=Min("started_at"), ended=Max("finished_at"))
    return RUN / float((times["ended"] - times["began"]).total_seconds())


def _work_off(count: int) -> None:
    TaskRecord.objects.all().delete()
    manager.submit_many("bench.noop", [None] * count)
    _until(lambda: not TaskRecord.objects.active().exists(), "the end of all tasks")


def _start_ms() -> float:
    """Median from before the submission to the start, by the database's clock."""
    taken = []
    for _ in range(STARTS):
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            asked = cursor.fetchone()[0]
        record = manager.submit("bench.noop")
        _until(lambda key=record.pk: TaskRecord.objects.filter(pk=key, status=Status.SUCCEEDED).exists(), "the end of a task")  # type: ignore[misc]
        started = TaskRecord.objects.get(pk=record.pk).started_at
        taken.append((started - asked).total_seconds() * 1000)
        time.sleep(0.02)
    return statistics.median(taken)
