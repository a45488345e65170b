"""The last means against a task that lets nothing else run in its process: native code that holds the interpreter lock.

Then no thread of ours can fence the attempt or kill the process. A thread of the C library that needs no lock can: it writes to the
standard error where the process was, and ends it. The attempt's lease has run out by then or does soon, and the rescuer decides.
"""

from __future__ import annotations

import faulthandler
from collections.abc import Iterator
from contextlib import contextmanager

GRACE = 5.0
"""Seconds after its hard limit in which an attempt is fenced and failed by the process's own threads."""
_STDERR = 2


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """End this process, whatever it does, when the block takes longer than this and the grace. One block at a time in a process."""
    faulthandler.dump_traceback_later(seconds + GRACE, exit=True, file=_STDERR)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
