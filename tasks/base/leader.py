"""One leader among all processes: who holds an advisory lock of the database, on a connection of its own."""

from __future__ import annotations

import logging

from django.db import DatabaseError, InterfaceError, connection
from django.db.backends.utils import CursorWrapper

from tasks.base.identity import worker_name

log = logging.getLogger(__name__)
RESCUER, SCHEDULER, BATCHES = 7_316_001, 7_316_002, 7_316_003
HOLDER = """
SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = %s AND l.objsubid = 1
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Leadership:
    """Held while its connection lives, so a leader that is killed is followed at once. For use by one thread."""

    def __init__(self, key: int) -> None:
        self._key = key
        self._connection = connection.copy()
        self._held = False

    def held(self) -> bool:
        """Is this process the leader (asks for it where nobody is)?"""
        try:
            with self._connection.cursor() as cursor:
                if self._held:
                    cursor.execute("SELECT 1")
                else:
                    self._ask(cursor)
        except (DatabaseError, InterfaceError) as error:
            self._note(error)
            self.release()
        return self._held

    def _note(self, error: Exception) -> None:
        """Once per outage, not once per look."""
        log.log(logging.WARNING if self._held else logging.DEBUG, "Leadership is given up, the database does not answer: %s", error)

    def release(self) -> None:
        self._held = False
        try:
            self._connection.close()
        except (DatabaseError, InterfaceError):
            log.debug("the connection was closed already")

    def _ask(self, cursor: CursorWrapper) -> None:
        """The session carries this process's name, so that everybody can see who leads."""
        cursor.execute("SELECT pg_try_advisory_lock(%s), set_config('application_name', %s, false)", [self._key, worker_name()[-63:]])
        self._held = bool(cursor.fetchone()[0])


def holder(key: int) -> str:
    """The name of the process that leads, or "" where nobody does."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDER, [key])
        found = cursor.fetchone()
    return str(found[0]) if found else ""
