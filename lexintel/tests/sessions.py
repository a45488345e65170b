"""The sessions on a test database, and their end, so that it can always be dropped.

Threads of this process keep theirs as long as they live: those that run synchronous code for async tests, that search by meaning beside
another query, that write the progress of async tasks. PostgreSQL drops no database that anybody uses, so they are ended at the server.
"""

from __future__ import annotations

import time
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created

PATIENCE = 10.0
"""Seconds in which the sessions of killed processes end by themselves."""
FOUND = "SELECT pid, application_name, query FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend' ORDER BY pid"
_ours: set[int] = set()


def _remember(connection: Any, **_: Any) -> None:
    _ours.add(connection.connection.info.backend_pid)


connection_created.connect(_remember)


def end_sessions(database: str, patience: float = PATIENCE) -> list[str]:
    """Let nobody connect to the database any more and end who is connected. Gives the last statements of those that belonged to other
    processes and did not go by themselves: somebody started a process and did not end it."""
    connection.close()
    with connection._nodb_cursor() as cursor:
        strangers = _wait_for_strangers(cursor, database, patience)
        cursor.execute(f"ALTER DATABASE {connection.ops.quote_name(database)} ALLOW_CONNECTIONS false")
        cursor.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [database])
    return strangers


def _wait_for_strangers(cursor: Any, database: str, patience: float) -> list[str]:
    deadline = time.monotonic() + patience
    while True:
        cursor.execute(FOUND, [database])
        strangers = [f"{name or 'unnamed'}: {query[:100]}" for pid, name, query in cursor.fetchall() if pid not in _ours]
        if not strangers or time.monotonic() > deadline:
            return strangers
        time.sleep(0.1)
