"""Taking impressions as they happen: with Redis in one round trip to it, without Redis by one INSERT into a table that is only added to.

Neither fails a request, nor delays it by more than `live.PATIENCE`. What a web process that is killed with -9 loses is the request in
hand and, while Redis does not answer, what it keeps until it does (the last `MOST_KEPT` impressions).
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field

import redis
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from analytics.models import PendingImpression
from analytics.services.impressions import live
from analytics.services.impressions.events import Event, Totals

log = logging.getLogger(__name__)
PAUSE = 5.0
"""Seconds for which a Redis that did not answer is not asked again."""
MOST_KEPT = 10_000
AT_ONCE = 200
"""Batches that are sent behind another, once Redis is back."""
LOCK_PATIENCE = "SELECT set_config('lock_timeout', '200ms', true)"


def count(kind: str, target: uuid.UUID, user: uuid.UUID | None = None) -> None:
    """One impression now. `user`: whose recently viewed it belongs to."""
    count_all([Event(kind, target, user, timezone.now())])


def count_all(events: Collection[Event]) -> None:
    if not events:
        return
    if settings.REDIS_URL:
        counter.send(Totals.of(events))
    else:
        _insert(events)


def _insert(events: Collection[Event]) -> None:
    rows = [PendingImpression(kind=event.kind, target=event.target, user=event.user, at=event.at) for event in events]
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(LOCK_PATIENCE)
            PendingImpression.objects.bulk_create(rows)
    except DatabaseError as error:
        # Only its kind: PostgreSQL's sentence may repeat a row, and with it who looked at what.
        log.warning("%d impressions were not counted: %s", len(rows), type(error.__cause__ or error).__name__)


@dataclass(frozen=True)
class Batch:
    """`id` and `bucket` let Redis take it once, however often it is sent."""

    words: list[str | int]
    size: int
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    bucket: int = field(default_factory=lambda: int(time.time()) // live.SEEN_SECONDS)


class Counter:
    """One per process; each thread has its connection."""

    def __init__(self) -> None:
        self.lost = 0
        self._kept: deque[Batch] = deque()
        self._kept_size = 0
        self._silent_until = 0.0
        self._lock = threading.Lock()
        self._own = threading.local()

    def send(self, totals: Totals) -> None:
        """Never raises; what Redis does not take is kept and sent behind what is counted next."""
        batches = [Batch(live.words_of(totals), totals.count)]
        if time.monotonic() < self._silent_until:
            self._keep(batches)
            return
        self._deliver(self._taken() + batches)

    def _deliver(self, batches: list[Batch]) -> None:
        try:
            for left in (1, 0):
                try:
                    self._pipe(batches)
                    break
                except redis.ConnectionError:  # one that died with a restart is made anew, once
                    self._forget_connection()
                    if not left:
                        raise
            self._silent_until = 0.0
        except (redis.RedisError, OSError) as error:
            self._forget_connection()
            self._note(error)
            self._keep(batches)

    def _pipe(self, batches: list[Batch]) -> None:
        client, name = self._connection()
        together = client.pipeline(transaction=False)
        for batch in batches:
            live.add(together, name, batch.id, batch.bucket, batch.words)
        together.execute()

    def _connection(self) -> tuple[redis.Redis, str]:
        """This thread's client with the hash into which it counts; another database or Redis has others."""
        place = (settings.REDIS_URL, live.prefix())
        if getattr(self._own, "place", None) != place:
            self._forget_connection()
            self._own.client, self._own.name, self._own.place = live.impatient(), live.new_hash(), place
        return self._own.client, self._own.name

    def _forget_connection(self) -> None:
        """What comes next is counted into a new hash."""
        if getattr(self._own, "place", None) is not None:
            self._own.client.close()
            self._own.place = None

    def _keep(self, batches: list[Batch]) -> None:
        with self._lock:
            self._kept.extend(batches)
            self._kept_size += sum(batch.size for batch in batches)
            while self._kept_size > MOST_KEPT and self._kept:
                gone = self._kept.popleft()
                self._kept_size -= gone.size
                self.lost += gone.size

    def _taken(self) -> list[Batch]:
        with self._lock:
            taken = [self._kept.popleft() for _ in range(min(len(self._kept), AT_ONCE))]
            self._kept_size -= sum(batch.size for batch in taken)
            lost, self.lost = (0, self.lost) if self._kept or not taken else (self.lost, 0)
        if lost:
            log.warning("%d impressions were not counted: Redis was away for too long", lost)
        return taken

    def _note(self, error: Exception) -> None:
        """The first of a row of failures is told."""
        if self._silent_until == 0.0:
            log.warning("Impressions are kept in the process at the moment, Redis does not take them: %s", type(error).__name__)
        self._silent_until = time.monotonic() + PAUSE

    def flush(self) -> None:
        """At the end of the process."""
        if self._kept:
            self._deliver(self._taken())


counter = Counter()
atexit.register(counter.flush)
