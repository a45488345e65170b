"""Charts as data. `{% load charts %}{% chart one %}` draws one as SVG with its table; nothing is drawn in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Look(StrEnum):
    BARS = "bars"
    """Beside each other, of one series or several."""
    STACKED = "stacked"
    """On top of each other: the series add up."""
    LINES = "lines"
    ROWS = "rows"
    """Horizontal bars, for labels that are words; one series."""


@dataclass(frozen=True)
class Series:
    """One value for each label, None where there is none; `urls` lead to what each counts ("" where nothing does)."""

    name: str
    values: Sequence[float | None]
    urls: Sequence[str] = ()


@dataclass(frozen=True)
class Chart:
    """`key` is unique on its page. `unit` is said with every value ("MB", "ms", "" for counts). `decimals` of its values. `about` is a
    sentence below the title. `names` say the labels whole where those are short ("3 March 2026" of "3 Mar"), `heading` what they are."""

    key: str
    title: str
    look: Look
    labels: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    decimals: int = 0
    about: str = ""
    names: Sequence[str] = ()
    heading: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(value for one in self.series for value in one.values)
