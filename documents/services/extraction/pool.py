"""The warm children of this process: borrowed by a thread for one file, put back, replaced when worn out."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from documents.services.extraction.process import CHECK_EVERY, Child


class Pool:
    """At most `size` children at work; further callers wait, and can still be cancelled while they do."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._reset()

    def _reset(self) -> None:
        self._free = threading.BoundedSemaphore(self._size)
        self._lock = threading.Lock()
        self._idle: list[Child] = []

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
            child = self._idle.pop() if self._idle else None
        if child is not None and child.worn_out():
            child.close()
            child = None
        return child or Child()

    def _put_back(self, child: Child) -> None:
        if child.worn_out():
            child.close()
            return
        with self._lock:
            self._idle.append(child)

    def close(self) -> None:
        """End the idle children (those at work end with their file or with this process)."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.close()

    def forget(self) -> None:
        """After a fork: the children are the parent's."""
        for child in self._idle:
            child.forget()
        self._reset()


pool = Pool(size=max(2, os.cpu_count() or 2))
os.register_at_fork(after_in_child=pool.forget)
atexit.register(pool.close)
