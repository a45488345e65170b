"""Keyboard, selection, accessibility and weight of the pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.test_uploading import READY_MS, drop, row

FIRST_PAGE_KB = 120


def test_keys_move_search_and_help(site: Site, visit: Callable[..., Page], seen: Seen) -> None:
    page = visit("owner")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=site.title)).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search in all your cases")).to_be_focused()
    assert seen.errors == []


def test_the_first_stop_of_the_keyboard_skips_to_the_content(visit: Callable[..., Page], site: Site) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()


def test_a_selection_by_shift_click_is_deleted_together(visit: Callable[..., Page], site: Site, paper: Callable[..., Path]) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/?q=sheaf")
    drop(page, *(paper(f"sheaf-{number}.txt", 3) for number in range(3)))
    for number in range(3):
        expect(row(page, f"sheaf-{number}")).to_contain_text("Ready", timeout=READY_MS)
    boxes = page.locator("[data-select]")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    bar = page.get_by_role("region", name="Selected documents")
    expect(bar).to_contain_text("3 of 3 selected")
    bar.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator("tbody")).to_contain_text("No document fits", timeout=READY_MS)
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    for number in range(3):
        expect(row(page, f"sheaf-{number}")).to_contain_text("Ready", timeout=READY_MS)


def test_a_deletion_is_taken_back_where_one_was_led_to_and_later(
    visit: Callable[..., Page], site: Site, seen: Seen, paper: Callable[..., Path]
) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    drop(page, paper("codicil.txt", 3))
    expect(row(page, "codicil")).to_contain_text("Ready", timeout=READY_MS)
    for way in ("toast", "list"):
        row(page, "codicil").get_by_role("link", name="codicil").click()
        expect(page.locator(".doc[data-ready]")).to_be_visible()
        page.get_by_label("More actions").click()
        page.get_by_role("button", name="Delete").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        page.wait_for_url("**/documents/")
        expect(row(page, "codicil")).to_have_count(0)
        if way == "toast":
            page.get_by_role("status").get_by_role("button", name="Undo").click()
        else:
            page.get_by_role("link", name=re.compile("^Deleted")).click()
            gone = page.locator("tbody tr", has_text="codicil")
            gone.get_by_role("button", name="Take back").click()
            expect(gone).to_have_count(0, timeout=READY_MS)
            page.get_by_role("link", name=re.compile("^All")).click()
        expect(row(page, "codicil")).to_contain_text("Ready", timeout=READY_MS)
    assert seen.errors == []


@pytest.mark.parametrize(("width", "theme"), [(1400, "light"), (1400, "dark"), (390, "light"), (390, "dark")])
def test_pages_have_no_accessibility_violations(visit: Callable[..., Page], site: Site, seen: Seen, width: int, theme: str) -> None:
    page = visit("owner", width=width, theme=theme)
    for path in (
        "/cases/",
        "/cases/new/",
        *(f"/cases/{site.case}/{part}" for part in ("", "documents/", "members/", "activity/", "edit/")),
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
    assert seen.errors == []
    assert seen.outside == []


def test_the_first_page_is_light(visit: Callable[..., Page]) -> None:
    page = visit(None)
    weights: list[int] = []
    page.on("requestfinished", lambda request: weights.append(request.sizes()["responseBodySize"]))
    page.goto("/login/")
    page.wait_for_load_state("networkidle")
    assert sum(weights) < FIRST_PAGE_KB * 1024
