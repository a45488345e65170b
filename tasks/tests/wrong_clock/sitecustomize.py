"""A wall clock that is wrong and may jump, for every Python process that has this folder in PYTHONPATH.

The file named by CLOCK_SHIFT holds the seconds by which `time.time()`, `time.time_ns()` (what logging asks from Python 3.13 on) and
`datetime.now()` are wrong; `time.monotonic()` goes on.
"""

from __future__ import annotations

import datetime
import os
import time
from pathlib import Path
from typing import Any

real_time, real_time_ns, real_datetime = time.time, time.time_ns, datetime.datetime
path = Path(os.environ["CLOCK_SHIFT"])


def shift() -> float:
    return float(path.read_text())


class Kind(type):
    """What the database and the standard library make are datetimes too."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, real_datetime)


class Shifted(real_datetime, metaclass=Kind):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        return real_datetime.now(tz) + datetime.timedelta(seconds=shift())

    @classmethod
    def utcnow(cls) -> Any:
        return real_datetime.utcnow() + datetime.timedelta(seconds=shift())


time.time = lambda: real_time() + shift()
time.time_ns = lambda: real_time_ns() + int(shift() * 1_000_000_000)
datetime.datetime = Shifted  # type: ignore[misc]
