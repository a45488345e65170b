"""What somebody may see has changed: open sockets and streams look again at once, in every process.

The periodic look (TASK_RECHECK_SECONDS) stays, for what nobody told and for messages that got lost.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db import transaction

from tasks.progress.transport import publisher


def access_changed(*, users: Collection[uuid.UUID] = (), topics: Collection[str] = ()) -> None:
    """Once the caller's transaction is committed, whatever these users follow, and whoever follows these topics, is checked again."""
    message = {"access": {"users": [str(user) for user in users], "topics": list(topics)}}
    transaction.on_commit(lambda: publisher.publish([message]), robust=True)
