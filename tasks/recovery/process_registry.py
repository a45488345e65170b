"""A process says that it lives: a row of its own, touched every few seconds."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.models.functions import Now

from tasks.base.connections import drop_connection
from tasks.base.identity import worker_name
from tasks.base.memory import tree_mb
from tasks.ids import uuid7
from tasks.models import Worker

log = logging.getLogger(__name__)


def pause() -> float:
    """Seconds between two signs of life."""
    return float(settings.TASK_WORKER_FRESH_SECONDS) / 3


class Presence:
    """The heartbeat of one process start; `slots` is how many tasks it can run at once.

    `start` and `stop` beat from a thread; a process that must not have threads calls `touch` and `leave` itself.
    """

    def __init__(self, kind: Worker.Kind, slots: int = 0) -> None:
        self._kind = kind
        self._slots = slots
        self._id = uuid7()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="task-presence", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Say goodbye, so that nothing more is routed here."""
        self._stopping.set()
        self._thread.join(2)

    def _loop(self) -> None:
        while not self._stopping.is_set():
            self.touch()
            self._stopping.wait(pause())
        self.leave()
        connection.close()

    def touch(self) -> None:
        """Say that the process lives, and how much memory it takes with its children."""
        self._try(self._touch)

    def leave(self) -> None:
        """Say that it ends."""
        self._try(self._leave)

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except (DatabaseError, InterfaceError) as error:
            log.warning("The database does not take the sign of life: %s", error)
            drop_connection()

    def _touch(self) -> None:
        memory = tree_mb()
        if not Worker.objects.filter(pk=self._id).update(last_seen=Now(), memory_mb=memory, subscribers=self._subscribers()):
            me = Worker(
                pk=self._id,
                kind=self._kind,
                name=worker_name(),
                host=socket.gethostname()[:120],
                pid=os.getpid(),
                started=Now(),
                last_seen=Now(),
                slots=self._slots,
                memory_mb=memory,
            )
            me.save(force_insert=True)

    def _subscribers(self) -> int:
        """How many listen to progress here."""
        if self._kind != Worker.Kind.WEB:
            return 0
        from tasks.progress.hub import Hub

        return Hub.subscribers()

    def _leave(self) -> None:
        Worker.objects.filter(pk=self._id).update(stopped=Now(), last_seen=Now())
