"""What can end an attempt. The message of an error that a person may cause is a sentence for that person."""

from __future__ import annotations


class TaskError(Exception):
    """Base of the errors that tasks raise on purpose; `code` is a stable word for programs."""

    def __init__(self, message: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = str(message)
        self.code = code


class PermanentError(TaskError):
    """Trying again cannot help: never retried."""


class RetryableError(TaskError):
    """Trying again later may help: retried up to the limit."""


class TimeLimit(TaskError):
    """The attempt ran longer than its soft limit."""


class BrokerUnreachable(TaskError):
    """The message broker did not take a dispatch; the record waits for the rescuer."""


class UnknownTask(PermanentError):
    """No function is registered under this name."""


class Cancelled(Exception):
    """Somebody cancelled the task; raised out of `run.check()`, `run.progress()` and `run.publish()`."""


class ClaimLost(Exception):
    """This attempt no longer holds the record (lease expired, given to another): it must write nothing."""


class ShuttingDown(SystemExit):
    """The process is stopping; the record goes back to the queue and no attempt is charged."""
