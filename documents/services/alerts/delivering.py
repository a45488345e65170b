"""Notices on their way out: each delivery is tried until it was taken, or given up after a day. What is sent may arrive twice where a
process dies right after sending; its id is the same, so that the receiver can tell."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.jobs import AlertDeliveryJob
from documents.models import AlertDelivery, AlertHit, SearchAlert
from documents.services.alerts import mail, webhook
from documents.services.alerts.errors import DeliveryError
from tasks.manager import manager
from tasks.models import TaskRecord
from tasks.run import TaskRun

DELIVER = "documents.deliver_alert"
AT_ONCE = 200
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720)]
MOST_DOCUMENTS = 1000
"""Ids that one message to a webhook has."""
Way, State = AlertDelivery.Way, AlertDelivery.State


def submit(delivery: AlertDelivery) -> None:
    manager.submit(DELIVER, AlertDeliveryJob(delivery_id=delivery.pk), user=delivery.notice.alert.search.user, unique=True)


def submit_due() -> int:
    """Have those tried again whose time has come; gives how many."""
    waiting = AlertDelivery.objects.filter(state=State.WAITING, next_try__lte=timezone.now()).order_by("next_try")
    due = list(waiting.select_related("notice__alert__search__user")[:AT_ONCE])
    for delivery in due:
        submit(delivery)
    return len(due)


def deliver(job: AlertDeliveryJob, run: TaskRun) -> dict[str, Any]:
    """Send one notice by one way, if its owner still sees something of it."""
    rows = AlertDelivery.objects.select_related("notice__alert__search__user")
    delivery = rows.filter(pk=job.delivery_id, state=State.WAITING).first()
    if delivery is None:
        return {"sent": False}
    if reason := _in_vain(delivery):
        return _end(delivery, run, state=State.DROPPED, error=reason)
    run.progress(10, "sending")
    try:
        _send(delivery)
    except DeliveryError as error:
        return _end(delivery, run, **_after(delivery, error))
    return _end(delivery, run, state=State.SENT, error="", sent=timezone.now())


def ended(record: TaskRecord, job: AlertDeliveryJob, outcome: str) -> None:
    """An attempt that ended otherwise than by itself counts as one too, and is told, in the transaction that ends its task."""
    if outcome == "succeeded":
        return
    delivery = AlertDelivery.objects.select_for_update(of=("self",)).filter(pk=job.delivery_id, state=State.WAITING).first()
    if delivery is not None:
        error = DeliveryError(record.error or _("Sending ended for an unknown reason."))
        AlertDelivery.objects.filter(pk=delivery.pk).update(attempts=delivery.attempts + 1, **_after(delivery, error))


def address_of(delivery: AlertDelivery) -> str:
    """The notice's page, for people who read of it elsewhere."""
    return settings.SITE_URL + reverse("documents:alert-notice", args=[delivery.notice_id])


def _in_vain(delivery: AlertDelivery) -> str:
    """Why it must not be sent any more, "" where it may."""
    alert = delivery.notice.alert
    user = alert.search.user
    if not user.is_active or not SearchAlert.objects.visible_to(user).filter(pk=alert.pk).exists():
        return _("Its owner does not see the search any more.")
    if not alert.active:
        return _("The alert was paused.")
    if not (alert.email if delivery.way == Way.EMAIL else alert.webhook_url):
        return _("This way was switched off.")
    if not _seen(delivery).exists():
        return _("Its documents are gone.")
    return ""


def _seen(delivery: AlertDelivery) -> Any:
    """Hits that the owner sees at this moment."""
    return AlertHit.objects.filter(notice=delivery.notice_id).visible_to(delivery.notice.alert.search.user).order_by("pk")


def _send(delivery: AlertDelivery) -> None:
    """Raises DeliveryError."""
    alert, count = delivery.notice.alert, _seen(delivery).count()
    if delivery.way == Way.EMAIL:
        mail.send(str(delivery.pk), alert.search.user.email, alert.search.name, count, address_of(delivery))
        return
    documents = [str(document) for document in _seen(delivery).values_list("document", flat=True)[:MOST_DOCUMENTS]]
    webhook.send(
        alert,
        str(delivery.pk),
        {
            "event": "alert.notice",
            "id": str(delivery.pk),
            "notice": str(delivery.notice_id),
            "alert": str(alert.pk),
            "name": alert.search.name,
            "count": count,
            "url": address_of(delivery),
            "documents": documents,
            "documents_cut": count > len(documents),
        },
    )


def _after(delivery: AlertDelivery, error: DeliveryError) -> dict[str, Any]:
    if error.lasting or delivery.attempts >= len(PAUSES):
        return {"state": State.FAILED, "error": error.message}
    return {"state": State.WAITING, "error": error.message, "next_try": timezone.now() + PAUSES[delivery.attempts]}


def _end(delivery: AlertDelivery, run: TaskRun, **changes: Any) -> dict[str, Any]:
    """Write how it ended, together with the end of the task; what another attempt has written stays."""
    result = {"sent": changes["state"] == State.SENT, "state": str(changes["state"])}
    with run.publish(result):
        mine = AlertDelivery.objects.filter(pk=delivery.pk, state=State.WAITING)
        mine.update(attempts=delivery.attempts + 1, **changes)
    return result
