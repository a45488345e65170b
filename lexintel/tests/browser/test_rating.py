"""Ratings as people give them: by keyboard, changed, taken back, the average said; a hit marked useful; all without a reload."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.test_uploading import READY_MS, drop, row


def test_a_document_is_rated_by_keyboard_and_a_hit_is_useful(
    visit: Callable[..., Page], site: Site, seen: Seen, paper: Callable[..., Path]
) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    drop(page, paper("complaint.txt"))
    expect(row(page, "complaint")).to_contain_text("Ready", timeout=READY_MS)
    with page.expect_navigation(url="**/documents/*/**"):
        row(page, "complaint").get_by_role("link", name="complaint").first.click()
    page.locator(".doc[data-ready]").wait_for()
    page.get_by_role("tab", name="Details").click()
    said, announced = page.locator("[data-rating-said]"), page.locator("#announcer")
    stars = page.get_by_role("group", name="Rate this document")
    expect(said).to_have_text("Not rated yet.")
    stars.get_by_role("radio", name="1 star", exact=True).focus()
    page.keyboard.press("Space")
    for _step in range(3):
        page.keyboard.press("ArrowRight")
    expect(said).to_have_text("You gave 4 stars. 4.0 of 5 on average, from 1 rating.")
    expect(announced).to_have_text("You gave 4 stars. 4.0 of 5 on average, from 1 rating.")
    page.keyboard.press("ArrowLeft")
    expect(said).to_have_text("You gave 3 stars. 3.0 of 5 on average, from 1 rating.")
    page.reload()
    expect(said).to_have_text("You gave 3 stars. 3.0 of 5 on average, from 1 rating.")
    page.get_by_role("tab", name="Details").click()
    expect(stars.get_by_role("radio", name="3 stars")).to_be_checked()
    page.get_by_role("button", name="Take back").focus()
    page.keyboard.press("Enter")
    expect(said).to_have_text("Not rated yet.")
    expect(stars.get_by_role("radio", name="1 star", exact=True)).to_be_focused()
    assert faults(page) == []

    page.goto(f"/cases/{site.case}/search/?q=contracted+quantity")
    useful, useless = (page.get_by_role("button", name=name).first for name in ("Useful: complaint", "Not useful: complaint"))
    with page.expect_response("**/api/ratings/hits/"):
        useful.focus()
        page.keyboard.press("Space")
    expect(useful).to_have_attribute("aria-pressed", "true")
    expect(announced).to_have_text("Marked as useful.")
    page.reload()
    expect(useful).to_have_attribute("aria-pressed", "true")
    with page.expect_response("**/api/ratings/hits/"):
        useless.click()
    expect(useful).to_have_attribute("aria-pressed", "false")
    with page.expect_response("**/api/ratings/hits/"):
        useless.click()
    expect(useless).to_have_attribute("aria-pressed", "false")
    assert faults(page) == []
    assert seen.errors == []
