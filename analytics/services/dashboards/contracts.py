"""What a dashboard is made of: numbers and charts, each leading to what it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.services.charts import Chart
from analytics.services.dashboards.ranges import Range


@dataclass(frozen=True)
class Number:
    """A number with its words. `value` is for programs, in `unit` ("" for counts); `text` as people read it. None: nothing to say.
    `url` lists what is counted, "" where no list may be seen. `alarming` numbers need somebody."""

    key: str
    label: str
    value: float | None
    text: str
    unit: str = ""
    url: str = ""
    alarming: bool = False


@dataclass(frozen=True)
class Dashboard:
    range: Range
    numbers: Sequence[Number]
    charts: Sequence[Chart]

    def chart(self, key: str) -> Chart:
        return next(one for one in self.charts if one.key == key)
