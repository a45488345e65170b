"""Charts drawn as SVG: once for a wide place and once for a narrow one, of which the style sheet shows one.

Looks are classes of static/css/charts.css, so that a chart follows light, dark and paper. Series differ by colour and also by pattern
(bars) or by dashes and the shape of their points (lines).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from django.utils.safestring import SafeString, mark_safe

from analytics.services.charts import Chart, Look
from analytics.services.charts.scales import Scale, every, fitted, known, reach, ticks, width
from analytics.services.charts.wording import description, label_of, name_of, number, tick
from tasks.base.printable import printable

SIZE = 12.0
"""Of letters."""
COLOURS = 8
"""How many classes s0, s1, ... charts.css knows; more series begin again."""
LEAST = 1.5
"""So much of a value that is not zero is seen at least."""
MOST_NUMBERED = 14
"""So many bars carry their value; of more it would be a wall of digits."""
MOST_POINTS = 62
"""So many points of a line are drawn beside the line."""
WIDEST_BAR = 44.0
BOLD = 1.15
"""How much wider bold letters are."""


@dataclass(frozen=True)
class Paper:
    """How large a picture is."""

    name: str
    width: float
    height: float
    label_column: float
    """Width of the column of labels of rows; 0: they stand above their bars."""


WIDE = Paper("wide", 520, 220, 180)
NARROW = Paper("narrow", 340, 220, 0)


def drawn(chart: Chart, paper: Paper) -> SafeString:
    """The chart as an <svg>. Everything in it is escaped."""
    svg = _Rows(chart, paper).svg if chart.look is Look.ROWS else _Columns(chart, paper).svg
    return mark_safe(ElementTree.tostring(svg, encoding="unicode"))  # noqa: S308 (escaped by ElementTree)


def swatch(chart: Chart, place: int) -> SafeString:
    """How a series looks, for the legend."""
    svg = Element(
        "svg", {"class": f"chart-swatch s{place % COLOURS}", "viewBox": "0 0 22 12", "width": "22", "height": "12", "aria-hidden": "true"}
    )
    if chart.look is Look.LINES:
        SubElement(svg, "path", {"class": "chart-line", "d": "M0 6H22", "fill": "none"})
        svg.append(_point(11, 6, place))
    else:
        pattern = f"swatch-{chart.key}-{place}"
        _define(svg, pattern, place)
        SubElement(svg, "rect", {"class": "chart-mark", "x": "0", "y": "0", "width": "22", "height": "12", "fill": f"url(#{pattern})"})
    return mark_safe(ElementTree.tostring(svg, encoding="unicode"))  # noqa: S308 (escaped by ElementTree)


def _f(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


# Strokes of an 8 by 8 tile, of series after series. The first is plain.
_TILES = (
    "",
    "M-2 2L2 -2M0 8L8 0M6 10L10 6",
    "M0 4H8",
    "M-2 6L2 10M0 0L8 8M6 -2L10 2",
    "M4 0V8",
    "M0 4H8M4 0V8",
    "M0 0L8 8M8 0L0 8",
    "M4 3V5M0 7V8M8 7V8M0 0V1M8 0V1",
)


def _define(parent: Element, name: str, place: int) -> None:
    tile = SubElement(parent, "pattern", {"id": name, "width": "8", "height": "8", "patternUnits": "userSpaceOnUse"})
    strokes = _TILES[place % COLOURS]
    SubElement(tile, "rect", {"class": "chart-ground" if strokes else "chart-plain", "width": "8", "height": "8"})
    if strokes:
        SubElement(tile, "path", {"class": "chart-strokes", "d": strokes, "fill": "none"})


def _point(x: float, y: float, place: int) -> Element:
    """A circle, a square, a diamond, a triangle."""
    shape = place % 4
    if shape == 0:
        return Element("circle", {"class": "chart-point", "cx": _f(x), "cy": _f(y), "r": "3.2"})
    if shape == 1:
        return Element("rect", {"class": "chart-point", "x": _f(x - 3), "y": _f(y - 3), "width": "6", "height": "6"})
    path = f"M{_f(x)} {_f(y - 4)}L{_f(x + 4)} {_f(y)}L{_f(x)} {_f(y + 4)}L{_f(x - 4)} {_f(y)}Z"
    if shape == 3:
        path = f"M{_f(x)} {_f(y - 4)}L{_f(x + 4)} {_f(y + 3)}L{_f(x - 4)} {_f(y + 3)}Z"
    return Element("path", {"class": "chart-point", "d": path})


class _Drawing:
    """What all charts share: the root with its name and description, patterns, and marks that lead somewhere."""

    def __init__(self, chart: Chart, paper: Paper, height: float) -> None:
        self.chart, self.paper = chart, paper
        self.id = f"{chart.key}-{paper.name}"
        linked = any(any(series.urls) for series in chart.series)
        told = {"role": "group" if linked else "img", "aria-labelledby": f"{self.id}-title", "aria-describedby": f"{self.id}-desc"}
        size = {"viewBox": f"0 0 {_f(paper.width)} {_f(height)}", "class": f"chart-{paper.name}", "focusable": "false"}
        self.svg = Element("svg", size | told)
        # Not <title>: browsers would show it as a tooltip of the whole picture.
        SubElement(self.svg, "text", {"id": f"{self.id}-title", "class": "chart-hidden"}).text = printable(chart.title)
        SubElement(self.svg, "desc", {"id": f"{self.id}-desc"}).text = description(chart)
        defs = SubElement(self.svg, "defs")
        if chart.look is not Look.LINES:
            for place in range(min(len(chart.series), COLOURS)):
                _define(self._of(defs, place), self._pattern(place), place)
        self.axis = SubElement(self.svg, "g", {"class": "chart-axis", "aria-hidden": "true"})
        self.marks = SubElement(self.svg, "g", {"class": "chart-marks"} | ({"role": "list"} if linked else {}))
        self.linked = linked

    def _of(self, parent: Element, place: int) -> Element:
        return SubElement(parent, "g", {"class": f"s{place % COLOURS}"})

    def _pattern(self, place: int) -> str:
        return f"{self.id}-p{place % COLOURS}"

    def mark(self, place: int, at: int) -> Element:
        """Where a value's shapes go: a link where it leads somewhere. Its title is its tooltip."""
        series = self.chart.series[place]
        name = name_of(self.chart, place, at)
        url = series.urls[at] if series.urls else ""
        parent = SubElement(self.marks, "g", {"class": f"s{place % COLOURS}"} | ({"role": "listitem"} if url else {}))
        if url:
            parent = SubElement(parent, "a", {"href": url, "aria-label": name})
        SubElement(parent, "title").text = name
        return parent

    def text(self, parent: Element, x: float, y: float, words: str, look: str = "", anchor: str = "middle") -> None:
        place = {"x": _f(x), "y": _f(y), "text-anchor": anchor, "font-size": _f(SIZE)}
        SubElement(parent, "text", place | ({"class": look} if look else {})).text = words

    def rect(self, parent: Element, look: str, box: tuple[float, float, float, float], fill: str = "") -> None:
        x, y, wide, high = box
        shape = {"class": look, "x": _f(x), "y": _f(y), "width": _f(max(0.0, wide)), "height": _f(max(0.0, high))}
        SubElement(parent, "rect", shape | ({"fill": f"url(#{fill})"} if fill else {}))


class _Columns(_Drawing):
    """Bars, stacks and lines over a horizontal axis of labels."""

    def __init__(self, chart: Chart, paper: Paper) -> None:
        super().__init__(chart, paper, paper.height)
        low, high = reach(chart)
        places = ticks(low, high, 5, whole=not chart.decimals)
        step = places[1] - places[0]
        words = [tick(value, step) for value in places]
        left = max(width(word, SIZE) for word in words) + 10
        self.scale = Scale(places, paper.height - 2 * SIZE, 1.6 * SIZE)
        self.left, self.right = left, paper.width - 6
        self.step = (self.right - left) / max(1, len(chart.labels))
        for value, word in zip(places, words, strict=True):
            y = self.scale.at(value)
            line = {"class": "chart-zero" if value == 0 else "chart-grid", "d": f"M{_f(left)} {_f(y)}H{_f(self.right)}"}
            SubElement(self.axis, "path", line)
            self.text(self.axis, left - 6, y + SIZE / 3, word, anchor="end")
        self._labels()
        if chart.look is Look.LINES:
            self._lines()
        else:
            self._bars()

    def _labels(self) -> None:
        room = max(self.step, 76.0)
        labels = [fitted(printable(label), room - SIZE / 2, SIZE) for label in self.chart.labels]
        nth = every(labels, self.step, SIZE)
        for at in range(0, len(labels), nth):
            half = width(labels[at], SIZE) / 2
            x = min(max(self.middle(at), half), self.paper.width - half)
            self.text(self.axis, x, self.paper.height - SIZE / 2, labels[at])

    def middle(self, at: int) -> float:
        return self.left + (at + 0.5) * self.step

    def _bars(self) -> None:
        stacked = self.chart.look is Look.STACKED
        beside = 1 if stacked else max(1, len(self.chart.series))
        gap = min(self.step * 0.25, 12.0) if len(self.chart.labels) < 90 else self.step * 0.1
        thick = min((self.step - gap) / beside, WIDEST_BAR)
        numbered = not stacked and len(self.chart.labels) * beside <= MOST_NUMBERED
        for at in range(len(self.chart.labels)):
            begin = self.middle(at) - thick * beside / 2
            for place, x, value, base in self._column(at, begin, thick, stacked):
                self._bar(place, at, (x, thick), value, base)
                if numbered and value:
                    self._number(x + thick / 2, value, thick)

    def _column(self, at: int, begin: float, thick: float, stacked: bool) -> Iterator[tuple[int, float, float, float]]:
        """(series, left edge, value, where it begins) of what stands at a label."""
        up = down = 0.0
        for place, series in enumerate(self.chart.series):
            if not (found := known([series.values[at]])):
                continue
            value, base = found[0], 0.0
            if stacked:
                base, up, down = (up, up + value, down) if value >= 0 else (down, up, down + value)
            yield place, begin + (0 if stacked else place * thick), value, base

    def _bar(self, place: int, at: int, across: tuple[float, float], value: float, base: float) -> None:
        start, end = self.scale.at(base), self.scale.at(base + value)
        if value and abs(start - end) < LEAST:
            end = start + (LEAST if value < 0 else -LEAST)
        mark = self.mark(place, at)
        x, thick = across
        inset = min(0.5, thick / 10)
        if self.chart.look is not Look.STACKED:
            self.rect(mark, "chart-reach", (x, self.scale.end, thick, self.scale.start - self.scale.end))
        self.rect(mark, "chart-mark", (x + inset, min(start, end), thick - 2 * inset, abs(start - end)), self._pattern(place))

    def _number(self, x: float, value: float, room: float) -> None:
        words = number(value, self.chart.decimals)
        if width(words, SIZE) <= max(room + 12, self.step / max(1, len(self.chart.series))):
            y = self.scale.at(value)
            self.text(self.axis, x, y + SIZE if value < 0 else y - 4, words, "chart-number")

    def _lines(self) -> None:
        many = len(self.chart.labels) > MOST_POINTS
        for place, series in enumerate(self.chart.series):
            for run in _runs(series.values):
                path = "L".join(f"{_f(self.middle(at))} {_f(self.scale.at(value))}" for at, value in run)
                SubElement(self._of(self.axis, place), "path", {"class": "chart-line", "d": f"M{path}", "fill": "none"})
                for at, value in run:
                    mark = self.mark(place, at)
                    alone = len(run) == 1
                    x, y = self.middle(at), self.scale.at(value)
                    reached = max(self.step, 2.0) if len(self.chart.series) == 1 else min(self.step, 14.0)
                    tall = (self.scale.end, self.scale.start) if len(self.chart.series) == 1 else (y - 7, y + 7)
                    self.rect(mark, "chart-reach", (x - reached / 2, tall[0], reached, tall[1] - tall[0]))
                    point = _point(x, y, place)
                    if many and not alone:
                        point.set("class", "chart-point chart-point-quiet")
                    mark.append(point)


def _runs(values: object) -> list[list[tuple[int, float]]]:
    """Stretches of values without a gap."""
    runs: list[list[tuple[int, float]]] = [[]]
    for at, value in enumerate(values):  # type: ignore[arg-type, var-annotated]
        if found := known([value]):
            runs[-1].append((at, found[0]))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


class _Rows(_Drawing):
    """Horizontal bars of one series, each with its label and its value."""

    def __init__(self, chart: Chart, paper: Paper) -> None:
        self.row = 26.0 if paper.label_column else 40.0
        super().__init__(chart, paper, len(chart.labels) * self.row + 6)
        self.words = [number(found[0], chart.decimals) if (found := known([value])) else "–" for value in chart.series[0].values]
        side = max((width(word, SIZE * BOLD) for word in self.words), default=0.0) + 10
        low, high = reach(chart)
        begin = paper.label_column + (side if low < 0 else 0)
        self.scale = Scale((low, high if high > low else low + 1), begin, paper.width - side)
        for at in range(len(chart.labels)):
            self._draw(at)

    def _draw(self, at: int) -> None:
        top = at * self.row + 4
        mark = self.mark(0, at)
        self.rect(mark, "chart-reach", (0, top - 2, self.paper.width, self.row))
        label = label_of(self.chart, at)
        if column := self.paper.label_column:
            self.text(mark, column - 10, top + SIZE + 1, fitted(label, column - 14, SIZE), "chart-label", "end")
        else:
            self.text(mark, 0, top + SIZE - 1, fitted(label, self.paper.width, SIZE), "chart-label", "start")
            top += 17
        value = next(iter(known([self.chart.series[0].values[at]])), 0.0)
        start, end = self.scale.at(0), self.scale.at(value)
        if value and abs(end - start) < LEAST:
            end = start + math.copysign(LEAST, value)
        self.rect(mark, "chart-mark", (min(start, end), top, abs(end - start), 16), self._pattern(0))
        self.text(mark, end + (6 if value >= 0 else -6), top + SIZE, self.words[at], "chart-number", "start" if value >= 0 else "end")
