"""Dashboards: charts are walked through and followed by keyboard, read as tables, in dark, on paper and on a narrow screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.test_uploading import READY_MS, drop

NO_SIDEWAYS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def test_a_bar_is_followed_by_keyboard_to_exactly_what_it_counts(
    visit: Callable[..., Page], site: Site, seen: Seen, tmp_path: Path
) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    files = [tmp_path / f"letter{number}.txt" for number in range(2)]
    for number, file in enumerate(files):
        file.write_text(f"Dear Sir, this is letter {number}.")
    drop(page, *files)
    expect(page.locator("[data-row] .state-ok")).to_have_count(2, timeout=READY_MS)
    with page.expect_navigation(url="**/dashboard/"):  # before its stylesheet is there, a page shows a chart for each width
        page.get_by_role("link", name="Dashboard", exact=True).click()
    intake = page.locator("#chart-intake")
    bar = intake.get_by_role("link", name=": 2")
    expect(bar).to_be_visible()
    expect(intake.get_by_role("group", name="Documents that came in").and_(intake.locator("svg"))).to_be_visible()

    standing = page.locator("#chart-kinds svg:visible a")
    standing.first.focus()
    page.keyboard.press("ArrowRight")  # there is one bar only: nothing happens
    expect(standing.first).to_be_focused()
    bar.focus()
    with page.expect_navigation(url="**/documents/?added_since=*"):
        page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_have_count(2)
    expect(page.locator("main")).to_contain_text("added from")
    page.go_back()

    summary = intake.get_by_text("As a table")
    summary.focus()
    page.keyboard.press("Enter")
    cell = intake.get_by_role("cell", name="2", exact=True)
    expect(cell).to_be_visible()
    expect(intake.get_by_role("row")).to_have_count(31)
    with page.expect_navigation(url="**/documents/?added_since=*"):
        cell.get_by_role("link").click()
    expect(page.locator("[data-row]")).to_have_count(2)
    assert faults(page) == []
    assert seen.errors == []


@pytest.mark.parametrize("person", ["owner", "operator"])
def test_dashboards_in_dark_on_paper_and_on_a_narrow_screen(visit: Callable[..., Page], site: Site, seen: Seen, person: str) -> None:
    page = visit(person)
    page.goto(f"/cases/{site.case}/dashboard/" if person == "owner" else "/dashboard/")
    with page.expect_navigation(url="**?range=365"):
        page.get_by_role("link", name="365 days").click()
    expect(page.locator("[data-chart]").first).to_be_visible()
    assert faults(page) == []
    page.emulate_media(color_scheme="dark")
    page.reload()  # colours of buttons change gradually where they change on the page
    assert faults(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(NO_SIDEWAYS)
    page.emulate_media(media="print", color_scheme="light")
    expect(page.locator("[data-chart]").first).to_be_visible()
    expect(page.locator(".chart-table").first).to_be_hidden()
    assert len(page.pdf()) > 1000
    assert seen.errors == []
