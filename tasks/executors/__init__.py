"""Where records are run. The queue is in the database (`tasks.engine.queue`); an executor's message only wakes somebody who looks there.

A message names a record for the logs and carries hints for its transport, nothing else.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Hints:
    """What a broker may know: the limits (s) behind which the process that took a message is killed, should it be frozen. Whoever gets
    the message may claim any record, so these are the longest that any task has; a record's own limits are kept by its attempt, and
    by a watchdog in the process that runs it."""

    soft_limit: float = 0
    hard_limit: float = 0


class Executor(Protocol):
    """Delays are none of its business: a record is sent when it is due (`TaskRecord.run_after`)."""

    name: str

    def send(self, record_id: uuid.UUID, hints: Hints) -> None:
        """Have somebody look for work soon; raises BrokerUnreachable."""

    def held(self) -> int | None:
        """How many messages lie at the broker; None where none ever lie anywhere (a wake-up reaches all who could work).
        Raises BrokerUnreachable."""
