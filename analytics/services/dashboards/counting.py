"""Series over time and parts of a whole, from rows that the database has grouped."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Aggregate, Count, Model, QuerySet
from django.db.models.functions import TruncDate
from django.urls import reverse

from analytics.services.charts import Chart, Look, Series
from analytics.services.dashboards.ranges import Bucket, Range

Address = Callable[[Bucket], str]
MB = 1_000_000


def by_day(rows: QuerySet[Any], field: str, asked: Range, *groups: str, of: Aggregate | None = None) -> list[Any]:
    """(*groups, day, number) of the rows of these days, by the reader's clock; `of` is what is added up instead of rows. One query."""
    inside = rows.filter(**{f"{field}__gte": asked.since, f"{field}__lt": asked.until}).order_by()
    dated = inside.annotate(dated=TruncDate(field)).values_list(*groups, "dated")
    return list(dated.annotate(counted=of or Count("pk")))


def series(name: str, asked: Range, days: Iterable[tuple[datetime.date, Any]], address: Address | None = None) -> Series:
    """One value for each bucket; where it is not zero it leads to `address`."""
    values = asked.summed(days)
    urls = [address(bucket) if value else "" for bucket, value in zip(asked.buckets, values, strict=True)] if address else ()
    return Series(name, values, urls)


def over_time(key: str, title: str, look: Look, asked: Range, found: Sequence[Series], **more: Any) -> Chart:
    buckets = asked.buckets
    labels, names = [bucket.label for bucket in buckets], [bucket.name for bucket in buckets]
    return Chart(key, title, look, labels, found, names=names, heading=asked.heading, **more)


def parts(key: str, title: str, name: str, found: Sequence[tuple[str, float, str]], **more: Any) -> Chart:
    """Rows of (label, value, address)."""
    labels = [label for label, _value, _url in found]
    return Chart(key, title, Look.ROWS, labels, [Series(name, [one[1] for one in found], [one[2] for one in found])], **more)


def listed(user: Any, model: type[Model], **filters: Any) -> str:
    """The list of the admin that shows these rows, for who may see it there; else ""."""
    meta = model._meta
    if not user.has_perm(f"{meta.app_label}.view_{meta.model_name}"):
        return ""
    return f"{reverse(f'admin:{meta.app_label}_{meta.model_name}_changelist')}?{urlencode(filters)}"
