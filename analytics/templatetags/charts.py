from __future__ import annotations

from typing import Any

from django import template

from analytics.services.charts import Chart
from analytics.services.charts.svg import NARROW, WIDE, drawn, swatch
from analytics.services.charts.wording import label_of, valued

register = template.Library()


@register.inclusion_tag("analytics/chart.html")
def chart(one: Chart) -> dict[str, Any]:
    """A chart and its table. The page needs css/charts.css in its block "styles" and js/charts.js (a module) in "scripts"."""
    rows = [
        (label_of(one, place), [(valued(one, series.values[place]), series.urls[place] if series.urls else "") for series in one.series])
        for place in range(len(one.labels))
    ]
    return {
        "chart": one,
        "rows": rows,
        "legend": [(swatch(one, place), series.name) for place, series in enumerate(one.series)] if len(one.series) > 1 else [],
        "drawings": [] if one.is_empty else [drawn(one, WIDE), drawn(one, NARROW)],
    }
