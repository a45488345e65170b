"""Who did how much in a case, or in the installation, by day: counts of requests and of what the audit trail says, never of what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from analytics.models.usage import APIRequest
from analytics.services.usage.reading import Stretch
from cases.models import AuditEvent


@dataclass
class Done:
    """`requests` that were answered (below 400), `changes` that the audit trail tells of."""

    requests: int = 0
    changes: int = 0


@dataclass
class PersonActivity:
    """Of one person; `user` is None for what LexIntel did by itself and for who is gone. Days are UTC days."""

    user: UUID | None
    name: str
    days: dict[date, Done] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        return sum(done.requests for done in self.days.values())

    @property
    def changes(self) -> int:
        return sum(done.changes for done in self.days.values())

    @property
    def last(self) -> date:
        return max(self.days)


def activity_of(stretch: Stretch) -> list[PersonActivity]:
    """Of the stretch's case, or of the whole installation. Who did most comes first; three queries. Requests are known for
    USAGE_KEEP_DAYS, the audit trail for ever."""
    found: defaultdict[UUID | None, defaultdict[date, Done]] = defaultdict(lambda: defaultdict(Done))
    for user, day, count in _requests(stretch):
        found[user][day].requests += count
    for user, day, count in _changes(stretch):
        found[user][day].changes += count
    people = get_user_model().objects.in_bulk([user for user in found if user is not None])
    listed: dict[UUID | None, PersonActivity] = {}
    for user, days in found.items():
        known = people.get(user) if user is not None else None
        key = user if known is not None else None
        one = listed.setdefault(key, PersonActivity(key, _name(known)))
        for day, done in days.items():
            before = one.days.setdefault(day, Done())
            before.requests += done.requests
            before.changes += done.changes
    return sorted(listed.values(), key=lambda one: (-one.requests - one.changes, one.name))


def _name(known: object | None) -> str:
    return str(known) if known is not None else _("LexIntel, and accounts that are gone")


def _of_case(stretch: Stretch) -> dict[str, UUID]:
    return {} if stretch.case is None else {"case": stretch.case}


def _requests(stretch: Stretch) -> list[tuple[UUID | None, date, int]]:
    rows = APIRequest.objects.filter(**_of_case(stretch), time__gte=stretch.since, time__lt=stretch.until, status__lt=400)
    days = rows.filter(user__isnull=False).annotate(day=TruncDate("time", tzinfo=UTC)).order_by()
    return [*days.values_list("user", "day").annotate(count=Count("pk"))]


def _changes(stretch: Stretch) -> list[tuple[UUID | None, date, int]]:
    rows = AuditEvent.objects.filter(**_of_case(stretch), created__gte=stretch.since, created__lt=stretch.until)
    days = rows.annotate(day=TruncDate("created", tzinfo=UTC)).order_by()
    return [*days.values_list("actor", "day").annotate(count=Count("pk"))]
