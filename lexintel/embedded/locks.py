"""Locks on files. The kernel frees them when their process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def open_lock(path: Path) -> int:
    """A descriptor to lock; children do not inherit it."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_lock(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    """Take the lock for this process alone if nobody holds it, or share it (LOCK_SH) if nobody holds it alone."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock."""
    return _found(path, lambda descriptor: not try_lock(descriptor))


def is_shared(path: Path) -> bool:
    """Whether somebody shares the lock with others; who holds it alone does not."""
    return _found(path, lambda descriptor: not try_lock(descriptor) and try_lock(descriptor, fcntl.LOCK_SH))


def _found(path: Path, look: Callable[[int], bool]) -> bool:
    """What a look at the lock says. Makes no file: the folder may be going away at this moment."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return look(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait for the lock and hold it."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
