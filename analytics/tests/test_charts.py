import math
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.template import Context, Template

from analytics.services.charts import Chart, Look, Series
from analytics.services.charts.scales import Scale, every, fitted, nice, ticks, width
from analytics.services.charts.svg import NARROW, WIDE, drawn
from analytics.services.charts.wording import description, name_of, tick, valued

DAYS = ["1 Mar", "2 Mar", "3 Mar", "4 Mar"]
COORDINATES = re.compile(r"-?[0-9][0-9.e+]*")
NASTY = "<script>alert(1)</script> & \"quoted\" 'too' \x00\x07 ]]>"


def chart(values, look=Look.BARS, labels=None, **more):
    series = values if isinstance(values[0], Series) else [Series("Documents", values)]
    return Chart("intake", "Intake", look, labels or [str(place) for place in range(len(series[0].values))], series, **more)


def parsed(one, paper=WIDE):
    return ElementTree.fromstring(drawn(one, paper))


def shown(one):
    return Template("{% load charts %}{% chart one %}").render(Context({"one": one}))


def bars(svg):
    return [found for found in svg.iter("rect") if found.get("class") == "chart-mark"]


def high(bar):
    return float(bar.get("height"))


@pytest.mark.parametrize(
    ("low", "top", "whole", "expected"),
    [
        (0, 100, False, (0, 20, 40, 60, 80, 100)),
        (0, 1, True, (0, 1)),
        (0, 0, True, (0, 1)),
        (-3, 7, True, (-4, -2, 0, 2, 4, 6, 8)),
        (0, 0.0035, False, (0, 0.001, 0.002, 0.003, 0.004)),
        (5, 5, True, (0, 1, 2, 3, 4, 5)),
    ],
)
def test_ticks_stand_at_nice_numbers_around_the_values(low, top, whole, expected):
    assert ticks(low, top, whole=whole) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "nearest", "expected"), [(1.4, True, 1), (2.9, True, 2), (6.9, True, 5), (7.1, True, 10), (101, False, 200)]
)
def test_nice_numbers(value, nearest, expected):
    assert nice(value, nearest=nearest) == expected


@pytest.mark.parametrize(("low", "top"), [(0, 1e302), (-1e302, 1e302), (0, 1e-300), (-1e-12, 1e12)])
def test_ticks_of_the_largest_and_the_smallest_numbers_are_few_and_finite(low, top):
    found = ticks(low, top)
    assert len(found) <= 14
    assert all(math.isfinite(value) for value in found)
    assert all(math.isfinite(Scale(found, 200, 10).at(value)) for value in (low, top))


def test_labels_are_cut_and_thinned_so_that_none_touches_the_next():
    assert fitted("Complaint", 200, 12) == "Complaint"
    cut = fitted("A very long label of a very long thing", 60, 12)
    assert cut.endswith("…")
    assert width(cut, 12) <= 60
    assert width("訴狀", 12) == width("abcd", 12)
    labels = [f"{day} March" for day in range(1, 32)]
    nth = every(labels, 18, 12)
    assert nth * 18 > max(width(label, 12) for label in labels)


def test_a_bar_is_as_high_as_its_value_and_says_it():
    svg = parsed(chart([5, 10, None, 0], labels=DAYS, names=["Sunday, 1 March", *DAYS[1:]]))
    first, second, zero = bars(svg)
    assert high(second) == pytest.approx(2 * high(first), abs=0.2)
    assert high(zero) == 0
    assert "Sunday, 1 March: 5" in [title.text for title in svg.iter("title")]
    assert svg.get("role") == "img"


def test_marks_that_lead_somewhere_are_named_links_in_a_list():
    one = chart([Series("Documents", [12, 3], ["/a?x=1&y=2", ""])], labels=["3 March", "4 March"], unit="documents")
    svg = parsed(one)
    link = next(svg.iter("a"))
    assert (link.get("href"), link.get("aria-label")) == ("/a?x=1&y=2", "3 March: 12 documents")
    assert len(list(svg.iter("a"))) == 1
    assert svg.get("role") == "group"
    assert {item.get("role") for item in svg.iter("g")} >= {"list", "listitem"}


def test_stacks_add_up_upward_and_downward():
    svg = parsed(chart([Series("Ready", [2]), Series("Failed", [3]), Series("Withdrawn", [-4])], Look.STACKED))
    ready, failed, withdrawn = bars(svg)
    top, middle = float(failed.get("y")), float(ready.get("y"))
    assert top + high(failed) == pytest.approx(middle, abs=0.2)
    assert float(withdrawn.get("y")) == pytest.approx(middle + high(ready), abs=0.2)
    assert len({found.get("id") for found in svg.iter("pattern")}) == 3


def test_a_line_is_broken_where_there_is_nothing_and_a_lonely_point_is_seen():
    svg = parsed(chart([1, 2, None, 3, None], Look.LINES))
    lines = [found.get("d") for found in svg.iter("path") if found.get("class") == "chart-line"]
    assert [line.count("L") for line in lines] == [1, 0]
    assert len(list(svg.iter("circle"))) == 3


def test_lines_differ_in_the_shape_of_their_points():
    svg = parsed(chart([Series(name, [1, 2]) for name in "abcd"], Look.LINES))
    points = [found for found in svg.iter() if "chart-point" in (found.get("class") or "")]
    assert len({(point.tag, (point.get("d") or "").count("L")) for point in points}) == 4


def test_rows_show_long_labels_beside_or_above_their_bars():
    one = chart([3, 1], Look.ROWS, labels=["Anderson & Partners v. The Very Long Name of a Company of the State of Delaware, Inc.", "B"])
    wide, narrow = parsed(one), parsed(one, NARROW)
    cut = next(text.text for text in wide.iter("text") if text.get("class") == "chart-label")
    assert cut.startswith("Anderson & Partners")
    assert cut.endswith("…")
    assert float(narrow.get("viewBox").split()[3]) > float(wide.get("viewBox").split()[3])
    assert next(wide.iter("title")).text.startswith(one.labels[0])


@pytest.mark.parametrize("look", Look)
@pytest.mark.parametrize("paper", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize(
    "values",
    [
        [],
        [7],
        [0, 0, 0],
        [None, None],
        [-5, 3, -1],
        [1e300, 1],
        [1.7e308, -1.7e308],
        [math.nan, math.inf, 2],
        [0.0001, 0.0002],
        list(range(365)),
    ],
    ids=["none", "one point", "zeros", "gaps only", "negative", "huge", "largest", "not numbers", "tiny", "a year"],
)
def test_whatever_the_values_everything_stays_inside_the_picture(look, paper, values):
    one = chart([Series("Documents", values)], look, [f"day {place}" for place in range(len(values))], decimals=2)
    svg = parsed(one, paper)
    wide, tall = (float(size) for size in svg.get("viewBox").split()[2:])
    for rect in svg.iter("rect"):
        if rect.get("class") == "chart-mark":
            x, y, across = (float(rect.get(name)) for name in ("x", "y", "width"))
            assert x >= -1
            assert x + across <= wide + 1
            assert y >= -2
            assert y + high(rect) <= tall + 2
    assert "nan" not in drawn(one, paper)
    assert "As a table" in shown(one) or not values


def test_everything_that_people_wrote_is_escaped():
    one = chart(
        [Series(NASTY, [1, 2], ['/x?"><script>', ""]), Series("b", [1, 2])], labels=[NASTY, "b"], unit="<b>", about=NASTY, heading=NASTY
    )
    page = shown(one)
    assert "<script" not in page
    assert "<b>" not in page
    assert "\x00" not in drawn(one, WIDE)
    assert 'href="/x?&quot;&gt;&lt;script&gt;"' in drawn(one, WIDE)
    assert 'style="' not in page


def test_the_table_has_every_value_with_its_unit_and_its_link():
    page = shown(chart([Series("Disk", [1234.5, None], ["/a/", ""])], labels=["3 March", "4 March"], unit="MB", decimals=1, heading="Day"))
    assert '<td class="num"><a href="/a/">1,234.5 MB</a></td>' in page
    assert '<td class="num">–</td>' in page
    assert '<th scope="col">Day</th>' in page


def test_a_chart_of_nothing_says_so():
    assert "Nothing to show." in shown(chart([0, 0]))
    assert "<svg" not in shown(chart([0, None]))


def test_what_is_said_of_a_chart():
    one = chart([12, 3], labels=["3 March", "4 March"], unit="pages")
    assert name_of(one, 0, 0) == "3 March: 12 pages"
    assert description(one) == "Documents: most 12 pages (3 March), least 3 pages (4 March)."
    assert valued(one, math.nan) == "–"
    assert valued(chart([-0.001]), -0.001) == "0"
    assert [tick(value, step) for value, step in ((0.25, 0.05), (1500, 500), (2e6, 1e6), (1e18, 1e17))] == [
        "0.25",
        "1,500",
        "2 M",
        "1.00e+18",
    ]


def test_every_page_with_charts_brings_their_stylesheet_and_script():
    folder = Path(settings.BASE_DIR) / "templates"
    texts = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.html")}
    parts = {name for name, text in texts.items() if "{% chart " in text and "{% extends" not in text}
    pages = {
        name: text
        for name, text in texts.items()
        if "{% extends" in text and ("{% chart " in text or any(f'include "{part}"' in text for part in parts))
    }
    assert len(pages) >= 6
    assert {name for name, text in pages.items() if not ("css/charts.css" in text and "js/charts.js" in text)} == set()
