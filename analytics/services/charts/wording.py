"""What a chart says in words: values with their unit, names of marks, and the sentence that describes it to those who don't see it."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from analytics.services.charts import Chart, Look
from analytics.services.charts.scales import known
from tasks.base.printable import printable

GROUPED = 1e15
"""Above it digits say nothing: the exponent does."""


def number(value: float, decimals: int = 0) -> str:
    if abs(value) >= GROUPED:
        return f"{value:.2e}"
    return number_format(round(value, decimals) + 0.0, decimals, use_l10n=True, force_grouping=True)


def valued(chart: Chart, value: float | None) -> str:
    """A value as it is read out and stands in the table: "12.5 MB"; a dash for none."""
    if not (found := known([value])):
        return "–"
    return f"{number(found[0], chart.decimals)} {chart.unit}".strip()


def tick(value: float, step: float) -> str:
    """A value on an axis: as short as it can be told apart from the next."""
    for bound, pattern in ((1e9, _("%(number)s bn")), (1e6, _("%(number)s M"))):
        if GROUPED > abs(value) >= bound and step * 100 >= bound:
            return pattern % {"number": number(value / bound, 0 if step >= bound else 1 if step * 10 >= bound else 2)}
    decimals = 0
    while decimals < 6 and abs(step * 10**decimals - round(step * 10**decimals)) > 1e-9 * 10**decimals * step:
        decimals += 1
    return number(value, decimals)


def label_of(chart: Chart, place: int) -> str:
    return printable(chart.names[place] if chart.names else chart.labels[place])


def name_of(chart: Chart, number_of_series: int, place: int) -> str:
    """The name of a mark: "3 March: 12 documents", with its series where there are several."""
    series = chart.series[number_of_series]
    value = valued(chart, series.values[place])
    if len(chart.series) == 1:
        return f"{label_of(chart, place)}: {value}"
    return f"{label_of(chart, place)}, {printable(series.name)}: {value}"


def description(chart: Chart) -> str:
    """What is seen at a glance, one sentence for each series."""
    if chart.look is Look.ROWS:
        return _("Bars of %(count)s.") % {"count": len(chart.labels)}
    return " ".join(filter(None, (_told(chart, place) for place in range(len(chart.series)))))


def _told(chart: Chart, place: int) -> str:
    series = chart.series[place]
    found = [(value, at) for at, value in enumerate(series.values) if known([value]) and value is not None]
    if not found:
        return _("%(series)s: nothing.") % {"series": printable(series.name)}
    most, least = max(found, key=lambda one: one[0]), min(found, key=lambda one: one[0])
    words = {
        "series": printable(series.name),
        "most": valued(chart, most[0]),
        "most_at": label_of(chart, most[1]),
        "least": valued(chart, least[0]),
        "least_at": label_of(chart, least[1]),
    }
    if most[0] == least[0]:
        return _("%(series)s: %(most)s everywhere.") % words
    return _("%(series)s: most %(most)s (%(most_at)s), least %(least)s (%(least_at)s).") % words
