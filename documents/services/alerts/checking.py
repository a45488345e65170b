"""The check: what waits is looked at for each alert, what was found becomes a notice when the alert's time has come.

Each step is a transaction of its own and leaves rows that say what is still to be done, so that a check which dies anywhere is taken up by
the next one: a document waits until it was found or forgotten, what was found is told of in exactly one notice, and a notice comes into
being together with its deliveries.
"""

from __future__ import annotations

import logging
import zoneinfo
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

from django.db import DatabaseError, DataError, ProgrammingError
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.models import AlertDelivery, AlertHit, AlertNotice, Document, SavedSearch, SearchAlert
from documents.services.alerts import delivering
from documents.services.alerts.matching import Wanted
from documents.services.search import SearchError
from documents.services.search.asked import of_address
from tasks.errors import PermanentError, RetryableError
from tasks.run import TaskRun

log = logging.getLogger(__name__)
AT_ONCE = 1000
MOST_ROUNDS = 20
"""Of one check, while documents keep arriving; the next one goes on."""
PAUSE = timedelta(minutes=5)
"""Between two notices of one alert: documents that come one after the other are told of together."""
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=6)
FAULTS = (SearchError, RetryableError, PermanentError, DataError, ProgrammingError, LookupError, ValueError)
"""What one alert's own words and settings may bring about; PostgreSQL refuses some queries."""
When = SearchAlert.When
Row = tuple[int, UUID]
"""Key of a hit, and its document."""


def check(run: TaskRun) -> dict[str, int]:
    """Have sent what was not sent, look, tell; gives how many documents were found and notices made. An alert of those at once tells as
    soon as it was looked at, however many others wait. What arrives meanwhile asks for no check of its own, so it is looked at too."""
    delivering.submit_due()
    found = made = 0
    for _round in range(MOST_ROUNDS):
        newest = _newest_waiting()
        for alert in _waiting():
            new = _look(alert, run)
            found += new
            made += bool(new) and alert.when == When.AT_ONCE and _tell(alert, run)
        if _newest_waiting() <= newest:
            break
    made += sum(_tell(alert, run) for alert in _due())
    return {"found": found, "notices": made}


def _newest_waiting() -> int:
    return _to_look_at().aggregate(newest=Max("pk"))["newest"] or 0


def next_due(alert: SearchAlert, now: datetime) -> datetime:
    """When the notice after one of `now` may be made: a while later, or at the alert's hour in its owner's time zone."""
    if alert.when == When.AT_ONCE:
        return now + PAUSE
    here = now.astimezone(_zone(alert.search.user))
    due = here.replace(hour=alert.hour, minute=0, second=0, microsecond=0)
    return (due if due > here else due + timedelta(days=1)).astimezone(UTC)


def _zone(user: Any) -> tzinfo:
    """UTC where the account names none that there is."""
    try:
        return zoneinfo.ZoneInfo(user.time_zone or "UTC")
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # the name of a folder of zones is an OSError
        return UTC


def _to_look_at() -> QuerySet[AlertHit]:
    """What was deleted, or is being read anew, waits until it is back; where it does not come back its purge takes the row along."""
    return AlertHit.objects.filter(found=None, notice=None, document__deleted_at=None, document__status=Document.Status.READY)


def _waiting() -> list[SearchAlert]:
    """Alerts for which documents wait, those that failed not before their time."""
    waits = _to_look_at().filter(alert=OuterRef("pk"))
    return list(SearchAlert.objects.filter(Q(next_try=None) | Q(next_try__lte=timezone.now())).filter(Exists(waits)).order_by("pk"))


def _look(alert: SearchAlert, run: TaskRun) -> int:
    """Go through what waits for one alert; gives how many documents were found. What goes wrong with it is written on it, and no other
    alert suffers."""
    run.check()
    fresh = SearchAlert.objects.select_related("search__user").filter(pk=alert.pk).first()
    if fresh is None:
        return 0
    try:
        found = _found(fresh, run)
    except FAULTS as error:
        _failed(fresh, error, run, "next_try")
        return 0
    with run.publish():
        SearchAlert.objects.filter(pk=fresh.pk).update(last_run=timezone.now(), last_error="", failures=0, next_try=None)
    return found


def _found(alert: SearchAlert, run: TaskRun) -> int:
    """The rows are read before the search is made ready, which may write down the documents that it leaves: what comes later is looked at
    by the next check."""
    rows = list(_to_look_at().filter(alert=alert).order_by("pk").values_list("pk", "document"))
    look = _looking_for(alert)
    found = 0
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        run.progress(50, "looking")
        matching = look([document for _key, document in some])
        with run.publish():
            if not _has_words(alert):
                break
            found += _write(some, matching)
    return found


def _looking_for(alert: SearchAlert) -> Callable[[list[UUID]], set[UUID]]:
    """Nothing is found for who may not sign in any more, has left the case, or has paused the alert."""
    search = alert.search
    if not (alert.active and search.user.is_active):
        return lambda _documents: set()
    try:
        return Wanted(of_address(search.words, search.user, search.case_id)).among
    except Http404:
        return lambda _documents: set()


def _has_words(alert: SearchAlert) -> bool:
    """Whether its search still has the words that were looked for; they stay so until the caller's transaction ends."""
    held = SavedSearch.objects.select_for_update(of=("self",), no_key=True).filter(pk=alert.search_id).first()
    return held is not None and held.words == alert.search.words


def _write(rows: Sequence[Row], matching: set[UUID]) -> int:
    """In the caller's transaction: what was found stays, the rest is forgotten."""
    waiting = _to_look_at().filter(pk__in=[key for key, _document in rows])
    found = AlertHit.objects.filter(pk__in=waiting.filter(document__in=matching).values("pk")).update(found=timezone.now())
    waiting.exclude(document__in=matching).delete()
    return found


def _failed(alert: SearchAlert, error: Exception, run: TaskRun, again: str) -> None:
    """Tell the owner, and try it later: `again` is the field that says when. Words that were changed meanwhile have not failed."""
    now = timezone.now()
    later: dict[str, Any] = {again: now + min(FIRST_RETRY * 2 ** min(alert.failures, 10), LONGEST_RETRY)}
    with run.publish():
        if _has_words(alert):
            SearchAlert.objects.filter(pk=alert.pk).update(last_run=now, last_error=_reason(error), failures=alert.failures + 1, **later)


def _reason(error: Exception) -> str:
    """For its owner. What nobody foresaw is named only by its kind, for it may say anything."""
    if isinstance(error, SearchError | RetryableError | PermanentError):
        return error.message
    if isinstance(error, DatabaseError):
        return str(error).partition("\n")[0]
    log.error("An alert failed: %s", type(error).__name__)
    return _("This alert failed because of a mistake in the program (%(reason)s).") % {"reason": type(error).__name__}


def _due() -> QuerySet[SearchAlert]:
    """Alerts whose time has come; of those at once only where there is something to tell of."""
    told = AlertHit.objects.filter(alert=OuterRef("pk"), notice=None).exclude(found=None)
    rows = SearchAlert.objects.filter(Q(when=When.DAILY) | Exists(told), active=True, due__lte=timezone.now())
    return rows.order_by("pk")


def _tell(alert: SearchAlert, run: TaskRun) -> bool:
    """One notice of all that was found and is still seen, with its deliveries; whether there was any. What goes wrong is written on the
    alert, and no other suffers."""
    run.check()
    try:
        with run.publish():
            return _told(alert)
    except FAULTS as error:
        _failed(alert, error, run, "due")
        return False


def _told(alert: SearchAlert) -> bool:
    """In the caller's transaction. The alert is held before its search is read, so that new words come before this or after it."""
    held = SearchAlert.objects.select_for_update(of=("self",), no_key=True).filter(pk=alert.pk, active=True).first()
    if held is None or held.due > timezone.now():
        return False
    notice = _notice(held) if SearchAlert.objects.visible_to(held.search.user).filter(pk=held.pk).exists() else None
    if notice is not None or held.when == When.DAILY:
        held.due = next_due(held, timezone.now())
        held.save(update_fields=["due"])
    return notice is not None


def _notice(alert: SearchAlert) -> AlertNotice | None:
    told = AlertHit.objects.filter(alert=alert, notice=None).exclude(found=None).visible_to(alert.search.user)
    if not alert.search.user.is_active or not told.exists():
        return None
    notice = AlertNotice.objects.create(alert=alert, words=alert.search.words, number=0)
    notice.number = told.update(notice=notice)
    if not notice.number:  # they went at this moment
        notice.delete()
        return None
    notice.save(update_fields=["number"])
    ways = [AlertDelivery.Way.EMAIL] if alert.email else []
    ways += [AlertDelivery.Way.WEBHOOK] if alert.webhook_url else []
    for way in ways:
        delivering.submit(AlertDelivery.objects.create(notice=notice, way=way))
    return notice
