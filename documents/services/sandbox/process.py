"""One warm child, seen from its parent: start, ask, listen, kill."""

from __future__ import annotations

import errno
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from documents.services.sandbox import errors, wire
from documents.services.sandbox.errors import JobFailed, JobRefused
from documents.services.sandbox.limits import Limits

CHECK_EVERY = 0.25
MODULE = "documents.services.sandbox.worker"
_ROOT = Path(__file__).resolve().parents[3]
_PIECE = 1 << 20
# Of the environment, which may hold secrets; the last is how tests measure what a child runs.
_KEPT = ("PATH", "LANG", "LC_ALL", "COVERAGE_PROCESS_CONFIG")
Result = dict[str, Any]
Check = Callable[[], None]
Progress = Callable[[int, int], None]


class Child:
    """A process that runs one entry (`module:function`) again and again. Used by one thread at a time."""

    def __init__(self, entry: str, limits: Limits) -> None:
        self._limits = limits
        self._process = spawn(MODULE, str(os.getpid()), json.dumps(asdict(limits)), entry)
        self._jobs = 0
        self._resident_at_first: int | None = None

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, job: dict[str, Any], folder: Path, check: Check, progress: Progress, wall_seconds: float | None = None) -> Result:
        """Send a job and return its result. `check` is called at least every half second and may raise.

        Raises JobRefused, and JobFailed where the process ends or has to be ended: no answer in `wall_seconds`, no sign of life in
        `silent_seconds`, or garbage instead of an answer; OSError (ENOSPC) says that the disk is full. Without an answer the child is gone.
        """
        try:
            answer = self._converse({"job": job, "folder": str(folder)}, check, progress, wall_seconds or self._limits.wall_seconds)
        except BaseException:
            self.kill()
            raise
        self._jobs += 1
        return self._result(answer)

    def _result(self, answer: wire.Message) -> Result:
        if "refused" in answer:
            raise JobRefused(answer["refused"], **answer["details"])
        if answer.get("full"):
            raise OSError(answer["full"], os.strerror(answer["full"]))
        if "failed" in answer:
            if answer["failed"] == errors.MEMORY:
                self._jobs = self._limits.jobs_per_child  # it has left, or is about to
            raise JobFailed(answer["failed"], answer.get("reason", ""), answer.get("traceback", ""))
        result: Result = answer["result"]
        return result

    def _converse(self, message: wire.Message, check: Check, progress: Progress, wall_seconds: float) -> wire.Message:
        self._send(message)
        inbox, heard = wire.Inbox(), time.monotonic()
        deadline = heard + wall_seconds
        while True:
            piece = self._receive()
            now = time.monotonic()
            heard = now if piece else heard
            if now > deadline or now - heard > self._limits.silent_seconds:
                raise JobFailed(errors.TIMEOUT)
            try:
                answers = inbox.feed(piece) if piece else []
            except wire.Garbled as garbage:
                raise JobFailed(errors.CRASHED, "garbage") from garbage
            for answer in answers:
                if "progress" not in answer:
                    return _checked(answer)
                done, total = _counts(answer["progress"])
                if done:
                    progress(done, total)
            check()

    def _send(self, message: wire.Message) -> None:
        assert self._process.stdin is not None  # noqa: S101 - opened as a pipe
        try:
            self._process.stdin.write(wire.pack(message))
            self._process.stdin.flush()
        except OSError as error:
            if error.errno not in (errno.EPIPE, errno.ECONNRESET):
                raise
            raise JobFailed(self._cause_of_death()) from error

    def _receive(self) -> bytes:
        """What the child says within a quarter of a second, b"" for silence."""
        assert self._process.stdout is not None  # noqa: S101 - opened as a pipe
        descriptor = self._process.stdout.fileno()
        if not select.select([descriptor], [], [], CHECK_EVERY)[0]:
            return b""
        piece = os.read(descriptor, _PIECE)
        if not piece:
            raise JobFailed(self._cause_of_death())
        return piece

    def _cause_of_death(self) -> str:
        return errors.TIMEOUT if self._process.wait() == -signal.SIGXCPU else errors.CRASHED

    def worn_out(self) -> bool:
        """Whether to replace it before the next job: it ended, has done many, or has grown."""
        if self._process.poll() is not None or self._jobs >= self._limits.jobs_per_child:
            return True
        resident = _resident_bytes(self.pid)
        self._resident_at_first = self._resident_at_first or resident
        return resident - self._resident_at_first > self._limits.growth_bytes

    def kill(self) -> None:
        self._process.kill()
        self.close()

    def close(self) -> None:
        """End it; an idle child leaves at the end of its input."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):  # unsent bytes for a child that is gone
                    pipe.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def forget(self) -> None:
        """Let go of a child that belongs to the process we were forked from."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                os.close(pipe.fileno())
        self._process.returncode = 0


def _counts(said: Any) -> tuple[int, int]:
    if isinstance(said, list) and len(said) == 2 and all(isinstance(count, int) for count in said):
        return said[0], said[1]
    raise JobFailed(errors.CRASHED, "garbage")


def _checked(answer: wire.Message) -> wire.Message:
    """An answer of the agreed shape; whatever else a broken child sends is garbage."""
    shaped = isinstance(answer.get("result"), dict) or isinstance(answer.get("refused"), str) or isinstance(answer.get("failed"), str)
    if not shaped or ("refused" in answer and not isinstance(answer.get("details"), dict)):
        raise JobFailed(errors.CRASHED, "garbage")
    return answer


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

    def start(self, command: list[str]) -> subprocess.Popen[bytes]:
        self._executor = self._executor or ThreadPoolExecutor(1, thread_name_prefix="sandbox-spawner")
        return self._executor.submit(self._popen, command).result()

    def forget(self) -> None:
        self._executor = None

    @staticmethod
    def _popen(command: list[str]) -> subprocess.Popen[bytes]:
        kept = {key: value for key, value in os.environ.items() if key in _KEPT}
        environment = {**kept, "PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/"}
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/", env=environment, start_new_session=True)


_spawner = _Spawner()


def spawn(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start `python -m module arguments` with pipes and no secrets in its environment; it ends with this process, if it asks to
    (`worker.die_with`)."""
    return _spawner.start([sys.executable, "-m", module, *arguments])


os.register_at_fork(after_in_child=_spawner.forget)
