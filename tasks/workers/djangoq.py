"""The worker process of the `djangoq` executor: children that take records' ids from django-q2's ORM broker.

Of django-q2 only the broker is used. Its own cluster feeds its children through a queue whose lock an idle child holds, so that one
child killed at rest stops all of them for ever (seen three times in three), and it unpickles what the database holds.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
import uuid
from dataclasses import dataclass
from multiprocessing.context import ForkProcess
from types import FrameType

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, connections

from tasks import service_registry
from tasks.base.connections import drop_connection
from tasks.engine import attempts
from tasks.engine.lease import lease_keeper
from tasks.executors.djangoq import DjangoQExecutor, broker
from tasks.models import Worker
from tasks.recovery import process_registry
from tasks.recovery.process_registry import ProcessRegistration

log = logging.getLogger(__name__)
LOOK = 0.1
HEALTHY = 1.0
"""A child that lived shorter (s) is not followed at once."""
COOPERATION = 1.0
"""Seconds that a task has to end by itself, once the grace is over, at its next `run.check()`."""


@dataclass
class _Living:
    """A child. `lifeline` is an end of a pipe: a byte in it says stop, its closing says that the parent is gone."""

    process: ForkProcess
    lifeline: int
    born: float

    def end(self, patience: float) -> None:
        self.process.join(max(0.0, patience))
        if self.process.is_alive():
            log.warning("The child %s did not end by itself and is killed", self.process.pid)
            self.process.kill()
            self.process.join()


class Cluster:
    """The parent: keeps its children alive and says that it lives. It has no threads and keeps no connection, so that it can fork."""

    def __init__(self, children: int) -> None:
        self._size = children
        self._living: list[_Living] = []
        self._registration = ProcessRegistration(Worker.Kind.DJANGOQ, children)
        self._stopping = False
        self._next_birth = self._next_sign = 0.0

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; then running attempts have STOP_GRACE_SECONDS to end and are handed back."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, self._stop_soon)
        if settings.TASK_SERVICES_AT_START:
            service_registry.build_for_children()
        while not self._stopping:
            self._look_after()
            time.sleep(LOOK)
        self._stop()

    def _stop_soon(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _look_after(self) -> None:
        now = time.monotonic()
        for child in [child for child in self._living if not child.process.is_alive()]:
            self._bury(child, now)
        while len(self._living) < self._size and now >= self._next_birth:
            self._living.append(self._give_birth())
        if now >= self._next_sign:
            self._next_sign = now + process_registry.pause()
            self._registration.touch()
            connections.close_all()

    def _bury(self, child: _Living, now: float) -> None:
        log.warning("The child %s has ended with %s; another takes its place", child.process.pid, child.process.exitcode)
        self._living.remove(child)
        os.close(child.lifeline)
        if now - child.born < HEALTHY:
            self._next_birth = now + HEALTHY

    def _give_birth(self) -> _Living:
        reading, writing = os.pipe()
        lifelines = [writing, *(child.lifeline for child in self._living)]
        process = multiprocessing.get_context("fork").Process(target=_live, args=(reading, lifelines), daemon=False)
        process.start()
        os.close(reading)
        return _Living(process, writing, time.monotonic())

    def _stop(self) -> None:
        for child in self._living:
            _ask_to_stop(child)
        deadline = time.monotonic() + settings.STOP_GRACE_SECONDS + 3 * COOPERATION
        for child in self._living:
            child.end(deadline - time.monotonic())
        self._registration.leave()
        connections.close_all()


def _ask_to_stop(child: _Living) -> None:
    try:
        os.write(child.lifeline, b".")
    except BrokenPipeError:
        log.debug("The child %s has just ended", child.process.pid)


def _live(lifeline: int, parents: list[int]) -> None:
    """What a child does from its birth. The parent's ends of all pipes are closed here, or none would ever end."""
    for end in parents:
        os.close(end)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, _parent_decides)
    Child(lifeline).run()


def _parent_decides(number: int, frame: FrameType | None) -> None:
    """A child hears of an end through its lifeline only. (Ignoring the signal would be inherited by the programs it starts.)"""


class Child:
    """One process that works on one record at a time."""

    def __init__(self, lifeline: int) -> None:
        self._lifeline = lifeline
        self._stopping = False

    def run(self) -> None:
        threading.Thread(target=self._obey, name="lifeline", daemon=True).start()
        if settings.TASK_SERVICES_AT_START:
            service_registry.start_all()
        try:
            while not self._stopping:
                self._work_or_wait()
        except SystemExit:
            log.info("A record was handed back")
        finally:
            service_registry.close_all()
            connection.close()

    def _work_or_wait(self) -> None:
        try:
            self._work()
        except (DatabaseError, InterfaceError) as error:
            log.warning("The database does not answer: %s", error)
            drop_connection()
            time.sleep(1)

    def _work(self) -> None:
        """Take a message off the table, then run what it calls for: the record, not the message, knows whether it was done."""
        messages = broker()
        for key, text in messages.dequeue() or ():
            messages.acknowledge(key)
            attempts.run_attempt(uuid.UUID(text), DjangoQExecutor.name, abandon=_kill_self)

    def _obey(self) -> None:
        """Wait for the end; let the running attempt finish for a while (not without a parent), then hand it back.

        What is waited for is the end of the main thread, not of the runs that are known now: it may just have claimed one more.
        """
        grace = settings.STOP_GRACE_SECONDS if os.read(self._lifeline, 1) else 0
        self._stopping = True
        attempts.stopping.set()
        main = threading.main_thread()
        main.join(grace)
        deadline = time.monotonic() + COOPERATION
        while main.is_alive() and time.monotonic() < deadline:
            for run in lease_keeper.runs():
                run.stopping = True
            main.join(LOOK / 2)
        for run in lease_keeper.runs():
            log.warning("%s did not stop in time and is handed back", run.record)
            attempts.hand_back(run)
        main.join(COOPERATION)
        os._exit(0)


def _kill_self() -> None:
    """At its hard limit the child is given up; the parent starts another."""
    os.kill(os.getpid(), signal.SIGKILL)
