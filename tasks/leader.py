"""One leader among all processes: who holds an advisory lock of the database, on a connection of its own."""

from __future__ import annotations

import logging

from django.db import DatabaseError, InterfaceError, connection

log = logging.getLogger(__name__)
RESCUER, SCHEDULER = 7_316_001, 7_316_002


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
                    cursor.execute("SELECT pg_try_advisory_lock(%s)", [self._key])
                    self._held = bool(cursor.fetchone()[0])
        except (DatabaseError, InterfaceError) as error:
            log.warning("Leadership is given up, the database does not answer: %s", error)
            self.release()
        return self._held

    def release(self) -> None:
        self._held = False
        try:
            self._connection.close()
        except (DatabaseError, InterfaceError):
            log.debug("the connection was closed already")
