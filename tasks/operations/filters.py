"""Which tasks are meant: one language for the list's address, the API and work on many at once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tasks.models import ACTIVE, Status, TaskRecord

WAITING = (Status.PENDING, Status.QUEUED, Status.RETRYING)
STATES: dict[str, tuple[str | Promise, Q]] = {
    "waiting": (gettext_lazy("Waiting"), Q(status__in=WAITING, paused_at=None)),
    "running": (gettext_lazy("Running"), Q(status=Status.STARTED)),
    "paused": (gettext_lazy("Paused"), Q(status__in=ACTIVE, paused_at__isnull=False)),
    "failed": (gettext_lazy("Failed"), Q(status=Status.FAILED)),
    "succeeded": (gettext_lazy("Done"), Q(status=Status.SUCCEEDED)),
    "cancelled": (gettext_lazy("Cancelled"), Q(status=Status.CANCELLED)),
}
"""The states as people think of them: what waits for whatever reason waits."""
SINCE = {
    "hour": (gettext_lazy("Last hour"), timedelta(hours=1)),
    "day": (gettext_lazy("Last 24 hours"), timedelta(days=1)),
    "week": (gettext_lazy("Last 7 days"), timedelta(days=7)),
}
# Ids sort by the time they were made, a moment before `created`; clocks of several machines differ a little.
SLACK = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class FilterError(ValueError):
    """A filter that does not exist, or a value that it does not take; the message is for people."""


class MomentField(django_filters.fields.IsoDateTimeField):
    """A point in time with any offset that it may be written with, as UTC: the database knows fewer offsets than ISO 8601."""

    def clean(self, value: Any) -> datetime | None:
        moment = super().clean(value)
        try:
            return moment and moment.astimezone(UTC) + timedelta(0)
        except (OverflowError, ValueError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class MomentFilter(django_filters.IsoDateTimeFilter):
    field_class = MomentField


class TaskFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=[(key, label) for key, (label, _q) in STATES.items()], method="in_state")
    status = django_filters.MultipleChoiceFilter(choices=Status.choices)
    name = django_filters.CharFilter()
    case = django_filters.UUIDFilter(field_name="scope")
    topic = django_filters.CharFilter()
    batch = django_filters.UUIDFilter()
    parent = django_filters.UUIDFilter()
    executor = django_filters.CharFilter()
    schedule = django_filters.CharFilter()
    error_class = django_filters.CharFilter(method="failed_by")
    error_code = django_filters.CharFilter(method="failed_by")
    since = django_filters.ChoiceFilter(choices=[(key, label) for key, (label, _t) in SINCE.items()], method="made_since")
    created_after = MomentFilter(method="made_after")
    created_before = MomentFilter(method="made_before")
    ended_after = MomentFilter(field_name="finished_at", lookup_expr="gte")
    ended_before = MomentFilter(field_name="finished_at", lookup_expr="lt")

    class Meta:
        model = TaskRecord
        fields = ["status", "name", "case", "topic", "batch", "parent", "executor", "schedule"]

    def in_state(self, records: QuerySet[TaskRecord], name: str, value: str) -> QuerySet[TaskRecord]:
        return records.filter(STATES[value][1])

    def failed_by(self, records: QuerySet[TaskRecord], name: str, value: str) -> QuerySet[TaskRecord]:
        """The error that ended a task, or that its next try waits for."""
        return records.filter(**{name: value}, status__in=[Status.FAILED, Status.RETRYING])

    def made_since(self, records: QuerySet[TaskRecord], name: str, value: str) -> QuerySet[TaskRecord]:
        return self.made_after(records, name, timezone.now() - SINCE[value][1])

    def made_after(self, records: QuerySet[TaskRecord], name: str, value: datetime) -> QuerySet[TaskRecord]:
        return records.filter(pk__gte=first_id(value, -SLACK), created__gte=value)

    def made_before(self, records: QuerySet[TaskRecord], name: str, value: datetime) -> QuerySet[TaskRecord]:
        return records.filter(pk__lt=first_id(value, SLACK), created__lt=value)


def first_id(moment: datetime, shift: timedelta = timedelta(0)) -> uuid.UUID:
    """The smallest UUIDv7 of a moment and so much later, so that times are looked up in the primary key."""
    milliseconds = (moment - EPOCH) // timedelta(milliseconds=1) + shift // timedelta(milliseconds=1)
    return uuid.UUID(int=min(max(0, milliseconds), 2**48 - 1) << 80)


def asked_for(data: QueryDict) -> dict[str, list[str]]:
    """The filters in an address, without whatever else stands there."""
    return {name: data.getlist(name) for name in TaskFilter.base_filters if any(data.getlist(name))}


def narrowed(records: QuerySet[TaskRecord], filters: Mapping[str, list[str]]) -> QuerySet[TaskRecord]:
    """The records that fit all filters. Raises FilterError: a filter misspelt must not mean "everything"."""
    unknown = set(filters) - set(TaskFilter.base_filters)
    if unknown:
        raise FilterError(_("There is no filter named %(name)s.") % {"name": sorted(unknown)[0]})
    found = TaskFilter(_query(filters), queryset=records)
    if not found.is_valid():
        field, sentences = next(iter(found.errors.items()))
        raise FilterError(f"{field}: {sentences[0]}")
    return found.qs


def _query(filters: Mapping[str, Any]) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, values in filters.items():
        query.setlist(name, [str(value) for value in values])
    return query
