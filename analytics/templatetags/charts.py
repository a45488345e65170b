from __future__ import annotations

from typing import Any

from django import template

from analytics.services.charts import Chart

register = template.Library()


@register.inclusion_tag("analytics/chart.html")
def chart(one: Chart) -> dict[str, Any]:
    rows = [
        (label, [(series.values[place], series.urls[place] if series.urls else "") for series in one.series])
        for place, label in enumerate(one.labels)
    ]
    return {"chart": one, "rows": rows}
