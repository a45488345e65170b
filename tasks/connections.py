"""Database connections of long-lived threads."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

Given = TypeVar("Given")
AWAY = (OperationalError, InterfaceError)
PAUSES = (0.5, 1, 2, 4, 8)
"""Seconds: a server that was killed is back within them."""


def refresh_connection() -> None:
    """Drop this thread's connection if it died since it was last used; a living one is kept, which is much cheaper."""
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
