"""How lists of cases are narrowed and ordered."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters

from cases.models import Case, CaseQuerySet, Role


@dataclass(frozen=True)
class Days:
    """The days in the address of a list (`since`, `until`), both included, by the reader's clock; what is no day asks for nothing."""

    since: datetime.date | None = None
    until: datetime.date | None = None

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Days:
        return cls(_day(asked.get("since", "")), _day(asked.get("until", "")))

    def __bool__(self) -> bool:
        return self.since is not None or self.until is not None

    def apply(self, rows: QuerySet[Any], field: str = "created") -> QuerySet[Any]:
        if self.since:
            rows = rows.filter(**{f"{field}__gte": _beginning(self.since)})
        return rows.filter(**{f"{field}__lt": _beginning(self.until + datetime.timedelta(days=1))}) if self.until else rows


def _day(word: str) -> datetime.date | None:
    try:
        day = datetime.date.fromisoformat(word)
    except ValueError:
        return None
    return day if 1 < day.year < 9999 else None


def _beginning(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


class CaseFilter(filters.FilterSet):
    q = filters.CharFilter(method="containing", label="words in title, docket number, court or description")
    role = filters.ChoiceFilter(choices=Role.choices, label="your role in the case")
    ordering = filters.OrderingFilter(fields=["title", "docket_number", "court", "status", "created", "updated"])

    class Meta:
        model = Case
        fields = ["status", "legal_hold"]

    def containing(self, cases: CaseQuerySet, name: str, value: str) -> CaseQuerySet:
        """Cases in which every word occurs somewhere."""
        for word in value.split():
            cases = cases.filter(
                Q(title__icontains=word) | Q(docket_number__icontains=word) | Q(court__icontains=word) | Q(description__icontains=word)
            )
        return cases
