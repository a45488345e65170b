"""A recording's analysis as plain tables, for files that programs and spreadsheets read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.services.sessions.comparing import value_of
from analytics.services.sessions.contracts import Analysis, Compared, definitions
from tasks.base.spreadsheets import cell

Value = str | int | float
UNITS = {key: unit for key, unit, _meaning in definitions()}
_LISTS = {"talk": "name", "sounds": "label", "steps": "name", "timeline": "", "stretches": ""}


@dataclass(frozen=True)
class Table:
    """`columns` are keys, with the unit in brackets; texts in `rows` are harmless in a spreadsheet, None is ""."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]


def tables_of(analysis: Analysis, compared: Sequence[Compared]) -> list[Table]:
    """What is told once, then a table for each list; every figure as it is stored, numbers as numbers."""
    told = analysis.model_dump(mode="json")
    made = [Table("figures", ("figure", "value", "unit", "meaning"), list(_single(told)))]
    made += [_table(name, told[name]) for name in _LISTS]
    columns = ("figure", "value", "median_of_others", "below", "above", "others", "unit")
    rows = [[one.key, plain(one.value), plain(one.median), one.below, one.above, one.others, UNITS.get(one.key, "")] for one in compared]
    return [*made, Table("compared", columns, rows)]


def flat(analysis: Analysis, compared: Sequence[Compared]) -> Iterator[list[Value]]:
    """All tables as one: section, item, figure, value, unit; the first row is the head."""
    yield ["section", "item", "figure", "value", "unit"]
    told = analysis.model_dump(mode="json")
    for key, value, unit, _meaning in _single(told):
        yield ["figures", "", key, value, unit]
    for name, label in _LISTS.items():
        for place, entry in enumerate(told[name], start=1):
            item = cell(entry[label]) if label else place
            for column, value in _spread(entry):
                yield [name, item, column, value, _unit(name, column)]
    for one in compared:
        for column, given in (("value", one.value), ("median_of_others", one.median)):
            yield ["compared", one.key, column, plain(given), UNITS.get(one.key, "")]
        for column, count in (("below", one.below), ("above", one.above), ("others", one.others)):
            yield ["compared", one.key, column, count, ""]


def plain(value: Any) -> Value:
    """A cell."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else cell(value)


def _single(told: dict[str, Any]) -> Iterator[list[Value]]:
    for key, unit, meaning in definitions():
        if key.split(".")[0] in _LISTS:
            continue
        value = value_of(told, key)
        if key == "words.bins":
            yield from ([f"words.bins.{place / 10:.1f}", count, "", meaning] for place, count in enumerate(value))
        elif not isinstance(value, dict):
            yield [key, plain(value), unit, meaning]


def _table(name: str, entries: Sequence[dict[str, Any]]) -> Table:
    rows = [dict(_spread(entry)) for entry in entries]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    head = [f"{column} [{unit}]" if (unit := _unit(name, column)) else column for column in columns]
    return Table(name, head, [[row.get(column, "") for column in columns] for row in rows])


def _spread(entry: dict[str, Any]) -> Iterator[tuple[str, Value]]:
    """Seconds by label, of a part, as columns of their own."""
    for name, value in entry.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{label}", plain(inner)) for label, inner in value.items())
        else:
            yield name, plain(value)


def _unit(name: str, column: str) -> str:
    return UNITS.get(f"{name}.{column.split('.')[0]}", "")
