"""The process's heart: one thread that renews the leases of its attempts and feels who is cancelled, lost or late."""

from __future__ import annotations

import logging
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from tasks.base.connections import drop_connection
from tasks.engine import attempt_log

if TYPE_CHECKING:
    from tasks.run import TaskRun

log = logging.getLogger(__name__)
FEEL = "SELECT id, attempt, cancel_requested FROM tasks_taskrecord WHERE status = 'started' AND id = ANY(%s)"
RENEW = """
UPDATE tasks_taskrecord SET lease_until = statement_timestamp() + make_interval(secs => %s)
WHERE id IN (
    SELECT r.id FROM tasks_taskrecord r JOIN unnest(%s::uuid[], %s::int[]) AS mine (id, attempt) USING (id, attempt)
    WHERE r.status = 'started' FOR UPDATE OF r SKIP LOCKED
)
"""
"""A row that is locked is being published by its own attempt, which renews the lease itself."""
SOFT_GRACE = 15
"""Seconds after its soft limit in which a function may end by itself."""


class Heart:
    """Watches the attempts of this process; starts its thread at the first one (again in a forked child)."""

    def __init__(self) -> None:
        self._runs: dict[int, TaskRun] = {}
        self._lock = threading.Lock()
        self._awake = threading.Event()
        self._overdue: set[uuid.UUID] = set()
        self._pid = 0
        self._renewed = 0.0

    @contextmanager
    def watch(self, run: TaskRun) -> Iterator[None]:
        with self._lock:
            self._start()
            self._runs[id(run)] = run
            self._awake.set()
        try:
            yield
        finally:
            with self._lock:
                self._runs.pop(id(run), None)

    def runs(self) -> list[TaskRun]:
        with self._lock:
            return list(self._runs.values())

    def _start(self) -> None:
        if self._pid == os.getpid():
            return
        self._pid, self._runs, self._overdue, self._awake = os.getpid(), {}, set(), threading.Event()
        threading.Thread(target=self._loop, name="task-heart", daemon=True).start()

    def _loop(self) -> None:
        while True:
            self._awake.wait()
            time.sleep(min(1.0, settings.TASK_LEASE_SECONDS / 5))
            runs = self.runs()
            if not runs:
                self._rest()
                continue
            try:
                self._beat(runs)
            except (DatabaseError, InterfaceError) as error:
                log.warning("The database does not answer the heartbeat: %s", error)
                drop_connection()

    def _rest(self) -> None:
        """Until the next attempt; meanwhile the database has one connection less to keep."""
        connection.close()
        with self._lock:
            if not self._runs:
                self._awake.clear()

    def _beat(self, runs: list[TaskRun]) -> None:
        now = time.monotonic()
        self._feel([run for run in runs if not run.lost])
        if now - self._renewed >= settings.TASK_LEASE_SECONDS / 3:
            self._renew([run for run in runs if not run.lost])
            self._renewed = now
        for run in runs:
            self._clock(run, now)

    def _feel(self, runs: list[TaskRun]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(FEEL, [[run.id for run in runs]])
            held = {(key, attempt): cancel for key, attempt, cancel in cursor.fetchall()}
        for run in runs:
            cancel = held.get((run.id, run.attempt))
            run.lost = run.lost or cancel is None
            run.cancelled = run.cancelled or bool(cancel)

    def _renew(self, runs: list[TaskRun]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(RENEW, [settings.TASK_LEASE_SECONDS, [run.id for run in runs], [run.attempt for run in runs]])

    def _clock(self, run: TaskRun, now: float) -> None:
        if run.spec is None or run.abandoned or run.lost:
            return
        run.late = run.late or now - run.began > run.spec.soft_limit
        if run.interrupt is not None and now - run.began > run.spec.soft_limit + SOFT_GRACE:
            self._interrupt(run)
        if now - run.began > run.spec.hard_limit and run.id not in self._overdue:
            self._overdue.add(run.id)
            threading.Thread(target=self._fail, args=(run, run.spec.hard_limit), name="task-overdue", daemon=True).start()

    def _fail(self, run: TaskRun, limit: float) -> None:
        """Beside the heartbeat: the attempt itself may hold its record locked, and the leases of others must not wait for it."""
        from tasks.engine.attempts import fail_overdue

        try:
            with attempt_log.about(run.record):
                log.error("%s ran into its hard limit of %g s", run.record, limit)
                fail_overdue(run)
        except (DatabaseError, InterfaceError) as error:
            log.warning("%s could not be failed at its hard limit, which is tried again: %s", run.record, error)
        finally:
            self._overdue.discard(run.id)
            connection.close()

    def _interrupt(self, run: TaskRun) -> None:
        """Break into a function that does not look at its soft limit, unless it has just ended."""
        with self._lock:
            if run.interrupt is not None and id(run) in self._runs:
                run.interrupt()
            run.interrupt = None


heart = Heart()
