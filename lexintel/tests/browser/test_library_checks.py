"""Checking a draft, and the authorities of a case, in a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from lexintel.tests.browser.conftest import Seen, Site
from lexintel.tests.browser.test_library import assert_accessible

SOON_MS = 120_000
RULING = {
    "name": "Quay v. Barge Co.", "source_id": "q1", "court_id": "scotus", "date": "2011-03-02", "citations": ["563 U.S. 901"],
    "text": "Quay v. Barge Co.\n\nThe owner of a barge shall not moor at a private quay without leave. The judgment is affirmed.",
}  # fmt: skip
DRAFT = (
    "“The owner of a barge shall not moor at a private quay without leave.” Quay v. Barge Co., 563 U.S. 901 (2011).\n\n"
    "“The owner of a barge shall moor at a private quay without leave.” Quay v. Barge Co., 563 U.S. 901 (2011).\n\n"
    "See Fog v. Horn, 563 U.S. 901 (2011). See 7 Foo. Rep. 12 (2001)."
)


def test_a_draft_is_checked_and_the_authorities_of_a_case_lead_to_their_passages(
    site: Site, visit: Callable[..., Page], seen: Seen, tmp_path: Path
) -> None:
    (tmp_path / "quay.jsonl").write_text(json.dumps(RULING) + "\n")
    staff = visit("operator")
    staff.goto("/library/imports/")
    staff.locator("#import-file").set_input_files(tmp_path / "quay.jsonl")
    with staff.expect_navigation(url="**/library/imports/*/"):  # the list of imports has some that are finished
        staff.get_by_role("button", name="Import").click()
    expect(staff.get_by_text("Finished")).to_be_visible(timeout=SOON_MS)

    page = visit("owner")
    page.goto("/library/check/")
    assert_accessible(page)
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("alert")).to_contain_text("There is no text to check")
    page.get_by_label("Text").fill(DRAFT)
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("status").filter(has_text="4 citations")).to_be_visible()
    look = page.get_by_role("region", name=re.compile("^To look at first"))
    expect(look.locator("del")).to_contain_text("not")
    expect(look).to_contain_text("563 U.S. 901 is another case in this library: Quay v. Barge Co. The text names Fog v. Horn.")
    expect(page.get_by_role("region", name=re.compile("^Nothing to remark"))).to_contain_text("exact")
    expect(page.get_by_role("region", name=re.compile("^Not understood"))).to_contain_text("7 Foo. Rep. 12")
    assert_accessible(page)
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.set_viewport_size({"width": 1400, "height": 900})
    page.goto(f"/cases/{site.case}/authorities/")
    expect(page.get_by_role("navigation", name="Case").get_by_role("link", name="Authorities")).to_be_visible()
    (tmp_path / "barge memo.txt").write_text(DRAFT)
    page.goto(f"/cases/{site.case}/documents/")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Add files").click()
    chooser.value.set_files(tmp_path / "barge memo.txt")
    row = page.get_by_role("row", name=re.compile("barge memo"))
    expect(row).to_contain_text("Ready", timeout=SOON_MS)
    page.get_by_role("navigation", name="Case").get_by_role("link", name="Authorities").click()
    page.get_by_role("row", name=re.compile("Quay v. Barge Co.")).get_by_role("link", name="3 places").click()
    expect(page.get_by_role("listitem").filter(has_text="page 1")).to_have_count(3)
    assert_accessible(page)
    page.goto(f"/cases/{site.case}/authorities/findings/")
    finding = page.get_by_text("563 U.S. 901 is another case in this library")
    for _ in range(30):  # where many documents wait, a task checks them, and the page asks to be loaded again
        if finding.count() or not page.get_by_text("being checked").count():
            break
        page.wait_for_timeout(1_000)
        page.reload()
    expect(finding).to_be_visible()
    expect(page.locator("del").first).to_contain_text("not")
    assert_accessible(page)
    assert [error for error in seen.errors if "422" not in error] == []  # the empty form was refused, which the browser logs
    assert not seen.outside
