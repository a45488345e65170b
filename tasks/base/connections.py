"""Database connections of long-lived threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import psycopg
from django.db import InterfaceError, OperationalError, connection

Given = TypeVar("Given")
AWAY = (OperationalError, InterfaceError)
PAUSES = (0.5, 1, 2, 4, 8)
"""Seconds: a server that was killed is back within them."""
SURE = 1.0
"""Seconds for which a connection that was seen alive is believed to be."""
_seen = threading.local()


def refresh_connection() -> None:
    """Drop this thread's connection if it died since it was last used; a living one is kept, which is much cheaper."""
    now = time.monotonic()
    if now - getattr(_seen, "alive", float("-inf")) < SURE:
        return
    _seen.alive = now
    if connection.connection is not None and not connection.in_atomic_block and not connection.is_usable():
        connection.close()


def drop_connection() -> None:
    """After a database error outside of a transaction: the next query connects anew."""
    if not connection.in_atomic_block:
        connection.close()


def outlast(do: Callable[[], Given]) -> Given:
    """Do something that can be done again from its start (a transaction), and wait for a database that restarts, up to 15 s."""
    for pause in PAUSES:
        try:
            return do()
        except AWAY:
            if connection.in_atomic_block:
                raise
            drop_connection()
            time.sleep(pause)
    return do()


def prepared(statement: str, values: dict[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a statement that the server plans once for this connection (planning would cost more than running it); gives its rows."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    raw = connection.connection
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        if raw.prepare_threshold is None:
            raw.prepare_threshold = 0
            cursor.execute("SET plan_cache_mode = force_generic_plan", prepare=False)
        began = time.perf_counter()
        cursor.execute(statement, values)
        if connection.queries_logged:
            connection.queries_log.append({"sql": statement, "time": f"{time.perf_counter() - began:.3f}"})
        return cursor.fetchall()
