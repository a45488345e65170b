"""What a process calls itself: a name that no other process start ever had, so that no work waits for a dead one."""

from __future__ import annotations

import os
import socket
import uuid

_names: dict[int, str] = {}


def worker_name() -> str:
    """`host:pid:random`, made once per process (a forked child makes its own)."""
    pid = os.getpid()
    if pid not in _names:
        _names.clear()
        _names[pid] = f"{socket.gethostname()[:60]}:{pid}:{uuid.uuid4().hex[:8]}"
    return _names[pid]
