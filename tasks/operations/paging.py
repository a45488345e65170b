"""Lists that stay fast however long they are: pages begin after an id instead of counting rows, and counts stop counting."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from tasks.models import TaskRecord

COUNTED = 10_000
"""Up to here counts are exact."""


@dataclass(frozen=True)
class Count:
    number: int
    exact: bool


@dataclass(frozen=True)
class Slice:
    """Some records, newest first; `newer` and `older` are the ids that the neighbouring slices begin after, None at an end."""

    records: list[TaskRecord]
    newer: uuid.UUID | None
    older: uuid.UUID | None


def count_of(records: QuerySet[TaskRecord]) -> Count:
    """Exact up to COUNTED, beyond that what PostgreSQL's planner estimates."""
    number = records.order_by()[: COUNTED + 1].count()
    if number <= COUNTED:
        return Count(number, True)
    plan = json.loads(records.order_by().explain(format="json"))[0]["Plan"]
    return Count(max(number, round(plan["Plan Rows"], -3)), False)


def slice_of(records: QuerySet[TaskRecord], size: int, *, before: uuid.UUID | None = None, after: uuid.UUID | None = None) -> Slice:
    """At most `size` records older than `before`, or the oldest that are newer than `after`, or the newest of all."""
    if after is not None:
        found = list(records.filter(pk__gt=after).order_by("pk")[: size + 1])
        more = len(found) > size
        shown = found[:size][::-1]
        return Slice(shown, _first(shown) if more else None, _last(shown) or after)
    older = records.filter(pk__lt=before) if before is not None else records
    found = list(older.order_by("-pk")[: size + 1])
    shown = found[:size]
    return Slice(shown, (_first(shown) or before) if before is not None else None, _last(shown) if len(found) > size else None)


def id_in(query: Mapping[str, Any], name: str) -> uuid.UUID | None:
    """The id in an address; None where there is none or no id."""
    try:
        return uuid.UUID(str(query[name])) if query.get(name) else None
    except ValueError:
        return None


def _first(records: Sequence[TaskRecord]) -> uuid.UUID | None:
    return records[0].pk if records else None


def _last(records: Sequence[TaskRecord]) -> uuid.UUID | None:
    return records[-1].pk if records else None


class TaskPages(BasePagination):
    """{count, next, previous, results}: `next` and `previous` begin after an id; ?page= is served up to COUNTED rows deep."""

    page_size = 50
    max_page_size = 200

    def paginate_queryset(self, queryset: QuerySet[TaskRecord], request: Request, view: Any = None) -> list[TaskRecord]:  # type: ignore[override]
        self.url = request.build_absolute_uri()
        self.count = count_of(queryset).number
        size = min(_number(request, "page_size") or self.page_size, self.max_page_size)
        if request.query_params.get("page"):
            self.slice = self._numbered(queryset, _number(request, "page"), size)
        else:
            before, after = (id_in(request.query_params, name) for name in ("before", "after"))
            self.slice = slice_of(queryset, size, before=before, after=after)
        return self.slice.records

    def _numbered(self, queryset: QuerySet[TaskRecord], page: int, size: int) -> Slice:
        if not 0 < page <= COUNTED // size:
            raise NotFound
        start = (page - 1) * size
        found = list(queryset.order_by("-pk")[start : start + size + 1])
        if page > 1 and not found:
            raise NotFound
        shown = found[:size]
        return Slice(shown, _first(shown) if page > 1 else None, _last(shown) if len(found) > size else None)

    def get_paginated_response(self, data: Any) -> Response:
        links = {"next": self._link("before", self.slice.older), "previous": self._link("after", self.slice.newer)}
        return Response({"count": self.count, **links, "results": data})

    def _link(self, name: str, key: uuid.UUID | None) -> str | None:
        url = self.url
        for other in ("before", "after", "page"):
            url = remove_query_param(url, other)
        return replace_query_param(url, name, str(key)) if key is not None else None

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        count = {"type": "integer", "description": f"exact up to {COUNTED}, an estimate beyond"}
        return {
            "type": "object",
            "required": ["count", "results"],
            "properties": {"count": count, "next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        numbers = [("page", f"a page's number, up to {COUNTED} rows deep"), ("page_size", f"at most {self.max_page_size}")]
        ids = [("before", "older than this task"), ("after", "newer than this task")]
        return [
            *(_parameter(name, {"type": "integer"}, text) for name, text in numbers),
            *(_parameter(name, {"type": "string", "format": "uuid"}, text) for name, text in ids),
        ]


def _parameter(name: str, schema: dict[str, str], description: str) -> dict[str, Any]:
    return {"name": name, "required": False, "in": "query", "description": description, "schema": schema}


def _number(request: Request, name: str) -> int:
    """A positive number of the address, else 0."""
    text = str(request.query_params.get(name, ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
