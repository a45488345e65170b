"""What people do with their alerts."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import AuditEvent
from documents.errors import Refused
from documents.models import SavedSearch, SearchAlert
from documents.services.alerts import mail, webhook
from documents.services.alerts.checking import next_due

MOST = 100
FIELDS = ("when", "hour", "email", "webhook_url", "active")


def make(search: SavedSearch, user: Any, **values: Any) -> tuple[SearchAlert, str]:
    """An alert of one's own saved search with any of FIELDS, and its webhook's secret ("" without one), which is shown this once.

    Raises Http404, Refused (alert_exists, too_many_alerts, bad_when, bad_hour, email_is_off, no_email, webhook_is_off, webhook_refused).
    """
    if not SavedSearch.objects.visible_to(user).filter(pk=search.pk).exists():
        raise Http404
    if SearchAlert.objects.filter(search__user=user).count() >= MOST:
        raise Refused(_("You have %(most)d alerts. Please delete one first.") % {"most": MOST}, "too_many_alerts")
    alert = SearchAlert(search=search)
    secret = _set(alert, user, values)
    now = timezone.now()
    alert.due = next_due(alert, now) if alert.when == SearchAlert.When.DAILY else now
    try:
        with transaction.atomic():
            alert.save(force_insert=True)
            _audit(alert, user, "made")
    except IntegrityError as error:
        if "search_id" not in str(error):
            raise
        raise Refused(_("This search has an alert already."), "alert_exists") from error
    return alert, secret


def change(alert: SearchAlert, user: Any, **values: Any) -> tuple[SearchAlert, str]:
    """Any of FIELDS. A secret is given where there was no webhook before. Raises as `make`."""
    with transaction.atomic():
        alert = _locked(alert, user)
        before = (alert.when, alert.hour, alert.active)
        secret = _set(alert, user, values)
        now = timezone.now()
        if before != (alert.when, alert.hour, alert.active):
            alert.due = next_due(alert, now) if alert.when == SearchAlert.When.DAILY else now
        if alert.active and not before[2]:
            alert.last_error, alert.failures, alert.next_try = "", 0, None
        alert.save()
        _audit(alert, user, "changed")
    return alert, secret


def renew_secret(alert: SearchAlert, user: Any) -> str:
    """Another secret for its webhook; what was signed with the one before ends. Raises Http404, Refused (no_webhook)."""
    with transaction.atomic():
        alert = _locked(alert, user)
        if not alert.webhook_url:
            raise Refused(_("This alert has no webhook."), "no_webhook")
        secret = _seal(alert)
        alert.save(update_fields=["secret", "updated"])
        _audit(alert, user, "secret_renewed")
    return secret


def delete(alert: SearchAlert, user: Any) -> None:
    """With its notices. Raises Http404."""
    with transaction.atomic():
        alert = _locked(alert, user)
        _audit(alert, user, "deleted")
        alert.delete()


def try_webhook(alert: SearchAlert, user: Any) -> None:
    """Send a message that tells of nothing. Raises Http404, Refused (no_webhook), DeliveryError."""
    found = SearchAlert.objects.visible_to(user).select_related("search").filter(pk=alert.pk).first()
    if found is None:
        raise Http404
    if not found.webhook_url:
        raise Refused(_("This alert has no webhook."), "no_webhook")
    key = f"test-{timezone.now():%Y%m%dT%H%M%S}"
    webhook.send(found, key, {"event": "alert.test", "id": key, "alert": str(found.pk), "name": found.search.name})


def _set(alert: SearchAlert, user: Any, values: dict[str, Any]) -> str:
    """Check and set what was given; gives a new webhook's secret."""
    if unknown := set(values) - set(FIELDS):
        raise TypeError(f"An alert has no {', '.join(sorted(unknown))}")
    had_webhook, had_email = alert.webhook_url, alert.email
    for field, value in values.items():
        setattr(alert, field, value.strip() if isinstance(value, str) else value)
    if alert.when not in SearchAlert.When.values:
        raise Refused(_("An alert tells at once (at_once) or daily (daily)."), "bad_when")
    if not 0 <= alert.hour <= 23:
        raise Refused(_("The hour is a number from 0 to 23."), "bad_hour")
    if alert.email and not had_email:
        _require_mail(user)
    if not alert.webhook_url:
        alert.secret = ""
    elif alert.webhook_url != had_webhook:
        webhook.target_of(alert.webhook_url)
    return _seal(alert) if alert.webhook_url and not had_webhook else ""


def _require_mail(user: Any) -> None:
    if not mail.is_on():
        raise Refused(_("E-mail is switched off on this server; an administrator can switch it on (EMAIL_URL)."), "email_is_off")
    if not user.email:
        raise Refused(_("There is no e-mail address in your account. Please add one first."), "no_email")


def _seal(alert: SearchAlert) -> str:
    secret, alert.secret = webhook.new_secret()
    return secret


def _locked(alert: SearchAlert, user: Any) -> SearchAlert:
    visible = SearchAlert.objects.visible_to(user).filter(pk=alert.pk)
    rows = SearchAlert.objects.select_for_update(of=("self",)).select_related("search__user")
    found = rows.filter(pk__in=visible.values("pk")).first()
    if found is None:
        raise Http404
    return found


def _audit(alert: SearchAlert, user: Any, verb: str) -> None:
    """What is one's own is nobody else's business, so it stands in no case's activity; where things are sent, an administrator may see."""
    host = webhook.host_of(alert.webhook_url)
    AuditEvent.write(f"alert.{verb}", case=None, actor=user, target=alert, email=alert.email, webhook=host)
