"""From a hit to more like it, and to why the results are these, in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.test_uploading import READY_MS, drop, row

LETTERS = {
    "survey": "The harbour crane was unsafe because its hoist cable had hairline cracks that the surveyor overlooked.",
    "complaint": "Hairline cracks in the hoist of the crane went unnoticed by the surveyor, so lifting at the harbour was dangerous.",
    "bakery": "Knead the dough, add rosemary and olives, and bake the bread for forty minutes.",
}


@pytest.fixture
def letters(visit: Callable[..., Page], site: Site, tmp_path: Path) -> Page:
    """The case's owner with three letters, two of which are about the same."""
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    for name, text in LETTERS.items():
        (tmp_path / f"{name}.txt").write_text(text)
    drop(page, *(tmp_path / f"{name}.txt" for name in LETTERS))
    for name in LETTERS:
        expect(row(page, name)).to_contain_text("Ready", timeout=READY_MS)
    return page


def test_more_like_a_hit_and_why_it_was_found(letters: Page, site: Site, seen: Seen) -> None:
    page = letters
    page.goto(f"/cases/{site.case}/search/?q=overlooked")
    page.get_by_role("link", name="More like this").first.click()
    expect(page.get_by_role("heading", name="More like this")).to_be_visible()
    expect(page.locator("blockquote")).to_contain_text(LETTERS["survey"])
    hit = page.locator("[data-hit]").first
    expect(hit).to_contain_text("complaint")
    expect(hit).to_contain_text("like in meaning")
    expect(hit.locator("mark").first).to_be_visible()
    expect(page.locator("[data-hit]", has_text="survey p.")).to_have_count(0)
    assert faults(page) == []
    page.goto(f"/cases/{site.case}/search/?q=hairline+cracks")
    page.get_by_role("link", name="Why these results?").click()
    why = page.locator("[data-why]")
    expect(why.get_by_text("How the query was understood")).to_be_visible()
    expect(page.get_by_role("searchbox", name="Words, a question, or a citation")).to_have_value("hairline cracks")
    why.get_by_text("The results of this page").click()
    expect(why.get_by_role("region", name="Scores of the results").get_by_role("row")).to_have_count(page.locator("[data-hit]").count() + 1)
    assert faults(page) == []
    why.get_by_role("link", name="Hide this").click()
    expect(page.get_by_role("link", name="Why these results?")).to_be_visible()
    assert (seen.errors, seen.outside) == ([], [])
