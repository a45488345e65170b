"""What the task system itself costs: tasks that do nothing, through each executor, beside Celery alone in the same run."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import redis
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.db.models import Max, Min
from django.test import override_settings

from bench import bare, noop  # noqa: F401 (registers the task here too)
from bench.figures import Figures, Plan
from bench.installation import free_port, own_database, require_redis, stop
from bench.publishing import bare_ms, publish_ms
from tasks.manager import manager
from tasks.models import Status, TaskRecord

RUN, SUBMIT, STARTS = 3000, 10_000, 100
CHILDREN = 2
WAIT = 180.0
WARM_UP = 1.0


def run(out: Callable[[str], object], plan: Plan) -> Figures:
    """Ratios: our records through Celery to Celery alone (goal 0.5), through the web process's threads to Celery alone; submitting many to
    writing as many bare rows; from submit to start to the same of Celery alone."""
    runs, submits, starts = plan.size(RUN, 100), plan.size(SUBMIT, 200), plan.size(STARTS, 3)
    bare_rate, bare_start = _bare(runs, starts)
    with own_database("lexintel_bench_tasks") as env:
        env |= {"TASK_MODULES": "bench.noop", "TASK_SERVICES_AT_START": "0"}
        submitted, rows = _submit(submits), _bare_rows(submits)
        celery, celery_start = _through_celery(env, runs, starts)
        web, web_start = _through_web(env, runs, starts)
        publish, (bare_publish, _way) = publish_ms("document:bench"), bare_ms(env["REDIS_URL"])
    ratios = {
        "records through Celery to Celery alone": celery / bare_rate,
        "records in a web process to Celery alone": web / bare_rate,
        "submitting many to writing bare rows, time": submitted / rows,
        "submit to start, Celery to Celery alone": celery_start / bare_start,
        "submit to start, a web process to Celery alone": web_start / bare_start,
        "publishing an event to redis-py's publish": publish / bare_publish,
    }
    absolute = {
        f"Celery alone, {CHILDREN} children, tasks/s": bare_rate,
        "records through Celery, tasks/s": celery,
        f"records in a web process, {settings.TASK_BACKGROUND_THREADS} threads, tasks/s": web,
        f"submitting {submits:,}, s": submitted,
        "submit to start, Celery alone, p50 ms": bare_start,
        "submit to start, Celery, p50 ms": celery_start,
        "submit to start, a web process, p50 ms": web_start,
        "publishing an event, ms": publish,
    }
    return Figures(ratios, absolute)


@contextmanager
def process(*command: str, env: dict[str, str]) -> Iterator[None]:
    env = {**env, "PYTHONWARNINGS": "ignore"}  # Celery's, about root
    started = subprocess.Popen(
        [sys.executable, "-m", *command], env=env, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        stop(started)


def worker(app: str, children: int = CHILDREN) -> tuple[str, ...]:
    quiet = ("-l", "ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat")
    return ("celery", "-A", app, "worker", "-P", "prefork", "-c", str(children), *quiet)


def until(look: Callable[[], bool], what: str, seconds: float = WAIT) -> None:
    deadline = time.monotonic() + seconds
    while not look():
        if time.monotonic() > deadline:
            raise CommandError(f"{what} did not come about within {seconds:.0f} s.")
        time.sleep(0.005)


def _bare(runs: int, starts: int) -> tuple[float, float]:
    """Tasks a second from the moment at which a tenth is done (all messages lie there before the worker starts); then the median ms from
    a message to its start, the worker idle."""
    queue = bare.app.conf.task_default_queue
    url = require_redis()
    with redis.Redis.from_url(url) as client:
        client.delete(queue, bare.STARTED)
        for _ in range(runs):
            bare.nothing.delay()
        env = {**os.environ, "REDIS_URL": url}
        env.pop("DJANGO_SETTINGS_MODULE", None)
        with process(*worker("bench.bare"), env=env):
            until(lambda: int(client.llen(queue)) < runs * 0.9, "the first tenth")
            began, left = time.perf_counter(), int(client.llen(queue))
            until(lambda: int(client.llen(queue)) == 0, "the last")
            rate = left / (time.perf_counter() - began)
            time.sleep(1)
            taken = []
            for _ in range(starts):
                asked = time.time()
                bare.started.delay()
                until(lambda: client.llen(bare.STARTED) > 0, "a start")
                taken.append((float(client.lpop(bare.STARTED) or 0) - asked) * 1000)
                time.sleep(0.02)
            return rate, statistics.median(taken)


def _through_celery(env: dict[str, str], runs: int, starts: int) -> tuple[float, float]:
    env = {**env, "TASK_EXECUTOR": "celery"}
    with override_settings(TASK_EXECUTOR="celery"), process(*worker("lexintel.celery"), env=env):
        return _rate(runs), _start_ms(starts)


def _through_web(env: dict[str, str], runs: int, starts: int) -> tuple[float, float]:
    env = {**env, "TASK_EXECUTOR": "background"}
    with override_settings(TASK_EXECUTOR="background"), process("lexintel.web", "--port", str(free_port()), env=env):
        return _rate(runs), _start_ms(starts)


def _submit(count: int) -> float:
    with override_settings(TASK_EXECUTOR="celery"):
        began = time.perf_counter()
        manager.submit_many("bench.noop", [None] * count)
        seconds = time.perf_counter() - began
    TaskRecord.objects.all().delete()
    return seconds


def _bare_rows(count: int) -> float:
    """Seconds of as many rows of the same table by Django's own bulk_create."""
    began = time.perf_counter()
    TaskRecord.objects.bulk_create([TaskRecord(name="bench.noop", payload={}) for _ in range(count)], batch_size=500)
    seconds = time.perf_counter() - began
    TaskRecord.objects.all().delete()
    return seconds


def _rate(runs: int) -> float:
    """Tasks a second between the first start and the last end, by the database's clock; the process has worked before."""
    _work_off(max(20, runs // 10))
    time.sleep(WARM_UP)
    _work_off(runs)
    times = TaskRecord.objects.filter(status=Status.SUCCEEDED).aggregate(began=Min("started_at"), ended=Max("finished_at"))
    return runs / float((times["ended"] - times["began"]).total_seconds())


def _work_off(count: int) -> None:
    TaskRecord.objects.all().delete()
    manager.submit_many("bench.noop", [None] * count)
    until(lambda: not TaskRecord.objects.active().exists(), "the end of all tasks")


def _start_ms(starts: int) -> float:
    """Median from before the submission to the start, by the database's clock."""
    taken = []
    for _ in range(starts):
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            asked = cursor.fetchone()[0]
        record = manager.submit("bench.noop")
        until(lambda key=record.pk: TaskRecord.objects.filter(pk=key, status=Status.SUCCEEDED).exists(), "the end of a task")  # type: ignore[misc]
        started = TaskRecord.objects.get(pk=record.pk).started_at
        taken.append((started - asked).total_seconds() * 1000)
        time.sleep(0.02)
    return statistics.median(taken)
