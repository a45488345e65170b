"""django-q2: one row of its ORM broker per message, for installations that want a second process but no Redis."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django_q.brokers.orm import ORM
from django_q.models import OrmQ

from tasks.executors import Hints
from tasks.progress.transport import queue_name


class RecordBroker(ORM):
    """django-q2's broker in our database. What it stores is a record's id as plain text: no pickled package, nothing to sign."""

    @staticmethod
    def get_connection(list_key: str | None = None) -> QuerySet[OrmQ]:
        """The table. (The base class closes the caller's database connection first, which costs more than the message.)"""
        return OrmQ.objects.all()


def broker() -> RecordBroker:
    return RecordBroker(queue_name())


class DjangoQExecutor:
    name = "djangoq"

    def send(self, record_id: uuid.UUID, hints: Hints) -> None:
        broker().enqueue(str(record_id))

    def held(self) -> int:
        """Messages that no worker has taken yet."""
        return broker().queue_size()
