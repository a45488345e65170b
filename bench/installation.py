"""What a benchmark works in, so that it touches nothing of anybody's: a new database, a web process, workers, or all of `up`."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from lexintel.embedded.place import Place

MAKE_OWNER = """
from lexintel.models import ApiToken, User
from cases.services.matters import create_case
user = User.objects.create_user("bench")
print(ApiToken.issue(user, "bench")[1], create_case("Benchmark", user=user).pk)
"""

TEMPLATE = "LEXINTEL_BENCH_TEMPLATE"
"""Names a migrated database of the configured server that every benchmark may copy instead of migrating one of its own."""
UNHASHED = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
"""STORAGES for pages that are asked for in this process, where nobody has collected the static files."""
READY_TOKEN = "bench"  # noqa: S105 (of an installation that lives for a minute on loopback)


@dataclass
class Installation:
    """A running installation, used through its API as a program would."""

    base: str
    env: dict[str, str]
    token: str
    case: str
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def call(self, method: str, path: str, body: bytes | None = None, content_type: str = "application/json") -> Any:
        headers = {"Authorization": f"Token {self.token}", "Content-Type": content_type, "Accept": "application/json"}
        request = urllib.request.Request(self.base + path, data=body, headers=headers, method=method)  # noqa: S310  (our own address)
        with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310
            return json.loads(reply.read() or b"null")

    def upload(self, *paths: Path, salt: bytes = b"") -> list[dict[str, Any]]:
        """Upload files in one request; `salt` is appended to each, so that the same file is new to the case."""
        boundary = secrets.token_hex(12)
        body = f'--{boundary}\r\nContent-Disposition: form-data; name="case"\r\n\r\n{self.case}\r\n'.encode()
        for path in paths:
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n'
            body += head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + path.read_bytes() + salt + b"\r\n"
        body += f"--{boundary}--\r\n".encode()
        return list(self.call("POST", "/api/documents/", body, f"multipart/form-data; boundary={boundary}"))

    def passages(self) -> int:
        """How many there are, by the database."""
        with psycopg.connect(self.env["DATABASE_URL"]) as session:
            found = session.execute("SELECT count(*) FROM documents_chunk").fetchone()
        return int(found[0]) if found else 0

    def wait_for_all(self, seconds: float, pause: float = 0.3) -> None:
        """Until every document is ready; raises where one fails or the time is over."""
        deadline = time.monotonic() + seconds
        while (ready := self.count(status="ready")) < (there := self.count()):
            if failed := self.count(status="failed"):
                first = self.call("GET", "/api/documents/?status=failed")["results"][0]
                raise CommandError(f"{failed} of {there} documents failed, the first was {first['name']}: {first['error']}")
            if time.monotonic() > deadline:
                raise CommandError(f"Only {ready} of {there} documents were ready after {seconds:.0f} s.")
            time.sleep(pause)

    def count(self, **filters: str) -> int:
        return int(self.call("GET", f"/api/documents/?{urllib.parse.urlencode({'page_size': 1, **filters})}")["count"])


def pss(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def most_memory() -> float:
    """MB that this process has held at most; unlike `getrusage`, which tells of whoever started it too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def fresh_database(name: str, template: str = "") -> Iterator[str]:
    """A database of its own on the configured server, empty or a copy of another that nobody uses; yields its DATABASE_URL."""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
    try:
        yield urllib.parse.urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def migrated_database() -> Iterator[str]:
    """The name of a database to copy (see `own_database`), for benchmarks of several parts: to migrate takes longer than some of them."""
    if given := os.environ.get(TEMPLATE):
        yield given
        return
    name = f"lexintel_bench_template_{os.getpid()}"
    before = connection.settings_dict["NAME"]
    with fresh_database(name):
        _use(name)
        try:
            call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        finally:
            _use(before)
        yield name


@contextmanager
def own_database(name: str, template: str = "") -> Iterator[dict[str, str]]:
    """This process and those it starts work in a new database, migrated or copied from a `template` that is; gives their environment."""
    template = template or os.environ.get(TEMPLATE, "")
    with ExitStack() as stack:
        url = stack.enter_context(fresh_database(f"{name}_{os.getpid()}", template))
        stack.callback(_use, connection.settings_dict["NAME"])
        _use(f"{name}_{os.getpid()}")
        if not template:
            call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        var = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lexintel-bench-")))
        share_models(var)
        yield {
            **os.environ,
            "DATABASE_URL": url,
            "REDIS_URL": require_redis(),
            "LEXINTEL_VAR": str(var),
            "LEXINTEL_BOOTSTRAP": "off",
            "LOG_LEVEL": "ERROR",
            "STOP_GRACE_SECONDS": "1",
        }


def _use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def require_redis() -> str:
    if not settings.REDIS_URL:
        raise CommandError("This benchmark measures workers and live progress, so it needs REDIS_URL (or the embedded servers).")
    return str(settings.REDIS_URL)


def share_models(var: Path) -> None:
    """The converted model is made once; it takes seconds that no benchmark means to measure."""
    (settings.VAR / "models").mkdir(parents=True, exist_ok=True)
    (var / "models").symlink_to(settings.VAR / "models")


@contextmanager
def whole_stack() -> Iterator[tuple[Installation, float]]:
    """`manage.py up` as a person starts it, in a folder of its own, signed in as the demo; and the seconds until it was ready."""
    with tempfile.TemporaryDirectory(prefix="lexintel-bench-") as folder:
        var = Path(folder, "var")
        var.mkdir()
        share_models(var)
        unset = ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "TASK_EXECUTOR", "LEXINTEL_DEMO", "LOG_LEVEL")
        env = {name: value for name, value in os.environ.items() if name not in unset}
        env |= {"LEXINTEL_VAR": str(var), "LEXINTEL_PORT": str(free_port()), "LEXINTEL_BOOTSTRAP": "off", "LEXINTEL_HOST": "127.0.0.1"}
        began = time.monotonic()
        with Path(folder, "up.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                env=env,
                cwd=settings.BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _wait_until_said(process, Path(folder, "up.log"), "Ctrl-C stops it.")
            ready = time.monotonic() - began
            place = Installation(f"http://127.0.0.1:{env['LEXINTEL_PORT']}", env, "", "", {"up": process})
            place.token = place.call("POST", "/api/auth/token/", b'{"username": "demo", "password": "demo"}')["token"]
            place.case = place.call("GET", "/api/cases/")["results"][0]["id"]
            yield place, ready
        finally:
            stop(process)
            shutil.rmtree(Place(var).home, ignore_errors=True)


def _wait_until_said(process: subprocess.Popen[bytes], log: Path, words: str, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while words not in (said := log.read_text(errors="replace")):
        if process.poll() is not None or time.monotonic() > deadline:
            raise CommandError(f"`up` did not start for this benchmark:\n{said[-2000:]}")
        time.sleep(0.1)


@contextmanager
def installation(*, children: int) -> Iterator[Installation]:
    """Web process and one Celery worker with that many children, ready to be used through the API: static files are not collected."""
    template = os.environ.get(TEMPLATE, "")
    with ExitStack() as stack:
        url = stack.enter_context(fresh_database(f"lexintel_bench_{os.getpid()}", template))
        var = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lexintel-bench-")))
        share_models(var)
        port = free_port()
        env = {**os.environ, "DATABASE_URL": url, "REDIS_URL": require_redis(), "LEXINTEL_VAR": str(var), "LEXINTEL_PORT": str(port)}
        env |= {
            "LEXINTEL_BOOTSTRAP": "off",
            "LEXINTEL_SUPERVISOR_TOKEN": READY_TOKEN,
            "REMAP_SIGTERM": "SIGQUIT",
            "LOG_LEVEL": "WARNING",
            "PYTHONWARNINGS": "ignore",
            "TASK_EXECUTOR": "hybrid",
            "STOP_GRACE_SECONDS": "1",
        }
        manage = [sys.executable, "manage.py"]
        if not template:
            subprocess.run([*manage, "migrate", "-v0"], env=env, cwd=settings.BASE_DIR, check=True)
        made = subprocess.run(
            [*manage, "shell", "-v0", "-c", MAKE_OWNER], env=env, cwd=settings.BASE_DIR, check=True, capture_output=True, text=True
        )
        token, case = made.stdout.split()[-2:]
        place = Installation(f"http://127.0.0.1:{port}", env, token, case)
        commands = {
            "web": [sys.executable, "-m", "lexintel.web"],
            "worker": [
                sys.executable,
                "-m",
                "celery",
                "-A",
                "lexintel.celery",
                "worker",
                f"--concurrency={children}",
                "-l",
                "WARNING",
                "--without-gossip",
                "--without-mingle",
            ],
        }
        for name, command in commands.items():
            place.processes[name] = subprocess.Popen(
                command, env=env, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL, start_new_session=True
            )
            stack.callback(stop, place.processes[name])
        _wait_until_ready(place)
        yield place


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_until_ready(place: Installation, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            request = urllib.request.Request(f"{place.base}/readyz", headers={"Authorization": f"Bearer {READY_TOKEN}"})  # noqa: S310
            with urllib.request.urlopen(request, timeout=10) as reply:  # noqa: S310
                if json.load(reply)["parts"].get("workers", {}).get("ok"):
                    return
        except (OSError, urllib.error.URLError):
            pass
        time.sleep(0.3)
    raise CommandError(f"The installation was not ready after {seconds:.0f} s.")
