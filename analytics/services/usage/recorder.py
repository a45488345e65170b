"""Requests wait here for a thread that writes them: nobody who is answered waits for the database.

What is lost: at kill -9 the requests of the last second; while the database is away what is more than BOUND, which is counted and told.
A batch whose commit the database did not confirm is written again, so it may be there twice.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from analytics.services.usage.writing import Answered, write
from tasks import service_registry
from tasks.base.connections import drop_connection, refresh_connection

log = logging.getLogger(__name__)
BOUND = 50_000
"""Requests that one process keeps at most, some 20 MB."""
BATCH = 2_000
PAUSE = 1.0
CLOSE_SECONDS = 5.0
TELL_EVERY = 60.0
AWAY = (OperationalError, InterfaceError)
SERVICE = "usage recorder"


class Recorder:
    """One per process. `by_itself=False`: nothing is written but by `flush`."""

    def __init__(
        self, write: Callable[[Sequence[Answered], int], None] = write, *, bound: int = BOUND, pause: float = PAUSE, by_itself: bool = True
    ) -> None:
        self.bound, self.pause, self.by_itself = bound, pause, by_itself
        self.dropped = 0
        self._write = write
        self._rows: deque[Answered] = deque()
        self._batch: list[Answered] = []
        self._starting, self._counting, self._writing = threading.Lock(), threading.Lock(), threading.Lock()
        self._wake, self._closing = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._told = float("-inf")

    def __len__(self) -> int:
        """How many wait."""
        return len(self._rows) + len(self._batch)

    def add(self, row: Answered) -> None:
        """Keep it, or count it as dropped where too many wait already; returns at once."""
        if len(self) >= self.bound:
            self._drop(1)
            return
        self._rows.append(row)
        if len(self._rows) >= BATCH:
            self._wake.set()
        if self._thread is None and self.by_itself:
            self._start()

    def flush(self) -> bool:
        """Write all that waits on this thread's connection; False where the database is away."""
        with self._writing:
            while True:
                self._batch = self._batch or self._taken()
                dropped = self.dropped
                if not self._batch and not dropped:
                    return True
                if not self._written(dropped):
                    return False

    def close(self) -> None:
        """Write what waits, for a few seconds at most."""
        self._closing.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)
        if lost := len(self) + self.dropped:
            log.warning("%d requests could not be recorded before this process ended.", lost)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="usage", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                self._wake.wait(self.pause)
                self._wake.clear()
                if not self.flush():
                    self._closing.wait(self.pause)
            self.flush()
        finally:
            connection.close()

    def _taken(self) -> list[Answered]:
        return [self._rows.popleft() for _ in range(min(BATCH, len(self._rows)))]

    def _written(self, dropped: int) -> bool:
        refresh_connection()
        try:
            self._write(self._batch, dropped)
        except AWAY as error:
            drop_connection()
            self._tell(error)
            return False
        except DatabaseError as error:  # what these rows or this table are refused for, waiting does not mend
            self._drop(len(self._batch))
            self._batch = []
            self._tell(error)
            return False
        self._batch = []
        self._drop(-dropped)
        return True

    def _drop(self, count: int) -> None:
        with self._counting:
            self.dropped += count

    def _tell(self, error: Exception) -> None:
        if time.monotonic() - self._told > TELL_EVERY:
            self._told = time.monotonic()
            log.warning("Requests cannot be recorded; %d wait, %d were dropped: %s", len(self), self.dropped, error)


def register() -> None:
    service_registry.register(SERVICE, Recorder, Recorder.close, at_start=False)


def add(row: Answered) -> None:
    recorder: Recorder = service_registry.get(SERVICE)
    recorder.add(row)
