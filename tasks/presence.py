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
from django.utils import timezone

from tasks.connections import drop_connection
from tasks.identity import worker_name
from tasks.ids import uuid7
from tasks.models import Worker

log = logging.getLogger(__name__)


class Presence:
    """The heartbeat of one process start, from a thread."""

    def __init__(self, kind: Worker.Kind) -> None:
        self._kind = kind
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
            self._try(self._touch)
            self._stopping.wait(settings.TASK_WORKER_FRESH_SECONDS / 3)
        self._try(self._leave)
        connection.close()

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except (DatabaseError, InterfaceError) as error:
            log.warning("The database does not take the sign of life: %s", error)
            drop_connection()

    def _touch(self) -> None:
        if not Worker.objects.filter(pk=self._id).update(last_seen=Now()):
            now = timezone.now()
            me = Worker(
                pk=self._id,
                kind=self._kind,
                name=worker_name(),
                host=socket.gethostname()[:120],
                pid=os.getpid(),
                started=now,
                last_seen=now,
            )
            me.save(force_insert=True)

    def _leave(self) -> None:
        Worker.objects.filter(pk=self._id).update(stopped=Now(), last_seen=Now())
