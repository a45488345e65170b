"""What somebody may see has changed: open sockets and streams look again at once, in every process.

The periodic look (TASK_RECHECK_SECONDS) stays, for what nobody told and for messages that got lost.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection

from django.db import transaction

from tasks.progress.transport import publisher

StillValid = Callable[[Collection[str]], set[str]]
_still_valid: list[StillValid] = []


def register_credentials(still_valid: StillValid) -> None:
    """`still_valid(credentials)` gives those with which one may go on. A credential is how the app that signs people in names a session
    or a token in `request.credential` and `scope["credential"]`; an empty one stands for no more than its user."""
    _still_valid[:] = [still_valid]


def valid_credentials(credentials: Collection[str]) -> set[str]:
    named = {credential for credential in credentials if credential}
    ended = named - _still_valid[0](named) if _still_valid and named else set()
    return set(credentials) - ended


def access_changed(*, users: Collection[uuid.UUID] = (), topics: Collection[str] = ()) -> None:
    """Once the caller's transaction is committed, whatever these users follow, and whoever follows these topics, is checked again."""
    message = {"access": {"users": [str(user) for user in users], "topics": list(topics)}}
    transaction.on_commit(lambda: publisher.publish([message]), robust=True)
