"""A whole installation of its own for a benchmark: a new database, a web process, workers; gone afterwards."""

from __future__ import annotations

import json
import os
import secrets
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

from django.conf import settings
from django.db import connection

MAKE_OWNER = """
from lexintel.models import ApiToken, User
from cases.services.matters import create_case
user = User.objects.create_user("bench")
print(ApiToken.issue(user, "bench")[1], create_case("Benchmark", user=user).pk)
"""

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

    def count(self, **filters: str) -> int:
        return int(self.call("GET", f"/api/documents/?{urllib.parse.urlencode({'page_size': 1, **filters})}")["count"])

    def memory(self) -> dict[str, float]:
        """Proportional set size in MB: the web process, and the largest single process of the worker."""
        web = pss(self.processes["web"].pid)
        worker = self.processes["worker"].pid
        return {"web_pss_mb": web, "worker_pss_mb": max(pss(pid) for pid in [worker, *children(worker)])}


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def pss(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def fresh_database(name: str) -> Iterator[str]:
    """A database of its own on the configured server; yields its DATABASE_URL."""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urllib.parse.urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def installation(*, children: int) -> Iterator[Installation]:
    """Web process and one Celery worker with that many children, ready to be used."""
    with ExitStack() as stack:
        url = stack.enter_context(fresh_database("lexintel_bench"))
        var = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lexintel-bench-")))
        (settings.VAR / "models").mkdir(parents=True, exist_ok=True)
        (var / "models").symlink_to(settings.VAR / "models")
        port = free_port()
        env = {**os.environ, "DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL, "LEXINTEL_VAR": str(var), "LEXINTEL_PORT": str(port)}
        env |= {
            "LEXINTEL_BOOTSTRAP": "off",
            "LEXINTEL_SUPERVISOR_TOKEN": READY_TOKEN,
            "REMAP_SIGTERM": "SIGQUIT",
            "LOG_LEVEL": "WARNING",
            "TASK_EXECUTOR": "hybrid",
            "STOP_GRACE_SECONDS": "1",
        }
        manage = [sys.executable, "manage.py"]
        subprocess.run([*manage, "migrate", "-v0"], env=env, cwd=settings.BASE_DIR, check=True)
        subprocess.run([*manage, "collectstatic", "--noinput", "-v0"], env=env, cwd=settings.BASE_DIR, check=True)
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
            place.processes[name] = subprocess.Popen(command, env=env, cwd=settings.BASE_DIR, start_new_session=True)
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
    raise TimeoutError(f"The installation was not ready after {seconds:.0f} s.")
