"""Celery: one message per record, one Celery task that runs any record."""

from __future__ import annotations

import uuid

from kombu.exceptions import OperationalError as KombuError

from tasks.errors import BrokerUnreachable
from tasks.executors import Hints
from tasks.transport import queue_name

BACKSTOP = 15
"""Seconds after our own limit at which Celery uses its means."""


class CeleryExecutor:
    name = "celery"

    def send(self, record_id: uuid.UUID, hints: Hints) -> None:
        from tasks.celery import run_record

        try:
            run_record.apply_async(
                args=[str(record_id)],
                queue=queue_name(),
                priority=hints.priority,
                soft_time_limit=hints.soft_limit + BACKSTOP,
                time_limit=hints.hard_limit + 2 * BACKSTOP,
                retry=False,
            )
        except (KombuError, OSError) as error:
            raise BrokerUnreachable(f"The broker does not answer: {error}", "broker_unreachable") from error
