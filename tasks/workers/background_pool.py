"""Threads of the web processes, which claim records from the database."""

from __future__ import annotations

import logging
import threading
import time

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from tasks.base.connections import drop_connection, refresh_connection
from tasks.engine import attempts
from tasks.executors.background import CHANNEL, BackgroundExecutor
from tasks.run import TaskRun

log = logging.getLogger(__name__)
POLL = 5.0


class BackgroundPool:
    """The threads of one web process and the one that listens for work."""

    def __init__(self, threads: int) -> None:
        self._size = threads
        self._changed = threading.Condition()
        self._generation = 0
        self._stopping = threading.Event()
        self._runs: dict[threading.Thread, TaskRun | None] = {}

    def start(self) -> None:
        for _ in range(self._size):
            self._add_thread()
        threading.Thread(target=self._listen, name="task-listener", daemon=True).start()

    def wake(self) -> None:
        with self._changed:
            self._generation += 1
            self._changed.notify_all()

    def stop(self, grace: float) -> None:
        """Take no more work, let the running attempts end for `grace` seconds, hand the rest back."""
        self._stopping.set()
        self.wake()
        for run in self._running():
            run.stopping = True
        deadline = time.monotonic() + grace
        for thread in list(self._runs):
            thread.join(max(0.0, deadline - time.monotonic()))
        for run in self._running():
            log.warning("%s did not stop in time and is handed back", run.record)
            attempts.hand_back(run)

    def _running(self) -> list[TaskRun]:
        return [run for run in list(self._runs.values()) if run is not None]

    def _add_thread(self) -> None:
        thread = threading.Thread(target=self._work, name="task-worker", daemon=True)
        self._runs[thread] = None
        thread.start()

    def _work(self) -> None:
        me = threading.current_thread()
        while not self._stopping.is_set() and me in self._runs:
            seen = self._generation
            try:
                worked = self._one(me)
            except (DatabaseError, InterfaceError) as error:
                log.warning("The database does not answer: %s", error)
                drop_connection()
                self._stopping.wait(1)
                continue
            if not worked:
                self._rest(seen)
        self._runs.pop(me, None)
        connection.close()

    def _one(self, me: threading.Thread) -> bool:
        refresh_connection()
        run = attempts.claim_next(BackgroundExecutor.name)
        if run is None:
            return False
        run.abandon = lambda: self._replace(me)
        self._runs[me] = run
        run.stopping = self._stopping.is_set()  # after it is known: `stop` tells all that are known once it has begun
        try:
            attempts.execute(run)
        except (SystemExit, KeyboardInterrupt):
            log.info("%s was handed back", run.record)
        finally:
            if me in self._runs:
                self._runs[me] = None
        return True

    def _rest(self, seen: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._generation != seen or self._stopping.is_set(), timeout=POLL)

    def _replace(self, thread: threading.Thread) -> None:
        """A thread cannot be killed: one that ignores its hard limit is left behind and another takes its place."""
        self._runs.pop(thread, None)
        if not self._stopping.is_set():
            self._add_thread()

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                with connection.cursor() as cursor:
                    cursor.execute(f"LISTEN {CHANNEL}")
                self._hear()
            except (DatabaseError, InterfaceError, OSError) as error:
                log.warning("Listening for work was interrupted: %s", error)
                drop_connection()
                self._stopping.wait(1)
        connection.close()

    def _hear(self) -> None:
        raw = connection.connection
        while not self._stopping.is_set():
            with connection.wrap_database_errors:
                for _ in raw.notifies(timeout=POLL, stop_after=1):
                    self.wake()


pool: BackgroundPool | None = None


def start_pool() -> BackgroundPool:
    """Begin to work in this process (web processes only); once."""
    global pool
    if pool is None:
        pool = BackgroundPool(settings.TASK_BACKGROUND_THREADS)
        pool.start()
    return pool


def stop_pool(grace: float) -> None:
    global pool
    if pool is not None:
        pool.stop(grace)
        pool = None
