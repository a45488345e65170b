"""Bringing what was counted into the tables, exactly once whatever dies between.

Without Redis: the rows that wait are deleted in the transaction that adds them up. With Redis: a hash of counts is renamed, so that
nothing is added to it any more, and added in the transaction that notes its name (AppliedImpressions); then it is deleted. One that
is found with its name noted is only deleted. Two at once: one of them adds, the other leaves what it finds to it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import redis
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from analytics.models import AppliedImpressions, PendingImpression
from analytics.services.impressions import live, writing
from analytics.services.impressions.events import Event, Totals

log = logging.getLogger(__name__)
TASK = "analytics.sync_impressions_from_redis"
AT_ONCE = 50_000
Step = Callable[[str], None]


@dataclass
class Synchronised:
    """`gone`: impressions of what is not there any more. `lost`: fields, or bundles of them, that a Redis lost which was emptied meanwhile.
    `left`: to another synchronisation that runs at the same time."""

    counted: int = 0
    gone: int = 0
    bundles: int = 0
    lost: int = 0
    left: bool = False

    def as_result(self) -> dict[str, Any]:
        return asdict(self)

    def add(self, totals: Totals) -> None:
        added = writing.write(totals)
        self.counted += added
        self.gone += totals.count - added


def synchronise(step: Step = lambda _name: None, *, wait: bool = False) -> Synchronised:
    """`step` is told what has just been done, and may raise: what is not done then is done the next time. `wait`: until another one that
    runs has added what it has, instead of leaving it to that."""
    done = Synchronised()
    while _add_pending(done, wait):
        step("pending")
    if settings.REDIS_URL and not done.left:
        with live.patient() as client:
            made = live.bundle_all(client)
            step("renamed")
            there = live.bundles(client)
            _tell_of_missing(made.difference(there), done)
            for bundle in there:
                _apply(client, bundle, done, step, wait)
    return done


def _add_pending(done: Synchronised, wait: bool) -> bool:
    """Up to AT_ONCE of the rows that wait; whether there may be more."""
    with transaction.atomic():
        if not writing.alone(wait=wait):
            done.left = True
            return False
        taken = PendingImpression.objects.order_by("pk").values("pk")[:AT_ONCE]
        with connection.cursor() as cursor:
            sql, params = taken.query.sql_with_params()
            cursor.execute(
                f'DELETE FROM {PendingImpression._meta.db_table} WHERE id IN ({sql}) RETURNING kind, target, "user", at',  # noqa: S608
                params,
            )
            rows = cursor.fetchall()
        if rows:
            done.add(Totals.of(Event(*row) for row in rows))
    return len(rows) == AT_ONCE


def _apply(client: redis.Redis, bundle: str, done: Synchronised, step: Step, wait: bool) -> None:
    name = live.id_of(bundle)
    with transaction.atomic():
        if not writing.alone(wait=wait):
            done.left = True
            return
        if not AppliedImpressions.objects.filter(pk=name).exists():
            noted = AppliedImpressions.objects.create(key=name, applied=timezone.now())
            step("noted")
            totals, lost = live.read(client, bundle)
            step("read")
            done.add(totals)
            noted.counted = totals.count
            noted.save(update_fields=["counted"])
            done.bundles += 1
            _tell(bundle, totals, lost, done)
            step("written")
    step("committed")
    live.drop(client, bundle)
    step("dropped")


def _tell_of_missing(bundles: set[str], done: Synchronised) -> None:
    """Those that were made and are not there any more: another synchronisation has added them, or Redis was emptied."""
    names = {live.id_of(bundle): bundle for bundle in bundles}
    added = set(AppliedImpressions.objects.filter(pk__in=names).values_list("pk", flat=True))
    for name in names.keys() - added:
        _tell(names[name], Totals(), 0, done)


def _tell(bundle: str, totals: Totals, lost: int, done: Synchronised) -> None:
    if lost or not totals.last:
        done.lost += lost or 1
        log.warning("Redis lost impressions before they were in the database: %s", bundle)
