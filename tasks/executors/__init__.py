"""Where records are run. An executor carries a record's id and hints for its transport, nothing else."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Hints:
    """What a broker may know of a record: its priority (0 first, 9 last) and the limits (s) behind which it is killed."""

    priority: int = 5
    soft_limit: float = 0
    hard_limit: float = 0


class Executor(Protocol):
    """Delays are none of its business: a record is sent when it is due (`TaskRecord.run_after`)."""

    name: str

    def send(self, record_id: uuid.UUID, hints: Hints) -> None:
        """Have the record run somewhere soon; raises BrokerUnreachable."""
