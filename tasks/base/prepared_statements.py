"""Rows of a model by statements that the server plans once: for what running tasks ask over and over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

from tasks.base.connections import prepared

M = TypeVar("M", bound=Model)


@cache
def columns(model: type[Model]) -> str:
    """The model's columns in the order that `instance` expects, of a table called r."""
    return ", ".join(f"r.{connection.ops.quote_name(str(field.column))}" for field in model._meta.concrete_fields)


def instance(model: type[M], row: Iterable[Any]) -> M:
    """The instance that a row of `columns` stands for."""
    names, decoders = _shape(model)
    values = list(row)
    for place, decode in decoders:
        values[place] = decode(values[place], None, connection)
    return model.from_db(connection.alias, names, values)


def first(model: type[M], condition: str, values: Sequence[Any], *, lock: bool = False) -> M | None:
    """The row r of the model that fulfils the SQL condition (at most one does), locked in the caller's transaction if asked for."""
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"SELECT {columns(model)} FROM {table} r WHERE {condition}{' FOR UPDATE' if lock else ''}"  # noqa: S608 (constants of ours)
    rows = prepared(statement, values)
    return instance(model, rows[0]) if rows else None


@cache
def _shape(model: type[Model]) -> tuple[list[str], list[tuple[int, Callable[..., Any]]]]:
    fields = model._meta.concrete_fields
    decoders = [(place, field.from_db_value) for place, field in enumerate(fields) if hasattr(field, "from_db_value")]
    return [field.attname for field in fields], decoders
