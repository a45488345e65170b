"""Rows as the database itself writes them: PostgreSQL's COPY, with every value formatted by the server as `cells` does it here.

JSON is the server's CSV with the keys as columns between the values and a quote that is taken away again: neither it nor any other
control character stands in JSON (RFC 8259, 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, F, FloatField, Func, QuerySet, TextField, Value

from analytics.services.exports.content.cells import cut_mark
from analytics.services.exports.content.tables import Column, Type
from documents.sheets import LONGEST_CELL

_QUOTE = b"\x01"
_MOMENT = "to_char(%(expressions)s AT TIME ZONE 'UTC', '{quote}YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"{quote}')"
_FINITE = "CASE WHEN (%(expressions)s) - (%(expressions)s) = 0 THEN (%(expressions)s) END"
# As tasks.base.printable, less what text of PostgreSQL cannot hold.
_CONTROLS = "[\\x01-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ufffe\\uffff]"


class _Text(Func):
    output_field = TextField()


def _written(template: str, *sources: Any) -> Expression:
    return _Text(*sources, template=template)


def _source(column: Column) -> Any:
    return F(column.source) if isinstance(column.source, str) else column.source


def comma_fields(columns: Sequence[Column], point: str) -> list[Expression]:
    return [_comma_field(column, point) for column in columns]


def _comma_field(column: Column, point: str) -> Expression:
    source = _source(column)
    match column.type:
        case Type.TEXT:
            return safe_text(source)
        case Type.LIST:
            return safe_text(_written("array_to_string(%(expressions)s, '; ')", source))
        case Type.JSON:
            return safe_text(_written("(%(expressions)s)::text", source))
        case Type.TIME:
            return _written(_MOMENT.format(quote=""), source)
        case Type.REAL if point != ".":
            return _written(f"replace(({_FINITE})::text, '.', '{point}')", source)
        case Type.REAL:
            return Func(source, template=_FINITE, output_field=FloatField())
        case _:
            return _written("(%(expressions)s)::text", source)


def safe_text(source: Any) -> Expression:
    """`cells.text_cell` in SQL."""
    return SafeText(source)


class SafeText(Func):
    output_field = TextField()
    # The letters are looked at for what is rare (a control character, a beginning of a formula, a long text) before anything is done.
    template = (
        "(SELECT CASE WHEN octet_length(t) > {half} AND char_length(t) + a > {most}"
        " THEN left(t, {most} - {marked} - a) || {mark} ELSE t END FROM (SELECT t, CASE WHEN octet_length(t) > {half}"
        " THEN char_length(regexp_replace(t, '[^\\U00010000-\\U0010ffff]', '', 'g')) ELSE 0 END AS a FROM (SELECT CASE"
        " WHEN t ~ '^ *[-=+@\\t\\r\\n]' AND NOT t ~ '^[-+]\\d+([.,]\\d+)?$' THEN '''' || t ELSE t END AS t FROM (SELECT CASE"
        " WHEN x ~ '{controls}' THEN regexp_replace(x, '{controls}', '', 'g') ELSE x END AS t"
        " FROM (SELECT %(expressions)s AS x) v) c) d) e)"
    )

    def as_sql(self, compiler: Any, connection: Any, *given: Any, **extra: Any) -> Any:
        mark = cut_mark()
        filled = self.template.format(
            half=LONGEST_CELL // 2, most=LONGEST_CELL, marked=len(mark), mark="'" + mark.replace("'", "''").replace("%", "") + "'",
            controls=_CONTROLS,
        )  # fmt: skip
        return super().as_sql(compiler, connection, template=filled, **extra)


def json_fields(columns: Sequence[Column]) -> list[Expression]:
    """Keys and values in turn, which are an object where they are put one after the other."""
    parts: list[Expression] = []
    for place, column in enumerate(columns):
        parts.append(Value(("{" if place == 0 else ",") + f'"{column.name}":', output_field=TextField()))
        parts.append(_json_field(column))
    return [*parts, Value("}", output_field=TextField())]


def _json_field(column: Column) -> Expression:
    source = _source(column)
    match column.type:
        case Type.WHOLE | Type.FLAG:
            return _written("(%(expressions)s)::text", source)
        case Type.REAL:
            return Func(source, template=_FINITE, output_field=FloatField())
        case Type.TIME:
            return _written(_MOMENT.format(quote='\\"'), source)
        case Type.JSON:
            return _written("(%(expressions)s)::text", source)
        case Type.LIST:
            return _written("to_json(%(expressions)s)::text", source)
        case _:
            return _written("to_json((%(expressions)s)::text)::text", source)


def copied_commas(rows: QuerySet[Any], columns: Sequence[Column], comma: str, point: str) -> tuple[bytes, int]:
    """Lines of a CSV, and how many rows they are."""
    return _copied(rows, comma_fields(columns, point), f"DELIMITER '{comma}', NULL ''")


def copied_json(rows: QuerySet[Any], columns: Sequence[Column]) -> tuple[bytes, int]:
    """Objects with a line end after each, and how many they are."""
    made, count = _copied(rows, json_fields(columns), "DELIMITER ' ', NULL 'null', QUOTE E'\\x01'")
    return made.replace(_QUOTE, b""), count


def _copied(rows: QuerySet[Any], fields: Sequence[Expression], options: str) -> tuple[bytes, int]:
    named = {f"column_{place}": field for place, field in enumerate(fields)}
    try:
        asked, values = rows.annotate(**named).values_list(*named).query.sql_with_params()
    except EmptyResultSet:
        return b"", 0
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY ({asked}) TO STDOUT (FORMAT csv, {options})", values) as copy:
            made = b"".join(copy)
        return made, cursor.rowcount
