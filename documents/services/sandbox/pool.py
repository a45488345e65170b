"""The warm children of this process for one kind of work: borrowed by a thread for one job, put back, replaced when worn out,
ended when idle."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from documents.services.sandbox import errors
from documents.services.sandbox.confinement.kernel import offer
from documents.services.sandbox.confinement.needs import Needs
from documents.services.sandbox.errors import JobFailed
from documents.services.sandbox.folders import Folder, sweep
from documents.services.sandbox.limits import Limits
from documents.services.sandbox.process import CHECK_EVERY, Check, Child, Part, Progress, Result

logger = logging.getLogger(__name__)
ATTEMPTS = 2
IDLE_SECONDS = 20.0
"""A child that nobody needed for so long is ended: another starts in a tenth of a second."""


class Pool:
    """Children that run `entry` ("package.module:function", a sandbox.worker.Entry), at most `size` at work; further callers wait, and
    can still be cancelled while they do. `scratch` says where working folders are made: one place for the whole installation. `needs` says
    what the entry reads and starts besides its jobs' files."""

    def __init__(
        self,
        entry: str,
        *,
        scratch: Callable[[], Path],
        limits: Limits | None = None,
        size: int | None = None,
        needs: Callable[[], Needs] = Needs,
    ) -> None:
        self.entry = entry
        self.limits = limits or Limits()
        self.needs = needs
        self._scratch = scratch
        self._size = size or max(2, os.cpu_count() or 2)
        self._reset()
        _pools.add(self)

    def _reset(self) -> None:
        self._free = threading.BoundedSemaphore(self._size)
        self._lock = threading.Lock()
        self._idle: list[tuple[Child, float]] = []
        self._timer: threading.Timer | None = None

    def folder(self) -> Folder:
        """A working folder, to be removed by the caller. Those of processes that died go on this occasion."""
        root = self._scratch()
        sweep(root)
        return Folder(root)

    def run(
        self,
        job: dict[str, Any],
        *,
        check: Check,
        progress: Progress,
        folder: Folder | None = None,
        wall_seconds: float | None = None,
        part: Part | None = None,
    ) -> Result:
        """The result of a job, from a warm child. A file that the job reads is a `Path` in it, wherever it lies; the child finds the name
        by which it may open it. What it writes is named relative to the job's folder. `check` is called at least twice a second; when it
        raises, the child is killed and the error goes on to the caller; `part` is given what the job says before its result. What the job
        leaves in `folder` is the caller's; without one, it is gone.

        Raises JobRefused, JobFailed, and OSError (ENOSPC) for a full disk. A child that crashes is replaced and asked again once: it may
        have been the innocent victim of the machine.
        """
        own = folder or self.folder()
        try:
            return self._attempts(job, own.path, check, progress, wall_seconds, part)
        finally:
            if folder is None:
                own.remove()

    def _attempts(
        self, job: dict[str, Any], folder: Path, check: Check, progress: Progress, wall_seconds: float | None, part: Part | None
    ) -> Result:
        for attempt in range(1, ATTEMPTS + 1):
            with self.child(check) as child:
                try:
                    return child.ask(job, folder, check, progress, wall_seconds, part)
                except JobFailed as failure:
                    logger.warning("a child for %s failed (%s), attempt %s", self.entry, failure, attempt)
                    if failure.code != errors.CRASHED or attempt == ATTEMPTS:
                        raise
        raise AssertionError("the last attempt returns or raises")

    @contextmanager
    def child(self, check: Check) -> Iterator[Child]:
        """A child for one job."""
        while not self._free.acquire(timeout=CHECK_EVERY):
            check()
        try:
            child = self._take()
            try:
                yield child
            finally:
                self._put_back(child)
        finally:
            self._free.release()

    def _take(self) -> Child:
        with self._lock:
            child = self._idle.pop()[0] if self._idle else None
        if child is not None and child.worn_out():
            child.close()
            child = None
        return child or self._started()

    def _started(self) -> Child:
        tell_once()
        return Child(self.entry, self.limits, self.needs(), self._scratch())

    def _put_back(self, child: Child) -> None:
        if child.worn_out():
            child.close()
            return
        with self._lock:
            self._idle.append((child, time.monotonic()))
            self._look_later()

    def _look_later(self) -> None:
        """Have a thread come by when the child that rests longest has rested enough, unless one is on its way; called under the lock."""
        if self._timer is None and self._idle:
            since = min(since for _child, since in self._idle)
            self._timer = threading.Timer(max(0.0, since + IDLE_SECONDS - time.monotonic()), self._end_idle)
            self._timer.daemon = True
            self._timer.start()

    def _end_idle(self) -> None:
        with self._lock:
            long_ago = time.monotonic() - IDLE_SECONDS
            ended = [child for child, since in self._idle if since <= long_ago]
            self._idle = [(child, since) for child, since in self._idle if since > long_ago]
            self._timer = None
            self._look_later()
        for child in ended:
            child.close()

    def close(self) -> None:
        """End the idle children (those at work end with their job or with this process)."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child, _since in idle:
            child.close()

    def forget(self) -> None:
        """After a fork: the children are the parent's."""
        for child, _since in self._idle:
            child.forget()
        self._reset()


@cache
def tell_once() -> None:
    """What is not held here stands in the log once for each process that starts children."""
    if not offer().files:
        logger.warning("This kernel does not keep parsers from other files (Landlock: %s).", offer().no_landlock)
    if not offer().network:
        logger.warning("This kernel does not keep parsers from the network (seccomp: %s).", offer().no_seccomp)


_pools: weakref.WeakSet[Pool] = weakref.WeakSet()


def close_all() -> None:
    """End the idle children of this process."""
    for pool in list(_pools):
        pool.close()


def _forget_all() -> None:
    for pool in list(_pools):
        pool.forget()


os.register_at_fork(after_in_child=_forget_all)
atexit.register(close_all)
