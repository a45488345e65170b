"""New rows of a table by PostgreSQL's COPY: one statement for as many as there are, without the writing and reading of an INSERT's SQL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, Model
from psycopg import sql

Row = TypeVar("Row", bound=Model)


def insert(model: type[Row], rows: Iterable[Row]) -> None:
    """What `bulk_create` writes, in the caller's transaction. Keys that the database counts up must have been taken (`numbers`), or are
    left to it where no row has one; no signal is sent. Raises what an INSERT would (IntegrityError ...)."""
    kept = list(rows)
    if not kept:
        return
    fields = [field for field in model._meta.concrete_fields if not (field.primary_key and kept[0].pk is None)]
    columns = sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in fields])
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(model._meta.db_table), columns)
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in kept:
            copy.write_row([_value(field, row) for field in fields])
    for row in kept:
        row._state.adding, row._state.db = False, connection.alias


def numbers(model: type[Model], count: int) -> list[int]:
    """So many keys of a table that counts its rows, taken before they are written, so that others can be written that point to them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [model._meta.db_table, count])
        return [number for (number,) in cursor.fetchall()]


def _value(field: Field[Any, Any], row: Model) -> Any:
    return field.get_db_prep_save(field.pre_save(row, add=True), connection)
