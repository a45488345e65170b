"""How much memory a process really takes, by the kernel's account."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

KILOBYTES = 1024


def give_back_memory() -> None:
    """Return to the kernel what loading took and needs no more: the allocator (glibc's) keeps it otherwise."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def tree_mb(pid: int | None = None) -> float | None:
    """Proportional set size in MB of a process (this one) and all below it; None where the kernel does not tell."""
    try:
        return round(sum(_pss(each) for each in [pid or os.getpid(), *descendants(pid or os.getpid())]) / KILOBYTES, 1)
    except OSError:
        return None


def descendants(pid: int) -> list[int]:
    """Children, their children and so on; one that ends meanwhile is left out."""
    below: list[int] = []
    for child in _children(pid):
        below += [child, *descendants(child)]
    return below


def _children(pid: int) -> list[int]:
    """A process is the child of the thread that started it, so every thread is asked."""
    found: list[int] = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in listed.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _pss(pid: int) -> int:
    """In kB; nothing for a process that has just ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
