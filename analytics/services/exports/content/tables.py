"""Tables: what their columns mean, and where their rows come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

AT_ONCE = 20_000
"""Rows that are read at a time: what was deleted since, or may not be seen any more, is not among the next ones."""


class Type(StrEnum):
    TEXT = "text"
    """What people or files said."""
    WORD = "word"
    """Of a fixed list, or an id: letters, digits and marks that no spreadsheet takes for a formula."""
    WHOLE = "whole number"
    REAL = "number"
    TIME = "time"
    """ISO 8601, UTC, with milliseconds."""
    DATE = "date"
    FLAG = "yes or no"
    LIST = "list"
    """In a spreadsheet one text, parted by semicolons."""
    NUMBERS = "list of numbers"
    """As a list, of whole numbers from 0."""
    JSON = "json"
    """In a spreadsheet its text."""


@dataclass(frozen=True)
class Column:
    """`of`: the field or expression of the query, where it is not called as the column is. `title`: its head in a spreadsheet, where that
    is not its name."""

    name: str
    type: Type
    definition: str | Promise
    unit: str = ""
    of: Any = None
    title: str = ""

    @property
    def source(self) -> Any:
        return self.of if self.of is not None else self.name


Row = Sequence[Any]


@dataclass(frozen=True)
class QueryTable:
    """Rows of the database, in the order of `key`, which is one row's alone. `query` is asked again for each chunk of them."""

    name: str
    columns: Sequence[Column]
    query: Callable[[], QuerySet[Any]]
    key: str = "pk"

    def count(self) -> int:
        return self.query().count()

    def chunks(self) -> Iterator[QuerySet[Any]]:
        last = None
        while True:
            rows = self.query().order_by(self.key)
            if last is not None:
                rows = rows.filter(**{f"{self.key}__gt": last})
            end = next(iter(rows.values_list(self.key, flat=True)[AT_ONCE - 1 : AT_ONCE]), None)
            yield rows if end is None else rows.filter(**{f"{self.key}__lte": end})
            if end is None:
                return
            last = end


@dataclass(frozen=True)
class RowTable:
    """Rows that are made here, in the order of the columns."""

    name: str
    columns: Sequence[Column]
    rows: Callable[[], Iterable[Row]]
    count: Callable[[], int]

    def chunks(self) -> Iterator[list[Row]]:
        rows = iter(self.rows())
        for first in rows:
            yield [first, *islice(rows, MADE_AT_ONCE - 1)]


MADE_AT_ONCE = 1000
Table = QueryTable | RowTable


def rows_of(table: Table) -> Iterator[Iterable[Row]]:
    """In chunks, with plain values."""
    if isinstance(table, RowTable):
        yield from table.chunks()
        return
    for chunk in table.chunks():
        yield chunk.values_list(*(column.source for column in table.columns)).iterator(chunk_size=2000)
