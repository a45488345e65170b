"""Who keeps bytes and who sweeps them, where a storage cannot tell the two apart: whoever keeps some shares a lock until the row that names
them is committed; whoever removes some holds it alone, and looks for rows under it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_LOCK = "SELECT pg_advisory_xact_lock{shared}(hashtextextended(%s, 7))"


@contextmanager
def alone_with(name: str) -> Iterator[None]:
    """A transaction in which nobody is about to keep these bytes: who does has committed the row, or comes afterwards."""
    with transaction.atomic():
        _lock(name, "")
        yield


def shared_until_commit(name: str) -> None:
    """Called in the transaction that makes the row of these bytes, before they are looked for."""
    _lock(name, "_shared")


def _lock(name: str, shared: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK.format(shared=shared), [name])
