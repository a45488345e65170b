"""Tasks are run here, in the test's own process."""

from __future__ import annotations

from tasks.engine.attempts import claim_next, execute


def work_off() -> None:
    """Run what waits until nothing is left."""
    while (claimed := claim_next("background")) is not None:
        execute(claimed)
