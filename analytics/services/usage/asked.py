"""What stretch of time somebody asks about: days or times in, whole hours out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from analytics.services.usage.reading import By

DAY = timedelta(days=1)
USUAL = timedelta(days=6)
"""From how long before the last day on, where nothing is asked."""
FIRST = datetime(2000, 1, 1, tzinfo=UTC)
MOST = {By.HOUR: timedelta(days=62), By.DAY: timedelta(days=3700)}
Given = date | datetime


class WrongStretch(ValueError):
    """`field` is "from" or "to"; the message is a sentence for who asked."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True)
class Asked:
    since: datetime
    until: datetime
    by: By
    case: UUID | None = None
    route: str | None = None


def moment(text: str) -> Given:
    """A day as 2026-03-02, or a time as 2026-03-02T14:00Z (without a zone: UTC); raises ValueError."""
    found: Given | None = parse_date(text) if len(text) <= len("2026-03-02") else parse_datetime(text)
    if found is None:
        raise ValueError(text)
    if isinstance(found, datetime):
        try:
            found = found.astimezone(UTC) if timezone.is_aware(found) else found.replace(tzinfo=UTC)
        except OverflowError as error:
            raise ValueError(text) from error
    return found


def stretch(since: Given | None, until: Given | None, by: By | None, case: UUID | None = None, route: str | None = None) -> Asked:
    """Days are UTC days, the last one included; what is not said is the last seven days. It never ends after the next full hour. Raises
    WrongStretch."""
    end = _end_of_now()
    last = min(end, _end(until)) if until is not None else end
    first = _begin(since) if since is not None else _begin((max(last, FIRST) - timedelta(microseconds=1)).date() - USUAL)
    if first >= end:
        raise WrongStretch("from", _("This lies in the future."))
    if first < FIRST:
        raise WrongStretch("from", _("This must be 2000-01-01 or later."))
    if last <= first:
        raise WrongStretch("to", _("This must be after the beginning."))
    chosen = by or (By.HOUR if last - first <= 2 * DAY else By.DAY)
    if last - first > MOST[chosen]:
        days = MOST[chosen].days
        raise WrongStretch("from", _("By the hour at most %(days)d days can be told.") % {"days": days} if chosen == By.HOUR
                           else _("At most %(days)d days can be told.") % {"days": days})  # fmt: skip
    return Asked(first, last, chosen, case, route)


def _end_of_now() -> datetime:
    return timezone.now().astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _begin(given: Given) -> datetime:
    if isinstance(given, datetime):
        return given.replace(minute=0, second=0, microsecond=0)
    return datetime.combine(given, time(), UTC)


def _end(given: Given) -> datetime:
    """After the day; of a time, the end of its hour where it is not a full hour."""
    try:
        if not isinstance(given, datetime):
            return datetime.combine(given, time(), UTC) + DAY
        begun = _begin(given)
        return begun if begun == given else begun + timedelta(hours=1)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
