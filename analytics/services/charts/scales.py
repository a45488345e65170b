"""From values to places: the ticks of an axis, and how wide its labels are."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analytics.services.charts import Chart, Look

LETTER = 0.56
"""Width of an average letter or digit of a sans-serif, in parts of its size."""
LARGEST = 1e300


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high`, which are ticks, drawn from `start` to `end` (in units of the picture)."""

    ticks: tuple[float, ...]
    start: float
    end: float

    @property
    def low(self) -> float:
        return self.ticks[0]

    @property
    def high(self) -> float:
        return self.ticks[-1]

    def at(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def nice(value: float, *, nearest: bool) -> float:
    """The nearest of 1, 2, 5 and 10 times a power of ten to a positive value, or the next above.

    P. Heckbert, "Nice Numbers for Graph Labels", Graphics Gems (1990), pages 61-63.
    """
    exponent = math.floor(math.log10(value))
    part = value / 10.0**exponent
    bounds = (1.5, 3, 7) if nearest else (1, 2, 5)
    factor = next((factor for bound, factor in zip(bounds, (1, 2, 5), strict=True) if (part < bound if nearest else part <= bound)), 10)
    return factor * 10.0**exponent


def ticks(low: float, high: float, wanted: int = 5, *, whole: bool = False) -> tuple[float, ...]:
    """Some `wanted` ticks at nice numbers around low..high; `whole`: never between two integers."""
    if low == high:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        high = 1.0
    step = nice(nice(high - low, nearest=False) / max(1, wanted - 1), nearest=True)
    if whole:
        step = max(1.0, step)
    first, last = math.floor(low / step), math.ceil(high / step)
    return tuple(place * step for place in range(first, last + 1))


def known(values: Iterable[float | None]) -> list[float]:
    """Those that can be drawn; sums and differences of them stay finite."""
    return [max(-LARGEST, min(LARGEST, float(value))) for value in values if value is not None and math.isfinite(value)]


def reach(chart: Chart) -> tuple[float, float]:
    """The lowest and the highest place that is drawn; zero is always between them."""
    if chart.look is Look.STACKED:
        columns = [known(series.values[place] for series in chart.series) for place in range(len(chart.labels))]
        found = [sum(value for value in column if (value > 0) is above) for column in columns for above in (True, False)]
    else:
        found = known(value for series in chart.series for value in series.values)
    return min(0.0, *found, 0.0), max(0.0, *found, 0.0)


def width(text: str, size: float) -> float:
    """About how wide a text is."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text) * LETTER * size


def fitted(text: str, room: float, size: float) -> str:
    """The text, cut with an ellipsis where there is no room for it."""
    if width(text, size) <= room:
        return text
    kept = ""
    for letter in text:
        if width(kept + letter + "…", size) > room:
            break
        kept += letter
    return kept.rstrip() + "…"


def every(labels: Sequence[str], step: float, size: float) -> int:
    """Each how manyth label is shown, so that none touches the next; `step` lies between two of them."""
    widest = max((width(label, size) for label in labels), default=0.0)
    return max(1, math.ceil((widest + size) / step)) if step else 1
