"""How a command gets hold of the embedded servers: use those that run, start them where none do, let go at the end."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lexintel.embedded.locks import is_locked, is_shared, locked, open_lock
from lexintel.embedded.place import Place
from lexintel.steps import StepFailed

ROOT = Path(__file__).resolve().parent.parent.parent
VARIABLES = {"DATABASE_URL": "postgres", "REDIS_URL": "valkey"}


class Attachment:
    """One process's use of the servers of a place. `addresses`: {variable: URL} of those that the environment does not name."""

    def __init__(self, var: Path, *, disposable: bool = False) -> None:
        self.place = Place(var)
        self.disposable = disposable
        self.wanted = {variable: name for variable, name in VARIABLES.items() if not os.environ.get(variable)}
        self.addresses: dict[str, str] = {}
        self._keeper: subprocess.Popen[bytes] | None = None
        self._users = -1

    def open(self) -> None:
        """Hold the servers; returns when they answer. Waits while a keeper is stopping them."""
        self._users = open_lock(self.place.run / "users.lock")
        fcntl.flock(self._users, fcntl.LOCK_SH)
        try:
            self.ensure()
        except BaseException:
            self.close()
            raise

    def ensure(self) -> None:
        """Start a keeper where none runs (any more)."""
        with locked(self.place.run / "start.lock"):
            if not self.is_kept():
                self._start_keeper()
            addresses = json.loads((self.place.run / "servers.json").read_text())
        if missing := self.wanted.keys() - addresses.keys():
            raise StepFailed(f"Another LexIntel command runs here with a {missing.pop()} of its own; end it first.")
        self.addresses = {variable: addresses[variable] for variable in self.wanted}

    def is_kept(self) -> bool:
        if self._keeper is not None:
            self._keeper.poll()
        return is_locked(self.place.run / "keeper.lock")

    def close(self, seconds: float = 15) -> None:
        """Let go, and where nobody else uses the servers wait until they have stopped."""
        os.close(self._users)
        stop_at = time.monotonic() + seconds
        while self._is_stopping() and time.monotonic() < stop_at:
            time.sleep(0.03)

    def _is_stopping(self) -> bool:
        """Whether a keeper is there that nobody needs."""
        if not self.is_kept():
            return False
        if not (self.place.run / "servers.json").exists():
            return True
        # A keeper that stops holds the lock alone, a moment before it says so.
        return not is_shared(self.place.run / "users.lock")

    def _start_keeper(self) -> None:
        command = [sys.executable, "-m", "lexintel.embedded.keeper", str(self.place.var), "disposable" if self.disposable else "lasting"]
        with (self.place.log / "keeper.log").open("ab") as log:
            self._keeper = subprocess.Popen(
                [*command, *self.wanted.values()],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        answer = read_all(self._keeper)
        if answer != "ready":
            sentence, _, explanation = answer.partition("\n")
            raise StepFailed(sentence or "The embedded servers did not start (see keeper.log).", explanation.strip())


def read_all(process: subprocess.Popen[bytes]) -> str:
    """What a keeper answers; it closes the pipe when it has."""
    if process.stdout is None:
        return ""
    with process.stdout as pipe:
        return pipe.read().decode(errors="replace")


@contextmanager
def attached(var: Path, *, disposable: bool = False) -> Iterator[dict[str, str]]:
    """The servers while the block runs; gives {variable: URL} of those that the environment does not name."""
    attachment = Attachment(var, disposable=disposable)
    attachment.open()
    try:
        yield attachment.addresses
    finally:
        attachment.close()
