"""One Valkey server on a loopback port of its own, behind a password made for each run."""

from __future__ import annotations

import secrets
import signal
import socket
import subprocess

from lexintel.embedded import child
from lexintel.embedded.place import Place
from lexintel.steps import StepFailed, tail


class Valkey:
    """Valkey of one place. What it holds is transport: it is saved when it stops and now and then, no more."""

    name = "valkey"
    variable = "REDIS_URL"

    def __init__(self, place: Place, *, disposable: bool = False) -> None:
        self.place, self.disposable = place, disposable
        self.log = place.log / "valkey.log"
        self.password = secrets.token_urlsafe(24)
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        self.port = free_port()
        self.place.folder("valkey")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = child.spawn(
                [self.place.binaries.valkey, "-"],
                stdout=log, death=signal.SIGTERM, user=self.place.user, cwd=self.place.folder("valkey"), stdin=subprocess.PIPE,
            )  # fmt: skip
        pipe = self.process.stdin
        if pipe is None:
            raise StepFailed("The embedded Valkey did not start.")
        with pipe:
            pipe.write(self._configuration().encode())  # not as arguments: every user of the machine can read those
        if not child.wait_until(lambda: self._answers() or not self.is_alive(), 30) or not self.is_alive():
            raise StepFailed("The embedded Valkey did not start.", tail(self.log))

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process is not None:
            child.stop(self.process, signal.SIGTERM, 3)

    def _configuration(self) -> str:
        lines = {
            "bind": "127.0.0.1",
            "port": self.port,
            "requirepass": self.password,
            "dir": f'"{self.place.folder("valkey")}"',
            "save": '""' if self.disposable else "300 1",
            "appendonly": "no",
            "daemonize": "no",
            "loglevel": "warning",
        }
        return "".join(f"{name} {value}\n" for name, value in lines.items())

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                return connection.recv(100).startswith(b"+OK")
        except OSError:
            return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
