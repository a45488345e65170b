"""A search is saved beside its results, run again from the page of one's searches, and the history is deleted there."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from lexintel.tests.browser.conftest import Seen, Site, faults


def test_a_search_is_saved_run_again_and_its_history_deleted(visit: Callable[..., Page], site: Site, seen: Seen) -> None:
    page = visit("owner", width=390)
    page.goto(f"/cases/{site.case}/search/?q=lighthouse&mode=text")
    page.get_by_text("Save this search").click()
    name = page.get_by_label("Name", exact=True)
    expect(name).to_have_value("lighthouse")
    name.fill("The keeper's book")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Saved as “The keeper's book”").click()

    page.wait_for_url("**/searches/**")
    # The owner has searched and saved in other tests, too; each test has a case of its own.
    saved, past = (page.locator(row).filter(has_text=site.title) for row in ("[data-saved]", "[data-past]"))
    expect(saved).to_have_count(1)
    expect(saved).to_contain_text(site.title)
    expect(past).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert faults(page) == []

    saved.get_by_label("Rename The keeper's book").click()
    saved.get_by_label("Name", exact=True).fill("Lighthouses")
    saved.get_by_role("button", name="Rename").click()
    page.get_by_role("link", name="Lighthouses", exact=True).click()
    page.wait_for_url("**/search/?q=lighthouse&mode=text")
    expect(page.locator("[data-search-field]")).to_have_value("lighthouse")

    page.get_by_role("link", name="Your searches").click()
    page.get_by_role("button", name="Delete all").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete all").click()
    expect(page.get_by_text("Your history has been deleted.")).to_be_visible()
    expect(past).to_have_count(0)
    saved.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(saved).to_have_count(0)
    assert not seen.errors
    assert not seen.outside
