"""Hits opened in place with the arrow keys, beside the list and under the hit, and taken along as a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Page, expect

from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.test_uploading import READY_MS, drop, row


@pytest.fixture
def found(visit: Callable[..., Page], site: Site, paper: Callable[..., Path]) -> Page:
    """The owner's results for "contracted quantity", of three documents."""
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    if row(page, "barley").count() == 0:
        drop(page, *(paper(f"{name}.txt", 4) for name in ("barley", "millet", "sorghum")))
    for name in ("barley", "millet", "sorghum"):
        expect(row(page, name)).to_contain_text("Ready", timeout=READY_MS)
    page.goto(f'/cases/{site.case}/search/?q="contracted quantity"&mode=text')
    page.locator("[data-search][data-ready]").wait_for()
    return page


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent")).strip()


def test_arrow_keys_open_a_hit_in_place_and_go_from_hit_to_hit(found: Page, visit: Callable[..., Page], site: Site, seen: Seen) -> None:
    page = found
    hits, preview = page.locator("[data-hit]"), page.locator("#preview")
    titles = hits.locator("h3 a").all_inner_texts()
    assert sorted(titles) == ["barley", "millet", "sorghum"]
    page.locator("[data-search-field]").focus()
    page.keyboard.press("ArrowDown")
    before = hits.first.bounding_box()
    page.keyboard.press("ArrowRight")
    expect(preview.get_by_role("heading")).to_have_text(titles[0])
    expect(preview.locator(".in-sentence.is-sought").first).to_have_text("contracted")
    expect(hits.first.get_by_role("button", name=re.compile("^Preview"))).to_have_attribute("aria-expanded", "true")
    after = hits.first.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 2, "the list stays where it was"
    assert focused(page) == titles[0]
    expect(page.locator("#announcer")).to_contain_text(f"Preview: {titles[0]}")
    page.keyboard.press("j")
    expect(preview.get_by_role("heading")).to_have_text(titles[1])
    assert focused(page) == titles[1]
    page.keyboard.press("ArrowRight")
    expect(preview.locator(".preview-text")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    assert focused(page) == titles[1]
    assert faults(page) == []
    page.keyboard.press("Escape")
    expect(preview).to_have_count(0)
    assert focused(page) == titles[1]
    assert seen.errors == []

    narrow = visit("owner", width=390, theme="dark")
    narrow.goto(page.url)
    last = narrow.locator("[data-hit]").nth(2)
    document = str(last.locator("h3 a").get_attribute("href")).split("?")[0]
    first = narrow.locator("[data-hit]").first
    first.get_by_role("button", name=re.compile("^Preview")).click()
    expect(first.locator("#preview .in-sentence").first).to_be_in_viewport()
    assert faults(narrow) == []
    assert narrow.evaluate("document.documentElement.scrollWidth <= innerWidth")
    token = {"X-CSRFToken": _token(narrow)}
    assert narrow.request.delete(f"/api{document}", headers=token).ok
    last.get_by_role("button", name=re.compile("^Preview")).click()
    expect(last.locator("#preview")).to_contain_text("This passage is no longer there")
    expect(narrow.locator("[data-hit]")).to_have_count(len(titles))
    assert narrow.request.post(f"/api{document}restore/", headers=token).ok


def _token(page: Page) -> str:
    return next(str(cookie.get("value")) for cookie in page.context.cookies() if cookie.get("name") == "csrftoken")


def test_results_are_taken_along_as_a_word_list(found: Page, tmp_path: Path) -> None:
    count = found.locator("[data-hit]").count()
    found.get_by_text("Export", exact=True).click()
    with found.expect_download() as download:
        found.get_by_role("link", name="Word (DOCX), with citations").click()
    assert download.value.suggested_filename == "Search for contracted quantity.docx"
    download.value.save_as(tmp_path / "list.docx")
    texts = [paragraph.text for paragraph in docx.Document(str(tmp_path / "list.docx")).paragraphs]
    assert f"Found: {count} passages" in texts


def test_the_language_explains_itself_and_facets_narrow(found: Page, seen: Seen) -> None:
    page, field = found, found.locator("[data-search-field]")
    facets = page.get_by_role("complementary", name="Narrow down")
    facets.get_by_role("link", name=re.compile(r"^Other 3")).click()
    page.wait_for_url("**kind=other**")
    expect(page.locator("[data-hit]")).to_have_count(3)
    facets.get_by_role("link", name=re.compile(r"^Other .*remove this filter")).click()
    page.wait_for_url(lambda url: "kind=" not in url)

    field.fill("supplyer")
    field.press("Enter")
    page.get_by_role("link", name="supplier", exact=True).click()
    page.wait_for_url(re.compile(r"q=supplier\b"))
    expect(page.locator("[data-hit]").first).to_contain_text("supplier")

    field.fill("supplier AND (quantity")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("This bracket is never closed.")
    expect(page.get_by_role("alert").locator("mark")).to_have_text("(")
    page.get_by_role("alert").get_by_role("link", name="How to search").click()
    page.wait_for_url("**/search/help/")
    page.get_by_role("link", name="breach /5 contract", exact=True).click()
    page.wait_for_url("**/search/?q=breach*")
    assert [error for error in seen.errors if "400" not in error] == []
