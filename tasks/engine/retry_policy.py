"""Which errors are worth another try, and when."""

from __future__ import annotations

import errno
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
import redis
from django.conf import settings
from django.utils.translation import gettext as _
from pydantic import ValidationError

from tasks.base.connections import AWAY
from tasks.errors import PermanentError, RetryableError, TimeLimit

TRANSIENT = (ConnectionError, TimeoutError, *AWAY, redis.ConnectionError, redis.TimeoutError)
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""No room on the disk, for this user, or for a file of this size."""
JITTER = 0.1
DATABASE_DELAY = 2.0


@dataclass(frozen=True)
class Verdict:
    """What an error means: `delay` is None where the task has failed for good."""

    delay: timedelta | None
    message: str
    code: str


def judge(error: BaseException, *, retries: int, previous: tuple[str, str] | None) -> Verdict:
    """Decide over a failed attempt.

    `retries` are those already used; `previous` is the (class, message) of the attempt before: an unknown error that
    happens the same way twice in a row is not tried a third time.
    """
    message, code = describe(error)
    if isinstance(error, PermanentError | ValidationError):
        return Verdict(None, message, code)
    if not is_transient(error) and previous == signature(error):
        return Verdict(None, message, code)
    if retries >= len(settings.TASK_RETRY_DELAYS):
        return Verdict(None, message, code)
    return Verdict(_delay(error, retries), message, code)


def is_transient(error: BaseException) -> bool:
    """Errors of the moment: RetryableError, connections, timeouts, a full disk, HTTP 429 and 5xx."""
    return isinstance(error, (RetryableError, *TRANSIENT)) or is_full(error) or _http_status(error) == 429 or _http_status(error) >= 500


def is_full(error: BaseException) -> bool:
    """Is there no room left, for a file of ours or for the database? Apps and Django put their own errors around the cause."""
    return any(_tells_of_full_disk(cause) for cause in (error, error.__cause__))


def _tells_of_full_disk(error: BaseException | None) -> bool:
    return isinstance(error, psycopg.errors.DiskFull) or (isinstance(error, OSError) and error.errno in FULL)


def signature(error: BaseException) -> tuple[str, str]:
    return class_name(error), clean(str(error))[:500]


def class_name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def describe(error: BaseException) -> tuple[str, str]:
    """(sentence for people, code for programs) of an error."""
    if isinstance(error, ValidationError):
        return clean(f"The task was given values it cannot work with: {error}")[:2000], "invalid_payload"
    if is_full(error):
        return _("The server's disk is full. Please make room on it; the task then goes on by itself, or can be tried again."), "disk_full"
    code = getattr(error, "code", "")
    fallback = "time_limit" if isinstance(error, TimeLimit) else type(error).__name__
    return clean(str(error) or type(error).__name__)[:2000], code if isinstance(code, str) and code else fallback


def clean(text: str) -> str:
    """PostgreSQL stores no NUL."""
    return text.replace("\x00", "")


def _delay(error: BaseException, retries: int) -> timedelta:
    """Seconds of the schedule; few where our own database broke off, which has taken this verdict and so is back."""
    base: float = settings.TASK_RETRY_DELAYS[retries]
    if isinstance(error, AWAY) and not is_full(error):
        base = min(base, DATABASE_DELAY)
    return timedelta(seconds=base * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311


def _http_status(error: Any) -> int:
    """The HTTP status that an error of any client library carries, or 0."""
    holder = getattr(error, "response", None) or error
    status = getattr(holder, "status_code", None) or getattr(error, "code", None)
    return status if isinstance(status, int) and isinstance(error, Exception) else 0
