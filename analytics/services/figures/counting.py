"""Rows counted in the database: of a case, or of the installation and all its cases in one pass (GROUPING SETS of PostgreSQL)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from analytics.services.figures import Source, Stretch, Values

Found = dict[UUID | None, dict[str, float | int | None]]


@dataclass(frozen=True)
class Counted:
    """What to count, as SQL. `rows` is what stands after FROM; `when` and it may use %(since)s, %(until)s, %(first)s and %(after)s (days);
    `case` and `part` are expressions of a row ("": there is none); `wholes` and `parts` are aggregates by the key of their figure."""

    rows: str
    when: str
    case: str = ""
    wholes: Mapping[str, str] = field(default_factory=dict)
    part: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, stretch: Stretch) -> Mapping[UUID | None, Values]:
        """The values by case; of a figure in parts those that are not 0."""
        found: Found = {}
        if stretch.case is not None and not self.case:
            return found
        for case, part, numbers in self.rows_of(stretch):
            mine = found.setdefault(case, {})
            if part is None:
                mine.update({key: numbers[key] for key in self.wholes})
            else:
                mine.update({f"{key}:{part}": numbers[f"{key}:"] for key in self.parts if numbers[f"{key}:"]})
        return found

    def rows_of(self, stretch: Stretch) -> Iterator[tuple[UUID | None, str | None, dict[str, float | int | None]]]:
        """(case, part or None for the whole, {key: value}); a part's keys end in a colon."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql(stretch), self._values(stretch))
            for case, is_whole, part, *numbers in cursor.fetchall():
                named = zip((*self.wholes, *(f"{key}:" for key in self.parts)), map(_plain, numbers), strict=True)
                if case is None and stretch.each_case and self.case and not is_whole & 2:
                    continue  # rows of no case: told of the installation only
                yield (case if stretch.case is None else stretch.case), (None if is_whole & 1 else part), dict(named)

    def _sql(self, stretch: Stretch) -> str:
        """is_whole: bit 1 set where no part is told apart, bit 2 where no case is."""
        by_case, by_part = stretch.each_case and bool(self.case), bool(self.part)
        case = self.case if by_case else "NULL::uuid"
        part = self.part if by_part else "NULL::text"
        sets = ["()"]
        sets += [f"({self.case})"] if by_case else []
        sets += [f"({self.part})"] if by_part else []
        sets += [f"({self.case}, {self.part})"] if by_case and by_part else []
        whole = f"{f'grouping({self.case}) * 2' if by_case else '2'} + {f'grouping({self.part})' if by_part else '1'}"
        columns = ", ".join([case, whole, part, *self.wholes.values(), *self.parts.values()])
        mine = f" AND {self.case} = %(case)s" if stretch.case is not None else ""
        return f"SELECT {columns} FROM {self.rows} WHERE {self.when}{mine} GROUP BY GROUPING SETS ({', '.join(sets)})"  # noqa: S608 (all of it is written above and in definitions)

    def _values(self, stretch: Stretch) -> dict[str, Any]:
        times = {"since": stretch.since, "until": stretch.until, "first": stretch.first, "after": stretch.after}
        return {**times, "case": stretch.case, **self.values}


def together(*sources: Source) -> Source:
    """One source of several."""

    def source(stretch: Stretch) -> Mapping[UUID | None, Values]:
        found: Found = {}
        for one in sources:
            for case, values in one(stretch).items():
                found.setdefault(case, {}).update(values)
        return found

    return source


def _plain(number: Any) -> float | int | None:
    """What JSON can keep: sums of PostgreSQL are decimals."""
    if isinstance(number, Decimal):
        return int(number) if number == number.to_integral_value() else float(number)
    return number
