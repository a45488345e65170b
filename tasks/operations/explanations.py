"""What an error means in plain words, and what to do about it: the reading beside the error's own sentence."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tasks.base.causes import Cause, by_code, register_causes
from tasks.models import TaskAttempt, TaskRecord

CONNECTION = Cause(
    _("Connection refused"),
    _("A service that this task needs did not answer: it is stopped, restarting, or its address is wrong."),
    _("Start the service or correct its address, then try again."),
    retry=True,
)
DATABASE = Cause(
    _("The database was away"),
    _("The connection to the database broke while the task ran. Nothing half done was kept."),
    _("Look whether the database runs and takes connections, then try again."),
    retry=True,
)
BROKER = Cause(
    _("The message broker was away"),
    _("Redis did not answer. Tasks wait in the database meanwhile and none is lost."),
    _("Look whether Redis runs, then try again."),
    retry=True,
)
TIMEOUT = Cause(
    _("No answer in time"),
    _("A service took the request but did not answer in time: it is overloaded or hangs."),
    _("Wait until it is quiet again, then try again."),
    retry=True,
)
MEMORY = Cause(
    _("Out of memory"),
    _("There was not enough memory for this piece of work."),
    _("Give the workers more memory or let fewer of them run at once, then try again."),
    retry=True,
)
DISK = Cause(
    _("The disk is full"),
    _("Nothing more could be written."),
    _("Make room on the disk that holds the files, then try again."),
    retry=True,
)
RIGHTS = Cause(
    _("No right to a file"),
    _("The process may not read or write a file that it needs."),
    _("Correct the owner or the mode of the folder that the error names, then try again."),
    retry=True,
)
MISSING_FILE = Cause(
    _("A file is missing"),
    _("A file that should be in the storage is not there."),
    _("Look whether the storage is mounted. If the file is gone for good, add it anew."),
    retry=True,
)
TIME_LIMIT = Cause(
    _("It took too long"),
    _("The task ran into its time limit and was stopped."),
    _("Try once more when there is less to do. If it stops again, the input is too large for the limit (TASK_SOFT_LIMIT)."),
    retry=True,
)
POISON = Cause(
    _("It killed its worker"),
    _(
        "The process that ran this task died each time, so it is not tried again by itself. "
        "Most often that is too little memory, or a file that breaks a library."
    ),
    _("Look at the attempts and the worker's log. Try again after the cause is gone; other tasks are not affected."),
    retry=False,
)
PAYLOAD = Cause(
    _("Wrong values"),
    _("The task was asked for with values that it cannot work with; a newer version may expect others."),
    _("Ask for the work anew instead of trying this task again."),
    retry=False,
    hopeless=True,
)
UNKNOWN_TASK = Cause(
    _("No such task"),
    _("This installation knows no task of this name: it was removed, or belongs to a part that is not installed."),
    _("Nothing is to be done, unless a part is missing that should be there."),
    retry=False,
    hopeless=True,
)
DEADLOCK = Cause(
    _("Two tasks were in each other's way"),
    _("The database ended one of two transactions that waited for each other."),
    _("Try again; it will go through."),
    retry=True,
)
MISTAKE = Cause(
    _("A mistake in the program"),
    _("The task met something that its authors did not expect."),
    _("Trying again seldom helps. Report it with the traceback of the last attempt."),
    retry=False,
)

register_causes(["time_limit"], TIME_LIMIT)
register_causes(["poison"], POISON)
register_causes(["invalid_payload"], PAYLOAD)
register_causes(["unknown_task"], UNKNOWN_TASK)
register_causes(["bad_result"], MISTAKE)
register_causes(["storage_full"], DISK)
BY_CLASS: dict[str, Cause] = {
    "ConnectionRefusedError": CONNECTION,
    "ConnectionResetError": CONNECTION,
    "BrokenPipeError": CONNECTION,
    "ConnectionError": CONNECTION,
    "httpx.ConnectError": CONNECTION,
    "requests.exceptions.ConnectionError": CONNECTION,
    "urllib.error.URLError": CONNECTION,
    "django.db.utils.OperationalError": DATABASE,
    "django.db.utils.InterfaceError": DATABASE,
    "psycopg.OperationalError": DATABASE,
    "redis.exceptions.ConnectionError": BROKER,
    "redis.exceptions.TimeoutError": BROKER,
    "tasks.errors.BrokerUnreachable": BROKER,
    "TimeoutError": TIMEOUT,
    "httpx.ReadTimeout": TIMEOUT,
    "httpx.ConnectTimeout": TIMEOUT,
    "MemoryError": MEMORY,
    "PermissionError": RIGHTS,
    "FileNotFoundError": MISSING_FILE,
    "WorkerLost": POISON,
    "tasks.errors.TimeLimit": TIME_LIMIT,
    "pydantic_core._pydantic_core.ValidationError": PAYLOAD,
}
# The text decides where one class stands for several causes: what the system or a server said, in lower case.
BY_TEXT: tuple[tuple[str, Cause], ...] = (
    ("no space left on device", DISK),
    ("disk full", DISK),
    ("disk quota exceeded", DISK),
    ("cannot allocate memory", MEMORY),
    ("out of memory", MEMORY),
    ("deadlock detected", DEADLOCK),
    ("connection refused", CONNECTION),
    ("timed out", TIMEOUT),
)
MISTAKES = frozenset({"TypeError", "ValueError", "KeyError", "AttributeError", "IndexError", "AssertionError", "RuntimeError", "NameError"})
# Where the class already says which service it was, these say less.
GENERAL = (CONNECTION, TIMEOUT)
# Classes whose text may name a cause more exactly than they do.
VAGUE = frozenset({"OSError", "django.db.utils.OperationalError", "psycopg.OperationalError", "tasks.errors.RetryableError", "Exception"})


def cause_of(error_class: str, code: str, message: str) -> Cause | None:
    """What an error means, or None where its own sentence says all there is to say."""
    if code in by_code:
        return by_code[code]
    known = BY_CLASS.get(error_class) or (MISTAKE if error_class in MISTAKES else None)
    told = _told(message) if error_class in VAGUE else None
    return known if told is None or (known is not None and told in GENERAL) else told


def _told(message: str) -> Cause | None:
    text = message.lower()
    return next((cause for words, cause in BY_TEXT if words in text), None)


def cause_of_record(record: TaskRecord) -> Cause | None:
    return cause_of(record.error_class, record.error_code, record.error) if record.error_class or record.error_code else None


def cause_of_attempt(attempt: TaskAttempt) -> Cause | None:
    return cause_of(attempt.error_class, "", attempt.message) if attempt.error_class else None
