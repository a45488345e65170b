"""What a document is, on its Details tab: confirmed in one click, changed in place, taken back; and the case learns from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from documents.tests import made_up_papers as papers
from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.test_uploading import READY_MS, drop, row


@pytest.fixture
def papers_of_the_case(visit: Callable[..., Page], site: Site, tmp_path: Path) -> Page:
    """The case's owner with a complaint and two exhibits, read."""
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    if row(page, "Verified Complaint").count() == 0:
        (tmp_path / "scan0001.txt").write_text(papers.A_COMPLAINT_IN_NEW_YORK)
        for number in (11, 12):
            (tmp_path / f"scan00{number}.txt").write_text(f"EXHIBIT {number}\n\nPhotograph {number} of the crane by the quay.\n")
        drop(page, *(tmp_path / f"scan00{number}.txt" for number in ("01", 11, 12)))
    for title in ("Verified Complaint", "Exhibit 11", "Exhibit 12"):
        expect(row(page, title)).to_contain_text("Ready", timeout=READY_MS)
    return page


def details_of(page: Page, title: str) -> None:
    row(page, title).get_by_role("link", name=title).first.click()
    page.locator(".doc[data-ready]").wait_for()
    page.get_by_role("tab", name="Details").click()


def test_what_is_proposed_is_confirmed_in_one_click_and_changed_in_place(papers_of_the_case: Page, site: Site, seen: Seen) -> None:
    page = papers_of_the_case
    details_of(page, "Verified Complaint")
    court, kind = page.locator("#fact-court"), page.locator("#fact-kind")
    expect(court).to_contain_text("Supreme Court of the State of New York, County of Kings ?")
    expect(court).to_contain_text("Quite sure: stands in the caption")
    court.get_by_role("button", name="Court is right").click()
    expect(court).to_contain_text("Confirmed by owner")
    expect(page.locator("#edit-court")).to_be_focused()

    kind.get_by_role("button", name="Change: Kind").click()
    kind.get_by_role("combobox").select_option("petition")
    kind.get_by_role("button", name="Save").click()
    expect(kind).to_contain_text("Corrected by owner")
    expect(page.locator(".doc-meta")).to_contain_text("Petition")
    kind.get_by_role("button", name="Take back what was said of: Kind").click()
    expect(kind).to_contain_text("Complaint ?")
    expect(page.locator(".doc-meta")).to_contain_text("Complaint")

    page.get_by_role("button", name="All right").click()
    expect(page.locator(".what-doubt")).to_have_count(0)
    expect(page.get_by_role("button", name="All right")).to_have_count(0)
    assert faults(page) == []
    assert seen.errors == []


def test_a_form_is_left_by_escape_and_parties_are_one_a_line(papers_of_the_case: Page, seen: Seen) -> None:
    page = papers_of_the_case
    details_of(page, "Verified Complaint")
    parties = page.locator("#fact-parties")
    parties.get_by_role("button", name="Change: Parties").click()
    field = parties.get_by_role("textbox")
    expect(field).to_be_focused()
    field.press("Escape")
    expect(field).to_be_hidden()
    expect(page.locator("#edit-parties")).to_be_focused()
    page.keyboard.press("Enter")
    field.fill("Maria Lopez (plaintiff)\nBrooklyn Transit Corp. (defendant)\nCity of New York")
    parties.get_by_role("button", name="Save").click()
    expect(parties).to_contain_text("Maria Lopez (plaintiff); Brooklyn Transit Corp. (defendant); City of New York")
    assert seen.errors == []


def test_a_correction_reaches_the_papers_that_are_alike(papers_of_the_case: Page, site: Site, seen: Seen) -> None:
    page = papers_of_the_case
    details_of(page, "Exhibit 11")
    kind = page.locator("#fact-kind")
    kind.get_by_role("button", name="Change: Kind").click()
    kind.get_by_role("combobox").select_option("report")
    kind.get_by_role("button", name="Save").click()
    expect(kind).to_contain_text("Corrected by owner")
    page.goto(f"/cases/{site.case}/documents/?kind=report")
    expect(row(page, "Exhibit 12")).to_contain_text("Report", timeout=READY_MS)
    details_of(page, "Exhibit 12")
    expect(kind).to_contain_text("as was said of “Exhibit 11”, which has the same heading")
    assert faults(page) == []
    assert seen.errors == []
