"""A task's diary: what its attempt logged and each of its steps, kept in memory while it runs and written when it settles.

A task that logged nothing costs nothing. The same knowledge of "which attempt is this thread working on" names the task on every
line of the process's log (lexintel.monitoring.logs).
"""

from __future__ import annotations

import logging
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tasks.models import TaskRecord
    from tasks.run import TaskRun

FIRST, LAST = 50, 150
"""Lines kept of an attempt: so many from its beginning, so many from its end."""
LONGEST = 2000
EVENT = "event"


@dataclass(frozen=True)
class Line:
    time: datetime
    level: str
    source: str
    text: str


@dataclass
class Page:
    """The lines of one attempt, and what log lines say about whom they concern."""

    task: uuid.UUID
    name: str
    attempt: int
    case: uuid.UUID | None
    first: list[Line] = field(default_factory=list)
    last: deque[Line] = field(default_factory=lambda: deque(maxlen=LAST))
    left_out: int = 0

    def add(self, line: Line) -> None:
        if len(self.first) < FIRST:
            self.first.append(line)
            return
        self.left_out += len(self.last) == LAST
        self.last.append(line)

    def lines(self) -> list[Line]:
        if not self.left_out:
            return [*self.first, *self.last]
        gap = Line(self.last[0].time, EVENT, "", f"{self.left_out} lines are left out here.")
        return [*self.first, gap, *self.last]


_page: ContextVar[Page | None] = ContextVar("diary_page", default=None)
_open: dict[tuple[uuid.UUID, int], Page] = {}


@contextmanager
def watch(run: TaskRun) -> Iterator[None]:
    """Around an attempt: what this thread (and the coroutine it waits for) logs belongs to it."""
    record = run.record
    page = _open[(record.pk, run.attempt)] = Page(record.pk, record.name, run.attempt, record.scope)
    token = _page.set(page)
    try:
        yield
    finally:
        _page.reset(token)
        _open.pop((record.pk, run.attempt), None)


@contextmanager
def about(record: TaskRecord) -> Iterator[None]:
    """Around what somebody else (the heart, the rescuer) does to a record: its log lines name it, its diary is not touched."""
    token = _page.set(Page(record.pk, record.name, record.attempt, record.scope))
    try:
        yield
    finally:
        _page.reset(token)


def current() -> Page | None:
    """The page of the attempt that this thread works on."""
    return _page.get()


def note(run: TaskRun, step: str, message: str) -> None:
    """An event of the attempt itself: it came to another step."""
    page = _open.get((run.record.pk, run.attempt))
    if page is not None and (step or message):
        page.add(Line(datetime.now(UTC), EVENT, "", clean(": ".join(filter(None, (step, message))))))


def has_lines(run: TaskRun) -> bool:
    page = _open.get((run.record.pk, run.attempt))
    return page is not None and bool(page.first)


def write(record: TaskRecord, attempt: int) -> None:
    """Store the attempt's lines, in the transaction that settles it; this may be tried again where the database is away."""
    page = _open.get((record.pk, attempt))
    if page is None or not page.first:
        return
    from tasks.models import TaskLine

    TaskLine.objects.bulk_create(
        TaskLine(record=record, attempt=attempt, time=line.time, level=line.level, source=line.source, text=line.text)
        for line in page.lines()
    )


def clean(text: str) -> str:
    """PostgreSQL stores no NUL."""
    return text.replace("\x00", "")[:LONGEST]


class DiaryHandler(logging.Handler):
    """Collects the log lines of the attempt that the logging thread works on."""

    def emit(self, record: logging.LogRecord) -> None:
        page = _page.get()
        if page is not None:
            when = datetime.fromtimestamp(record.created, UTC)
            page.add(Line(when, record.levelname.lower()[:10], record.name[:120], clean(self._text(record))))

    @staticmethod
    def _text(record: logging.LogRecord) -> str:
        """The message, and the last words of the error where there is one; its traceback is kept with the attempt."""
        try:
            text = record.getMessage()
        except (TypeError, ValueError) as mismatch:  # a line whose arguments do not fit must not end the task that wrote it
            text = f"{record.msg} ({mismatch})"
        error = record.exc_info[1] if record.exc_info else None
        return f"{text} ({type(error).__name__}: {error})" if error is not None else text
