"""Alerts as their owner sees them: with how their last messages went."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from documents.models import AlertDelivery, SearchAlert

OPEN = (AlertDelivery.State.WAITING, AlertDelivery.State.FAILED)


@dataclass(frozen=True)
class Described:
    """`deliveries` has the newest one of each way that did not arrive (yet), where a later one did not."""

    alert: SearchAlert
    deliveries: list[AlertDelivery]


def described(alerts: Iterable[SearchAlert]) -> list[Described]:
    """In the order of the alerts; two queries for all of them."""
    alerts = list(alerts)
    newest = AlertDelivery.objects.filter(notice__alert__in=[alert.pk for alert in alerts]).select_related("notice")
    last = list(newest.order_by("notice__alert_id", "way", "-id").distinct("notice__alert_id", "way"))
    troubled = [delivery for delivery in last if delivery.error and delivery.state in OPEN]
    return [Described(alert, [one for one in troubled if one.notice.alert_id == alert.pk]) for alert in alerts]
