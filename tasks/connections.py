"""Database connections of long-lived threads."""

from __future__ import annotations

from django.db import connection


def refresh_connection() -> None:
    """Drop this thread's connection if it died since it was last used; a living one is kept, which is much cheaper."""
    if connection.connection is not None and not connection.in_atomic_block and not connection.is_usable():
        connection.close()


def drop_connection() -> None:
    """After a database error outside of a transaction: the next query connects anew."""
    if not connection.in_atomic_block:
        connection.close()
