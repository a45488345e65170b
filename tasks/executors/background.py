"""The web processes: no broker, and a message cannot get lost. Who works there is in `tasks.workers.background_pool`."""

from __future__ import annotations

import uuid

from django.db import connection

from tasks.executors import Hints

CHANNEL = "lexintel_work"


class BackgroundExecutor:
    """Wakes the pools of all web processes; any process may send, only web processes run."""

    name = "background"

    def send(self, record_id: uuid.UUID, hints: Hints) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(record_id)])

    def held(self) -> None:
        """Nothing lies anywhere: each wake-up makes every free thread look."""
