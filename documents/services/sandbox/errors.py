"""How a job can end other than with a result."""

from __future__ import annotations

TIMEOUT, CRASHED, MEMORY, FAILED, UNCONFINED = "timeout", "crashed", "memory", "failed", "unconfined"

Details = dict[str, str | int]


class JobRefused(Exception):
    """Raised by the job itself and carried to the caller: this input can't be worked on. `code` and `details` are the job's own words."""

    def __init__(self, code: str, **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.details: Details = details


class JobFailed(Exception):
    """The job did not come to its end. `code`: timeout, crashed, memory, failed (an error nobody expected, named in
    `reason`), unconfined (no child could be held to what it may touch, so none was given the job)."""

    def __init__(self, code: str, reason: str = "", traceback: str = "") -> None:
        super().__init__(f"{code} {reason}".strip())
        self.code = code
        self.reason = reason
        self.traceback = traceback
