"""Processes that die with their parent and never see the terminal's Ctrl-C."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(how: signal.Signals, parent: int | None = None) -> None:
    """Ask the kernel for a signal when the thread that started this process ends. `parent`: who it was, should it be gone already."""
    libc.prctl(PR_SET_PDEATHSIG, int(how))
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), how)


def dying_with(how: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn`: runs after the change of user, which would clear the request."""
    parent = os.getpid()
    return lambda: die_with_parent(how, parent)


def spawn(
    command: Sequence[str | Path],
    *,
    stdout: int | IO[bytes],
    death: signal.Signals = signal.SIGKILL,
    user: tuple[int, int] | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own; call it from the main thread only. `user`: (uid, gid) to run as."""
    become: dict[str, Any] = {"user": user[0], "group": user[1], "extra_groups": []} if user else {}
    return subprocess.Popen(
        [str(word) for word in command],
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=env,
        start_new_session=True,
        preexec_fn=dying_with(death),
        **become,
    )


def stop(process: subprocess.Popen[bytes], how: signal.Signals, patience: float) -> bool:
    """Signal a process and wait; after `patience` seconds kill it. True when it went by itself."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    return True


def wait_until(ready: Callable[[], bool], seconds: float, pause: float = 0.05) -> bool:
    """Ask again and again; False when the time is over."""
    stop_at = time.monotonic() + seconds
    while time.monotonic() < stop_at:
        if ready():
            return True
        time.sleep(pause)
    return False
