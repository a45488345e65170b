"""The timeline of a case: what a document brings appears, is confirmed in one click, corrected, hidden; the picture leads to rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.test_uploading import READY_MS, drop

FACTS = """STATEMENT OF FACTS

1. On March 3, 2021, the harbour crane struck the quay and broke its jib.

2. The tenant refused to pay the repair on April 9, 2023, and has paid nothing since.
"""


def test_an_event_that_a_document_brings_is_confirmed_corrected_and_hidden(
    visit: Callable[..., Page], site: Site, seen: Seen, tmp_path: Path
) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    (tmp_path / "statement.txt").write_text(FACTS)
    drop(page, tmp_path / "statement.txt")
    page.get_by_role("link", name="Timeline", exact=True).click()
    crane = page.locator("[data-event]", has_text="harbour crane struck the quay")
    expect(crane).to_be_visible(timeout=READY_MS)  # without a reload
    expect(crane.get_by_role("link", name="statement, p. 1")).to_be_visible()

    crane.get_by_role("button", name="Confirm").click()
    expect(crane.locator(".event-state")).to_have_text("Confirmed")
    expect(crane.get_by_role("button", name="Confirm")).to_have_count(0)
    expect(crane.get_by_role("button", name="Correct")).to_be_focused()

    crane.get_by_role("button", name="Correct").click()
    expect(crane.get_by_label("What happened")).to_be_focused()
    crane.get_by_label("What happened").fill("The crane fell on the quay.")
    crane.get_by_label("Date", exact=True).fill("2021-03-04")
    crane.get_by_role("button", name="Save").click()
    fell = page.locator("[data-event]", has_text="The crane fell on the quay.")
    expect(fell).to_contain_text("Mar 4, 2021")
    expect(fell).to_contain_text("Corrected by owner. Found: 2021-03-03")

    tenant = page.locator("[data-event]", has_text="The tenant refused")
    tenant.get_by_role("button", name="Hide").click()
    expect(tenant).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(tenant).to_have_count(1)

    page.locator("#timeline-add > summary").click()
    page.get_by_label("What happened, or what is due").fill("Answer due")
    new = page.locator("[data-event-new]")
    new.get_by_label("Kind").select_option("deadline")
    new.get_by_label("Date", exact=True).fill("2031-05-06")
    new.get_by_role("button", name="Enter").click()
    due = page.locator("[data-event]", has_text="Answer due")
    expect(due).to_contain_text("Open")
    page.locator("a.timeline-deadline").focus()
    page.keyboard.press("Enter")
    expect(page.locator(":target")).to_contain_text("Answer due")
    due.get_by_role("button", name="Done").click()
    expect(due.locator(".event-state")).to_have_text("Done")
    assert faults(page) == []
    assert seen.errors == []
