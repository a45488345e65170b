"""One warm parsing child, seen from its parent: start, ask, listen, kill."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from documents.services.extraction import wire
from documents.services.extraction.limits import CHILD_GROWTH_BYTES, FILES_PER_CHILD, SILENT_SECONDS, WALL_SECONDS

CHECK_EVERY = 0.25
HOME_PREFIX = "lexintel-parser-"
_ROOT = Path(__file__).resolve().parents[3]
_PIECE = 1 << 20
# Of the environment, which may hold secrets; the last is how tests measure what a child runs.
_KEPT = ("PATH", "LANG", "LC_ALL", "COVERAGE_PROCESS_CONFIG")


class ChildDied(Exception):
    """The child ended without an answer. `code`: parser_timeout, parser_crashed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Child:
    """A parser process. Used by one thread at a time."""

    def __init__(self) -> None:
        self._home = tempfile.mkdtemp(prefix=HOME_PREFIX)
        self._process = _spawner.start(self._home)
        self._files = 0
        self._resident_at_first: int | None = None

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, request: dict[str, Any], check: Callable[[], None], progress: Callable[[int, int], None]) -> dict[str, Any]:
        """Send a request and return its answer. `check` is called at least every half second and may raise.

        Raises ChildDied when the process ends or has to be ended: no answer in WALL_SECONDS, or no sign of life in SILENT_SECONDS.
        Whatever is raised, the child is gone then.
        """
        try:
            return self._converse(request, check, progress)
        except BaseException:
            self.kill()
            raise

    def _converse(self, request: dict[str, Any], check: Callable[[], None], progress: Callable[[int, int], None]) -> dict[str, Any]:
        self._send(request)
        inbox, deadline, heard = wire.Inbox(), time.monotonic() + WALL_SECONDS, time.monotonic()
        while True:
            piece = self._receive()
            now = time.monotonic()
            if piece:
                heard = now
            elif now > deadline or now - heard > SILENT_SECONDS:
                raise ChildDied("parser_timeout")
            for message in inbox.feed(piece) if piece else ():
                if "progress" not in message:
                    # Having run out of memory it answers and leaves.
                    self._files += FILES_PER_CHILD if message.get("error") == "parser_memory" else 1
                    return message
                if message["progress"][0]:
                    progress(*message["progress"])
            check()

    def _send(self, request: dict[str, Any]) -> None:
        assert self._process.stdin is not None  # noqa: S101 - opened as a pipe
        try:
            self._process.stdin.write(wire.pack(request))
            self._process.stdin.flush()
        except (BrokenPipeError, OSError) as error:
            raise ChildDied(self._cause_of_death()) from error

    def _receive(self) -> bytes:
        """What the child says within a quarter of a second, b"" for silence."""
        assert self._process.stdout is not None  # noqa: S101 - opened as a pipe
        descriptor = self._process.stdout.fileno()
        if not select.select([descriptor], [], [], CHECK_EVERY)[0]:
            return b""
        piece = os.read(descriptor, _PIECE)
        if not piece:
            raise ChildDied(self._cause_of_death())
        return piece

    def _cause_of_death(self) -> str:
        code = self._process.wait()
        return "parser_timeout" if code == -signal.SIGXCPU else "parser_crashed"

    def worn_out(self) -> bool:
        """Whether to replace it before the next file: it ended, has read many, or has grown."""
        if self._process.poll() is not None or self._files >= FILES_PER_CHILD:
            return True
        resident = _resident_bytes(self.pid)
        self._resident_at_first = self._resident_at_first or resident
        return resident - self._resident_at_first > CHILD_GROWTH_BYTES

    def kill(self) -> None:
        self._process.kill()
        self.close()

    def close(self) -> None:
        """End it; an idle child leaves at the end of its input."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                _close_pipe(pipe)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._home, ignore_errors=True)

    def forget(self) -> None:
        """Let go of a child that belongs to the process we were forked from."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                os.close(pipe.fileno())
        self._process.returncode = 0


def _close_pipe(pipe: Any) -> None:
    with suppress(BrokenPipeError):  # unsent bytes for a child that is gone
        pipe.close()


def _resident_bytes(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


class _Spawner:
    """Starts children from one thread that lives as long as the process.

    The kernel ends a child with the *thread* that started it (PR_SET_PDEATHSIG), and the threads that ask for one come and go.
    """

    def __init__(self) -> None:
        self._executor: ThreadPoolExecutor | None = None

    def start(self, home: str) -> subprocess.Popen[bytes]:
        self._executor = self._executor or ThreadPoolExecutor(1, thread_name_prefix="parser-spawner")
        return self._executor.submit(self._popen, home).result()

    def forget(self) -> None:
        self._executor = None

    @staticmethod
    def _popen(home: str) -> subprocess.Popen[bytes]:
        kept = {key: value for key, value in os.environ.items() if key in _KEPT or key.startswith("LEXINTEL_PARSER_")}
        environment = {**kept, "PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": home, "HOME": home}
        command = [sys.executable, "-m", "documents.services.extraction.child", str(os.getpid())]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=home, env=environment, start_new_session=True)


_spawner = _Spawner()
os.register_at_fork(after_in_child=_spawner.forget)
