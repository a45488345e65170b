"""What a process calls itself: a name that no other process start ever had, so that no work waits for a dead one."""

from __future__ import annotations

import os
import socket
import uuid

_names: dict[int, str] = {}
_main = os.getpid()
"""The process that imported this before it forked: the parent of a pool's children."""


def worker_name() -> str:
    """`host:pid:random`, made once per process; a pool's child makes its own, `host:parent:pid:random`."""
    pid = os.getpid()
    if pid not in _names:
        _names.clear()
        process = pid if pid == _main else f"{_main}:{pid}"
        _names[pid] = f"{socket.gethostname()[:60]}:{process}:{uuid.uuid4().hex[:8]}"
    return _names[pid]


def process_of(name: str) -> str:
    """`host:pid` of the process that says it lives for this worker: itself, or the parent of the pool it belongs to."""
    return ":".join(name.split(":")[:2])
