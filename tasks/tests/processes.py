"""Real processes for tests: a Celery worker, a web server, beat; started on the test database, killed as a test likes.

Use from any app's tests: `from tasks.tests.processes import celery_worker, web_server, until` and
`from tasks.tests.committed import committed, db  # noqa: F401`.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.db import connection

from tasks.models import Worker

Found = TypeVar("Found")
QUICK = {
    "TASK_LEASE_SECONDS": "2",
    "TASK_RESCUE_SECONDS": "0.2",
    "TASK_RETRY_DELAYS": "0.2,0.2,0.2",
    "TASK_WORKER_FRESH_SECONDS": "6",
    "TASK_RECHECK_SECONDS": "1",
    "TASK_BACKGROUND_THREADS": "2",
    "DATABASE_IDLE_SECONDS": "4",
    "STOP_GRACE_SECONDS": "1",
    "TASK_SERVICES_AT_START": "0",
    "TASK_SCHEDULES_IN_WEB": "no",
}
"""Settings that make what takes minutes in life take seconds in a test."""


def database_url() -> str:
    """The address of the database this test runs in, for another process."""
    name = connection.settings_dict["NAME"]
    return urllib.parse.urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()


def environment(**changes: str) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "TASK_EXECUTOR": settings.TASK_EXECUTOR,
        "REMAP_SIGTERM": "SIGQUIT",
        "COVERAGE_PROCESS_CONFIG": "",  # tests kill these processes, so they could not tell what they ran
        **QUICK,
        **changes,
    }


BUSY = 3
"""How many times as long things may take on a machine that does much else."""


def until(look: Callable[[], Found], seconds: float = 20, what: str = "") -> Found:
    """What `look` gives as soon as it gives something; fails loudly after `seconds` of a quiet machine."""
    seconds *= BUSY
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what or look} did not come about within {seconds} s")


@dataclass
class Process:
    """A process of ours with its log, and the group of its children."""

    name: str
    command: list[str]
    env: dict[str, str]
    kind: Worker.Kind | None = None
    port: int = 0
    log: Path = field(default_factory=lambda: Path(tempfile.mkstemp(suffix=".log")[1]))
    popen: subprocess.Popen[bytes] | None = None

    def start(self) -> Process:
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                self.command, env=self.env, cwd=settings.BASE_DIR, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        return self

    def ready(self, seconds: float = 60) -> Process:
        """Wait until it says in the database that it lives, and takes connections if it has a port."""
        until(self._ready, seconds, f"{self.name}\n{self.tail()}")
        return self

    def _ready(self) -> bool:
        assert self.popen is not None
        assert self.popen.poll() is None, f"{self.name} ended with {self.popen.returncode}:\n{self.tail()}"
        lives = self.kind is None or Worker.objects.alive(self.kind).filter(pid=self.popen.pid).exists()
        return lives and (not self.port or _answers(self.port))

    def children(self) -> list[int]:
        assert self.popen is not None
        listed = Path(f"/proc/{self.popen.pid}/task/{self.popen.pid}/children").read_text().split()
        return [int(pid) for pid in listed]

    def signal(self, number: int) -> None:
        assert self.popen is not None
        self.popen.send_signal(number)

    def kill(self) -> None:
        """-9 to the process and all its children."""
        assert self.popen is not None
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait(10)

    def stop(self, seconds: float = 15) -> int:
        """SIGTERM, then -9; gives the exit status."""
        assert self.popen is not None
        self.popen.send_signal(signal.SIGTERM)
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.popen.wait()

    def restart(self) -> Process:
        return self.start().ready()

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(process: Process, wait: bool) -> Iterator[Process]:
    process.start()
    try:
        yield process.ready() if wait else process
    finally:
        process.kill()


@contextmanager
def celery_worker(concurrency: int = 2, *, wait: bool = True, **env: str) -> Iterator[Process]:
    """A prefork worker on the queue of the test database; with `wait=False` call `ready()` later."""
    command = [sys.executable, "-m", "celery", "-A", "lexintel", "worker", "-P", "prefork", "-c", str(concurrency), "-l", "INFO"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    with running(Process("celery worker", [*command, *quiet], environment(**env), Worker.Kind.CELERY), wait) as process:
        yield process


@contextmanager
def cluster(children: int = 2, *, wait: bool = True, **env: str) -> Iterator[Process]:
    """The worker process of the djangoq executor."""
    command = [sys.executable, "manage.py", "qcluster", f"--children={children}"]
    env = {"LEXINTEL_BOOTSTRAP": "off", **env}
    with running(Process("cluster", command, environment(**env), Worker.Kind.DJANGOQ), wait) as process:
        yield process


@contextmanager
def web_server(*, wait: bool = True, **env: str) -> Iterator[Process]:
    """Our web process on a free port (`process.port`), with background threads, rescuer and hub."""
    port = free_port()
    command = [sys.executable, "-m", "lexintel.web", "--host", "127.0.0.1", "--port", str(port)]
    with running(Process("web", command, environment(**env), Worker.Kind.WEB, port), wait) as process:
        yield process


@contextmanager
def beat(*, wait: bool = True, **env: str) -> Iterator[Process]:
    command = [sys.executable, "-m", "celery", "-A", "lexintel", "beat", "-l", "INFO", "--pidfile="]
    with running(Process("beat", command, environment(**env), Worker.Kind.BEAT), wait) as process:
        yield process
