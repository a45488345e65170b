"""The child: reads jobs from stdin, answers on stdout, holds nothing but the job in hand.

Started as `python -m documents.services.sandbox.worker <parent pid> <limits> <bounds> <module:function>`, limits and bounds as JSON. A
message is {job, folder}; answers are {progress: [done, total]}, {part: ...} and at the end one of {result: ...},
{refused: code, details: ...} and {failed: code, ...}.
Between jobs it has no folder; in a job, temporary files and the home directory are in the folder of the job.
"""

from __future__ import annotations

import ctypes
import errno
import importlib
import json
import logging
import math
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from documents.services.sandbox import errors, wire
from documents.services.sandbox.confinement.bounds import Bounds, confine_or_end
from documents.services.sandbox.errors import JobRefused
from documents.services.sandbox.limits import Limits

PROGRESS_EVERY = 0.1
NOWHERE = "/"
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_OUT_OF_MEMORY = wire.pack({"failed": errors.MEMORY})


@dataclass(frozen=True)
class Surroundings:
    """What a job has besides its request: `folder` for its files, `progress(done, total)`; done = 0 is only a sign of life; `part(value)`
    for what is known before the whole."""

    folder: Path
    progress: Callable[[int, int], None]
    part: Callable[[dict[str, Any]], None] = lambda value: None


Entry = Callable[[dict[str, Any], Surroundings], dict[str, Any]]


def main() -> None:
    parent, limits, bounds, entry = int(sys.argv[1]), Limits(**json.loads(sys.argv[2])), Bounds(**json.loads(sys.argv[3])), sys.argv[4]
    answers = _own_stdout()
    die_with(parent)
    importlib.import_module(entry.partition(".")[0])  # the project's folder cannot be listed from the next line on
    confine_or_end(bounds)
    _limit(limits)
    logging.disable(logging.CRITICAL)
    run: Entry = entry_of(entry)
    while message := wire.read(sys.stdin.buffer):
        _renew_cpu(limits.cpu_seconds)
        answer = _served(run, message, answers)
        answers.write(answer)
        answers.flush()
        if answer == _OUT_OF_MEMORY:
            return  # what is left of the memory is no place for another job


def _own_stdout() -> IO[bytes]:
    """The pipe to the parent, out of the reach of libraries that print: their stdout becomes stderr."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def die_with(parent: int) -> None:
    """Take the kernel's word that this process goes when its parent goes; it may have gone already."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _limit(limits: Limits) -> None:
    for limit, value in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
    ):
        hard = resource.getrlimit(limit)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (allowed, allowed))


def entry_of(dotted: str) -> Any:
    """The function that "package.module:function" names."""
    module, _, name = dotted.partition(":")
    return getattr(importlib.import_module(module), name)


def _renew_cpu(seconds: int) -> None:
    """The processor limit counts from the start of the process: grant each job its own share."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    wanted = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def _served(run: Entry, message: dict[str, Any], answers: IO[bytes]) -> bytes:
    """The answer's bytes."""
    try:
        _move_to(message["folder"])
        reporter = _Reporter(answers)
        return wire.pack({"result": run(message["job"], Surroundings(Path(message["folder"]), reporter, reporter.part))})
    except JobRefused as refusal:
        return wire.pack({"refused": refusal.code, "details": refusal.details})
    except MemoryError:
        return _OUT_OF_MEMORY
    except Exception as error:  # noqa: BLE001 - the parent decides; a job's surprise must not cost the warm process
        full = error.errno if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT) else 0
        failed = {"failed": errors.FAILED, "reason": type(error).__name__, "full": full, "traceback": traceback.format_exc()[-4000:]}
        return wire.pack(failed)
    finally:
        os.chdir(NOWHERE)


def _move_to(folder: str) -> None:
    os.environ["TMPDIR"] = os.environ["HOME"] = tempfile.tempdir = folder
    os.chdir(folder)


class _Reporter:
    """Sends progress, at most ten times a second."""

    def __init__(self, answers: IO[bytes]) -> None:
        self._answers = answers
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now >= self._next or done == total:
            self._next = now + PROGRESS_EVERY
            self._say({"progress": [done, total]})

    def part(self, value: dict[str, Any]) -> None:
        self._say({"part": value})

    def _say(self, message: wire.Message) -> None:
        self._answers.write(wire.pack(message))
        self._answers.flush()


if __name__ == "__main__":
    main()
