"""A scan and a photograph: dropped, recognised, found, and the hit marked on the picture of the page."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from documents.tests.test_recognition import packed, sheet
from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.test_reading_and_search import open_paper
from lexintel.tests.browser.test_uploading import READY_MS, drop, row

RECEIPT = (
    "RECEIPT No. 4471 of the harbour crane rental",
    "Two days of rental, from the fourth of October on.",
    "The hook of the crane came back bent and rusty.",
    "Please pay within thirty days of this receipt.",
)


@pytest.fixture
def scans(visit: Callable[..., Page], site: Site, tmp_path: Path) -> Page:
    """The case's owner with a scan that lies on its side and a photograph, both read."""
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    if row(page, "receipt scan").count() == 0:
        (tmp_path / "receipt scan.pdf").write_bytes(packed(sheet(RECEIPT, degrees=90)))
        (tmp_path / "receipt photo.png").write_bytes(packed(sheet((*RECEIPT[:2], "A photograph of the bent hook.")), form="PNG"))
        drop(page, tmp_path / "receipt scan.pdf", tmp_path / "receipt photo.png")
    for name in ("receipt scan", "receipt photo"):
        expect(row(page, name)).to_contain_text("Ready", timeout=2 * READY_MS)
    return page


@pytest.mark.parametrize(
    ("words", "name"), [("came back bent and rusty", "receipt scan"), ("photograph of the bent hook", "receipt photo")]
)
def test_a_hit_is_marked_on_the_picture_of_its_page(scans: Page, site: Site, seen: Seen, words: str, name: str) -> None:
    page = scans
    page.goto(f'/cases/{site.case}/search/?q="{words}"')
    page.locator("[data-hit]", has_text=name).first.get_by_role("link", name=name, exact=True).click()
    page.locator(".doc[data-ready]").wait_for()
    found = page.locator(".recognised-layer mark.pdf-found")
    expect(found.first).to_be_visible(timeout=READY_MS)
    assert set(words.split()) <= set(" ".join(found.all_text_contents()).replace(".", "").split())
    expect(page.locator("mark.passage-found").first).to_contain_text(words)
    box, sheet_of_paper = found.first.bounding_box(), page.locator(".pdf-page").first.bounding_box()
    assert box is not None
    assert sheet_of_paper is not None
    assert sheet_of_paper["x"] < box["x"] < sheet_of_paper["x"] + sheet_of_paper["width"]
    assert box["width"] * box["height"] < 0.02 * sheet_of_paper["width"] * sheet_of_paper["height"]
    expect(page.get_by_text("Read by text recognition")).to_be_visible()
    assert seen.errors == []


def test_a_searchable_copy_is_downloaded(scans: Page) -> None:
    page = scans
    open_paper(page, "receipt scan")
    with page.expect_download() as download:
        page.get_by_role("link", name="Searchable PDF").click()
    copy = pypdfium2.PdfDocument(Path(download.value.path()).read_bytes())
    assert "rusty" in copy[0].get_textpage().get_text_range()


@pytest.mark.parametrize(("width", "theme"), [(1400, "light"), (390, "dark")])
def test_pictures_are_shown_to_everyone(scans: Page, visit: Callable[..., Page], site: Site, width: int, theme: str) -> None:
    page = visit("owner", width=width, theme=theme)
    page.goto(f"/cases/{site.case}/documents/?q=receipt")
    open_paper(page, "receipt photo")
    expect(page.locator(".pdf-page canvas").first).to_be_visible(timeout=READY_MS)
    page.wait_for_load_state("networkidle")
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/scan-{theme}.png", full_page=True)
