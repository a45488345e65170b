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
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from documents.services.sandbox import errors, wire
from documents.services.sandbox.confinement.bounds import CANNOT_CONFINE
from documents.services.sandbox.confinement.needs import ROOT, Needs
from documents.services.sandbox.errors import JobFailed, JobRefused
from documents.services.sandbox.limits import Limits
from documents.services.sandbox.room import Room

CHECK_EVERY = 0.25
NEARLY_ALL = 0.6
"""Of its memory, from which on a child that dies of a signal is taken to have wanted more."""
_PAGE = os.sysconf("SC_PAGE_SIZE")
MODULE = "documents.services.sandbox.worker"
_PIECE = 1 << 20
# Of the environment, which may hold secrets; the last is how tests measure what a child runs.
_KEPT = ("PATH", "LANG", "LC_ALL", "COVERAGE_PROCESS_CONFIG")
Result = dict[str, Any]
Check = Callable[[], None]
Progress = Callable[[int, int], None]
Part = Callable[[dict[str, Any]], None]


class Child:
    """A process that runs one entry (`module:function`) again and again, in a room of its own below `scratch`. Used by one thread at a
    time."""

    def __init__(self, entry: str, limits: Limits, needs: Needs, scratch: Path) -> None:
        self._limits = limits
        self._room = Room(scratch)
        bounds = needs.bounds(reads=(str(self._room.inbox),), writes=(str(self._room.work),))
        self._process = spawn(MODULE, str(os.getpid()), json.dumps(asdict(limits)), json.dumps(asdict(bounds)), entry)
        self._jobs = 0
        self._largest = 0
        self._resident_at_first: int | None = None

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(
        self,
        job: dict[str, Any],
        folder: Path,
        check: Check,
        progress: Progress,
        wall_seconds: float | None = None,
        part: Part | None = None,
    ) -> Result:
        """Send a job, with the files that it names (each `Path` in it), and return its result; `folder` is in the child's room meanwhile.
        `check` is called at least every half second and may raise; `part` is given what the child says before the whole.

        Raises JobRefused, and JobFailed where the process ends or has to be ended: no answer in `wall_seconds`, no sign of life in
        `silent_seconds`, or garbage instead of an answer; OSError (ENOSPC) says that the disk is full. Without an answer the child is gone.
        """
        try:
            with self._room.occupied(job, folder) as (placed, inside), self._ended_by_errors():
                message = {"job": placed, "folder": str(inside)}
                answer = self._converse(message, check, progress, wall_seconds or self._limits.wall_seconds, part)
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

    def _converse(self, message: wire.Message, check: Check, progress: Progress, wall_seconds: float, part: Part | None) -> wire.Message:
        self._send(message)
        inbox, heard = wire.Inbox(), time.monotonic()
        deadline = heard + wall_seconds
        while True:
            piece = self._receive()
            self._largest = max(self._largest, self._size())
            now = time.monotonic()
            heard = now if piece else heard
            if now > deadline or now - heard > self._limits.silent_seconds:
                raise JobFailed(errors.TIMEOUT)
            try:
                answers = inbox.feed(piece) if piece else []
            except wire.Garbled as garbage:
                raise JobFailed(errors.CRASHED, "garbage") from garbage
            for answer in answers:
                if "part" in answer:
                    if part is not None and isinstance(answer["part"], dict):
                        part(answer["part"])
                elif "progress" in answer:
                    done, total = _counts(answer["progress"])
                    if done:
                        progress(done, total)
                else:
                    return _checked(answer)
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
        """Libraries in C crash where they get no memory: a child that was about to be too large has died of that."""
        code = self._process.wait()
        if code < 0 and self._largest > self._limits.memory_bytes * NEARLY_ALL:
            return errors.MEMORY
        return {-signal.SIGXCPU: errors.TIMEOUT, CANNOT_CONFINE: errors.UNCONFINED}.get(code, errors.CRASHED)

    def _size(self) -> int:
        """Bytes of its address space, which is what the limit counts."""
        return _pages(self.pid)[0] * _PAGE

    @contextmanager
    def _ended_by_errors(self) -> Iterator[None]:
        """Nothing works in a folder any more that leaves the room because of an error."""
        try:
            yield
        except BaseException:
            self._end()
            raise

    def worn_out(self) -> bool:
        """Whether to replace it before the next job: it ended, has done many, or has grown."""
        if self._process.poll() is not None or self._jobs >= self._limits.jobs_per_child:
            return True
        resident = _pages(self.pid)[1] * _PAGE
        self._resident_at_first = self._resident_at_first or resident
        return resident - self._resident_at_first > self._limits.growth_bytes

    def kill(self) -> None:
        self._end()
        self.close()

    def _end(self) -> None:
        """With all that it started: no call by which something could leave its group is allowed to it."""
        if self._process.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()

    def close(self) -> None:
        """End it; an idle child leaves at the end of its input."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):  # unsent bytes for a child that is gone
                    pipe.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._end()
        self._room.remove()

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


def _pages(pid: int) -> tuple[int, int]:
    """(of the address space, of them in memory); zeros where that cannot be seen."""
    try:
        size, resident = Path(f"/proc/{pid}/statm").read_text().split()[:2]
        return int(size), int(resident)
    except (OSError, ValueError):
        return 0, 0


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
        environment = {**kept, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/"}
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/", env=environment, start_new_session=True)


_spawner = _Spawner()


def spawn(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start `python -m module arguments` with pipes and no secrets in its environment; it ends with this process, if it asks to
    (`worker.die_with`)."""
    return _spawner.start([sys.executable, "-m", module, *arguments])


os.register_at_fork(after_in_child=_spawner.forget)
