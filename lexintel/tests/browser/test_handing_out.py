"""Before a document is handed out: its hidden text is told, and copies are made from the selection bar."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from documents.tests.pdfs import lines, pdf
from lexintel.tests.browser.conftest import Seen, Site
from lexintel.tests.browser.test_uploading import READY_MS, drop, row

HIDING = pdf(lines("The witness lives in Elm Street") + "0 g 60 700 400 40 re f\n")


def test_hidden_text_is_told_and_a_stamped_copy_made(visit: Callable[..., Page], site: Site, seen: Seen, tmp_path: Path) -> None:
    path = tmp_path / "handout.pdf"
    path.write_bytes(HIDING)
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/?q=handout")
    drop(page, path)
    expect(row(page, "handout")).to_contain_text("Ready", timeout=READY_MS)
    page.locator("[data-select]").first.click()
    bar = page.get_by_role("region", name="Selected documents")
    bar.get_by_text("More", exact=True).click()
    bar.get_by_role("button", name="Bates numbers").click()
    dialog = page.get_by_role("dialog", name="Copies with Bates numbers")
    dialog.get_by_label("Prefix").fill("HAND")
    dialog.get_by_role("button", name="Make the copies").click()
    expect(page.get_by_text("HAND000001 to HAND000001")).to_be_visible()
    expect(page.locator("tbody")).to_contain_text("HAND000001-HAND000001 handout", timeout=READY_MS)
    page.get_by_role("link", name="handout", exact=True).click()
    expect(page.locator(".note")).to_contain_text("Text can still be read under 1 box, on page 1.")
    page.get_by_role("button", name="Show them").click()
    expect(page.get_by_text("The witness lives in Elm Street").first).to_be_visible()
    assert seen.errors == []
