"""The warm children of this process: borrowed by a thread for one file, put back, replaced when worn out, ended when idle."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from documents.services.extraction.process import CHECK_EVERY, Child

IDLE_SECONDS = 20.0
"""A child that nobody needed for so long is ended: another starts in a tenth of a second."""


class Pool:
    """At most `size` children at work; further callers wait, and can still be cancelled while they do."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._reset()

    def _reset(self) -> None:
        self._free = threading.BoundedSemaphore(self._size)
        self._lock = threading.Lock()
        self._idle: list[tuple[Child, float]] = []
        self._gardener: threading.Timer | None = None

    @contextmanager
    def child(self, check: Callable[[], None]) -> Iterator[Child]:
        """A child for one file. If the block raises, the child is not used again."""
        while not self._free.acquire(timeout=CHECK_EVERY):
            check()
        try:
            child = self._take()
            try:
                yield child
            except BaseException:
                child.kill()
                raise
            self._put_back(child)
        finally:
            self._free.release()

    def _take(self) -> Child:
        with self._lock:
            child = self._idle.pop()[0] if self._idle else None
        if child is not None and child.worn_out():
            child.close()
            child = None
        return child or Child()

    def _put_back(self, child: Child) -> None:
        if child.worn_out():
            child.close()
            return
        with self._lock:
            self._idle.append((child, time.monotonic()))
            self._look_later()

    def _look_later(self) -> None:
        """Have a thread come by when the child that rests longest has rested enough, unless one is on its way; called under the lock."""
        if self._gardener is None and self._idle:
            since = min(since for _child, since in self._idle)
            self._gardener = threading.Timer(max(0.0, since + IDLE_SECONDS - time.monotonic()), self._end_idle)
            self._gardener.daemon = True
            self._gardener.start()

    def _end_idle(self) -> None:
        with self._lock:
            long_ago = time.monotonic() - IDLE_SECONDS
            ended = [child for child, since in self._idle if since <= long_ago]
            self._idle = [(child, since) for child, since in self._idle if since > long_ago]
            self._gardener = None
            self._look_later()
        for child in ended:
            child.close()

    def close(self) -> None:
        """End the idle children (those at work end with their file or with this process)."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child, _since in idle:
            child.close()

    def forget(self) -> None:
        """After a fork: the children are the parent's."""
        for child, _since in self._idle:
            child.forget()
        self._reset()


pool = Pool(size=max(2, os.cpu_count() or 2))
os.register_at_fork(after_in_child=pool.forget)
atexit.register(pool.close)
