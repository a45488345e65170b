"""Rows as the database itself writes them: PostgreSQL's COPY, with every value formatted by the server as `cells` does it here.

JSON is the server's CSV with the keys as columns between the values and a quote that is taken away again: neither it nor any other
control character stands in JSON (RFC 8259, 7).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, F, FloatField, Func, QuerySet, TextField, Value

from analytics.services.exports.content.cells import cut_mark
from analytics.services.exports.content.tables import Column, Type
from documents.sheets import LONGEST_CELL

Put = Callable[[bytes], object]
PIECE = 1 << 20
"""Bytes that are handed on at once."""
_QUOTE = b"\x01"
_MOMENT = "to_char(%(expressions)s AT TIME ZONE 'UTC', '{quote}YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"{quote}')"
_FINITE = "CASE WHEN (%(expressions)s) - (%(expressions)s) = 0 THEN (%(expressions)s) END"
# As tasks.base.printable, less what text of PostgreSQL cannot hold.
_CONTROLS = "[\\x01-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ufffe\\uffff]"


_ASCII_CONTROLS = bytes([*range(1, 9), 11, 12, *range(14, 32), 127])
_OTHER_CONTROLS = re.compile(rb"\xc2[\x80-\x9f]|\xef\xbf[\xbe\xbf]")


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
        case Type.NUMBERS:
            return _written("array_to_string(%(expressions)s, '; ')", source)
        case Type.JSON:
            return safe_text(_written("(%(expressions)s)::text", source))
        case Type.TIME:
            return _written(_MOMENT.format(quote=""), source)
        case Type.REAL if point != ".":
            return _written(f"replace(({_FINITE})::text, '.', '{point}')", source)
        case Type.REAL:
            return Func(source, template=_FINITE, output_field=FloatField())
        case Type.WHOLE | Type.WORD:
            return _written("(%(expressions)s)", source)
        case _:
            return _written("(%(expressions)s)::text", source)


def safe_text(source: Any) -> Expression:
    """`cells.text_cell` in SQL."""
    return SafeText(source)


class SafeText(Func):
    """What begins harmlessly and is short stays as it is: control characters in it are taken out here (`_without_controls`), which costs
    less than to have the server look for them."""

    output_field = TextField()
    quick = (
        "CASE WHEN octet_length(%(x)s) <= {half} AND (ascii(%(x)s) BETWEEN 47 AND 60 OR ascii(%(x)s) BETWEEN 65 AND 126)"
        " THEN %(x)s ELSE {slow} END"
    )
    slow = (
        "(SELECT CASE WHEN octet_length(t) > {half} AND char_length(t) + a > {most}"
        " THEN left(t, {most} - {marked} - a) || {mark} ELSE t END FROM (SELECT t, CASE WHEN octet_length(t) > {half}"
        " THEN char_length(regexp_replace(t, '[^\\U00010000-\\U0010ffff]', '', 'g')) ELSE 0 END AS a FROM (SELECT CASE"
        " WHEN t ~ '^ *[-=+@\\t\\r\\n\\uff1d\\uff0b\\uff0d\\uff20]'"
        " AND NOT t ~ '^[-+]\\d+([.,]\\d+)?$' THEN '''' || t ELSE t END AS t FROM (SELECT CASE"
        " WHEN %(x)s ~ '{controls}' THEN regexp_replace(%(x)s, '{controls}', '', 'g') ELSE %(x)s END AS t) c) d) e)"
    )

    def as_sql(self, compiler: Any, connection: Any, *given: Any, **extra: Any) -> Any:
        mark, (source, values) = cut_mark(), compiler.compile(self.source_expressions[0])
        told = {"half": LONGEST_CELL // 2, "most": LONGEST_CELL, "marked": len(mark), "controls": _CONTROLS}
        told["mark"] = "'" + mark.replace("'", "''").replace("%", "") + "'"
        asked = self.quick.format(half=told["half"], slow=self.slow.format(**told))
        if values:
            return f"(SELECT {asked % {'x': 'v.x'}} FROM (SELECT {source} AS x) v)", values  # noqa: S608 (constants, and what Django compiled)
        return asked % {"x": source}, values


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
        case Type.WHOLE:
            return _written("(%(expressions)s)", source)
        case Type.FLAG:
            return _written("(%(expressions)s)::text", source)
        case Type.REAL:
            return Func(source, template=_FINITE, output_field=FloatField())
        case Type.TIME:
            return _written(_MOMENT.format(quote='\\"'), source)
        case Type.JSON:
            return _written("(%(expressions)s)::text", source)
        case Type.NUMBERS:
            return _written("'[' || array_to_string(%(expressions)s, ',') || ']'", source)
        case Type.LIST:
            return _written("to_json(%(expressions)s)::text", source)
        case _:
            return _written("to_json((%(expressions)s)::text)::text", source)


def copied_commas(rows: QuerySet[Any], columns: Sequence[Column], comma: str, point: str, put: Put) -> int:
    """Puts lines of a CSV; gives how many rows they are."""
    options = f"DELIMITER '{comma}', NULL ''"
    return _copied(rows, comma_fields(columns, point), options, lambda made: put(_without_controls(made)))


def _without_controls(made: bytes) -> bytes:
    """As tasks.base.printable does it with text; none of these stands in a CSV for itself."""
    made = made.translate(None, _ASCII_CONTROLS)
    return _OTHER_CONTROLS.sub(b"", made) if b"\xc2" in made or b"\xef" in made else made


def copied_json(rows: QuerySet[Any], columns: Sequence[Column], put: Put) -> int:
    """Puts objects with a line end after each; gives how many they are."""
    options = "DELIMITER ' ', NULL 'null', QUOTE E'\\x01'"
    return _copied(rows, json_fields(columns), options, lambda made: put(made.replace(_QUOTE, b"")))


def _copied(rows: QuerySet[Any], fields: Sequence[Expression], options: str, put: Put) -> int:
    """Puts pieces of whole rows as they come, so that one of them and the longest row is all that is held."""
    named = {f"column_{place}": field for place, field in enumerate(fields)}
    try:
        asked, values = rows.annotate(**named).values_list(*named).query.sql_with_params()
    except EmptyResultSet:
        return 0
    held = bytearray()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({asked}) TO STDOUT (FORMAT csv, {options})", values) as copy:
        for row in copy:
            held += row
            if len(held) >= PIECE:
                put(bytes(held))
                held.clear()
        if held:
            put(bytes(held))
        return int(cursor.rowcount)
