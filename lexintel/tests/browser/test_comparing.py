"""Two drafts of one paper in a real Chromium: found as nearly the same, compared, stepped through by keys and buttons."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from documents.tests.likeness import paragraphs
from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.test_reading_and_search import open_paper
from lexintel.tests.browser.test_uploading import READY_MS, drop, row


@pytest.fixture
def drafts(visit: Callable[..., Page], site: Site, tmp_path: Path) -> Page:
    """The case's owner with two drafts that differ in three places."""
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    if row(page, "first draft").count() == 0:
        old = paragraphs(30, seed=77)
        new = [*old[:4], old[4].replace("dollars", "euros", 1), *old[5:15], paragraphs(1, seed=78)[0], *old[15:20], *old[21:]]
        (tmp_path / "first draft.txt").write_text("\n\n".join(old))
        (tmp_path / "second draft.txt").write_text("\n\n".join(new))
        drop(page, tmp_path / "first draft.txt", tmp_path / "second draft.txt")
    for name in ("first draft", "second draft"):
        expect(row(page, name)).to_contain_text("Ready", timeout=READY_MS)
    page.goto(f"/cases/{site.case}/documents/?q=draft")
    return page


def compare(page: Page) -> None:
    open_paper(page, "first draft")
    page.get_by_role("tab", name="Same and similar").click()
    page.get_by_role("link", name="Compare with second draft").click()
    page.locator("[data-compare][data-ready]").wait_for()


def test_from_a_document_to_what_differs_in_one_like_it(drafts: Page, seen: Seen) -> None:
    page = drafts
    compare(page)
    expect(page.get_by_text("3 differences")).to_be_visible()
    expect(page.locator("del").first).to_have_text("dollars")
    expect(page.locator("ins").first).to_have_text("euros")
    place = page.locator("[data-compare-place]")
    page.keyboard.press("n")
    expect(place).to_have_text("Difference 1 of 3")
    page.get_by_role("button", name="Next").click()
    expect(place).to_have_text("Difference 2 of 3")
    expect(page.locator("ins.cmp-now")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Next")).to_be_focused()
    page.keyboard.press("n")
    page.keyboard.press("n")
    expect(place).to_have_text("That was the last difference")
    page.keyboard.press("p")
    expect(place).to_have_text("Difference 2 of 3")
    expect(page.get_by_text("only in B")).to_be_visible()
    expect(page.get_by_text("only in A")).to_be_visible()
    fold = page.locator("summary", has_text="equal paragraphs").first
    hidden = page.locator(".cmp-fold .cmp-row").first
    expect(hidden).to_be_hidden()
    fold.click()
    expect(hidden).to_be_visible()
    page.get_by_role("link", name="B, page 1").first.click()
    expect(page.get_by_role("heading", name="second draft")).to_be_visible()
    assert seen.errors == []
    assert seen.outside == []


@pytest.mark.parametrize(("width", "theme"), [(1400, "light"), (390, "dark")])
def test_a_comparison_is_shown_to_everyone(drafts: Page, visit: Callable[..., Page], site: Site, width: int, theme: str) -> None:
    page = visit("owner", width=width, theme=theme)
    page.goto(f"/cases/{site.case}/documents/?q=draft")
    compare(page)
    page.keyboard.press("n")
    page.locator("summary").first.click()
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/compare-{theme}.png", full_page=True)
