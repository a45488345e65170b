"""The citations of a ruling in a browser: its views, the picture whose nodes are links, the table, a cue confirmed in one click."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lexintel.tests.browser.conftest import Seen
from lexintel.tests.browser.test_library import SOON_MS, assert_accessible


@pytest.fixture
def rulings(tmp_path: Path) -> Path:
    """A ruling, one that overrules it, and one that cites both and a third that is missing."""
    records = [
        {"name": "Quay v. Tugboat Co.", "source_id": "g1", "court_id": "ca1", "date": "2001-03-02", "citations": ["240 F.3d 1"],
         "text": "The quay was unsafe."},
        {"name": "Jetty v. Barge Co.", "source_id": "g2", "court_id": "ca1", "date": "2011-03-02", "citations": ["641 F.3d 7"],
         "text": "We overrule Quay v. Tugboat Co., 240 F.3d 1 (1st Cir. 2001)."},
        {"name": "Mole v. Dredger Co.", "source_id": "g3", "court_id": "ca1", "date": "2014-03-02", "citations": ["741 F.3d 9"],
         "text": "See Quay v. Tugboat Co., 240 F.3d 1 (1st Cir. 2001); Jetty v. Barge Co., 641 F.3d 7; Lost v. Found, 77 U.S. 5 (1870)."},
    ]  # fmt: skip
    path = tmp_path / "graph.jsonl"
    path.write_text("\n".join(map(json.dumps, records)) + "\n")
    return path


def test_a_ruling_shows_who_cites_it_and_staff_confirm_what_was_done_to_it(visit: Callable[..., Page], seen: Seen, rulings: Path) -> None:
    staff = visit("operator")
    staff.goto("/library/imports/")
    staff.locator("#import-file").set_input_files(rulings)
    with staff.expect_navigation(url="**/library/imports/*/"):  # the list of imports has some that are finished
        staff.get_by_role("button", name="Import", exact=True).click()
    expect(staff.get_by_text("Finished")).to_be_visible(timeout=SOON_MS)
    staff.goto("/library/?q=Quay")
    with staff.expect_navigation(url="**/library/rulings/**"):
        staff.get_by_role("link", name="Quay v. Tugboat Co.").click()
    views = staff.get_by_role("navigation", name="Views of the ruling")
    expect(_reloaded(staff, views.get_by_role("link", name="Treatment 1"))).to_be_visible()

    views.get_by_role("link", name="Treatment 1").click()
    expect(staff.get_by_text("unreviewed", exact=True)).to_be_visible()
    assert_accessible(staff)
    staff.get_by_role("button", name="Confirm").click()
    expect(staff.get_by_text("confirmed by")).to_be_visible()

    views.get_by_role("link", name="Neighbourhood").click()
    expect(staff.get_by_role("group", name="Citations around Quay v. Tugboat Co.")).to_be_visible()
    assert_accessible(staff)
    staff.get_by_role("link", name="Name", exact=True).click()
    expect(staff.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    staff.set_viewport_size({"width": 390, "height": 800})
    assert staff.evaluate("document.documentElement.scrollWidth") <= 390
    node = staff.get_by_role("link", name="2: Mole v. Dredger Co.")
    node.focus()
    staff.keyboard.press("Enter")
    expect(staff.get_by_role("heading", name="Mole v. Dredger Co.")).to_be_visible()

    views.get_by_role("link", name="Cites", exact=True).click()
    expect(staff.get_by_text("not in the library")).to_be_visible()
    assert_accessible(staff)
    assert seen.errors == []
    assert seen.outside == []


def _reloaded(page: Page, wanted):  # type: ignore[no-untyped-def]
    """The page is made anew until its texts were cited, which tasks do after the import."""
    for _ in range(60):
        if wanted.count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    return wanted
