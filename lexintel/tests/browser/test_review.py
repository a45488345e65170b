"""A review table in a browser: made of selected documents, seen being filled, a cell corrected and kept, exported, a page opened."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from lexintel.tests.browser.conftest import Seen, Site
from lexintel.tests.browser.test_papers import assert_accessible, picture
from lexintel.tests.browser.test_uploading import READY_MS, drop

LEASE = (
    "Schedule {n} of the rent.\n\nThe lease of the crane ends on {n} May 2024. Rent is payable in advance.\n\n"
    "Ms. Okonkwo signed the lease for the harbour."
)


def _with_leases(page: Page, site: Site, folder: Path) -> None:
    files = [folder / f"Lease {n}.txt" for n in (3, 4, 5)]
    for n, file in zip((3, 4, 5), files, strict=True):
        file.write_text(LEASE.format(n=n))
    page.goto(f"/cases/{site.case}/documents/")
    drop(page, *files)
    expect(page.locator("tr[data-state=ready]")).to_have_count(3, timeout=READY_MS)


def test_a_review_table_of_selected_documents(visit: Callable[..., Page], site: Site, seen: Seen, tmp_path: Path) -> None:
    page = visit("owner")
    _with_leases(page, site, tmp_path)
    page.get_by_label("Select all on this page").check()
    page.get_by_role("region", name="Selected documents").get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Review table", exact=True).click()
    page.get_by_label("Title", exact=True).fill("Leases of the harbour")
    page.get_by_label("Questions, one on each line").fill(
        "When does the lease of the crane end?\nWho signed the lease for the harbour?\nWho sold the ship?"
    )
    page.get_by_role("button", name="Make the table").click()
    page.wait_for_url("**/review/**")
    expect(page.locator("td[data-state=found]")).to_have_count(6, timeout=READY_MS)
    expect(page.get_by_text("3 documents, 6 of 9 cells found, 3 with nothing")).to_be_visible()
    assert_accessible(page)
    picture(page, "review-filled")
    row = page.get_by_role("row", name=re.compile("Lease 4"))
    cell = row.locator("td").first
    expect(cell).to_contain_text("4 May 2024")
    cell.focus()
    page.keyboard.press("ArrowRight")
    expect(row.locator("td").nth(1)).to_be_focused()
    expect(page.get_by_role("tooltip")).to_contain_text("Okonkwo signed the lease for the harbour")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.get_by_label("What should stand in this cell").fill("4 June 2024, as prolonged")
    picture(page, "review-editing")
    page.keyboard.press("Enter")
    expect(cell).to_contain_text("4 June 2024, as prolonged")
    expect(cell).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_label("What should stand in this cell")).to_have_count(0)
    row.locator("td").nth(2).click()
    page.keyboard.press("Enter")
    expect(page.get_by_label("What should stand in this cell")).to_have_count(0)
    expect(page.locator("td[data-corrected]")).to_have_count(1)  # one that was left as it was is not corrected
    page.reload()
    expect(cell).to_contain_text("4 June 2024, as prolonged")
    expect(cell).to_contain_text("owner")
    page.get_by_role("button", name="Question", exact=True).click()
    page.keyboard.type("When is rent payable?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="When is rent payable?")).to_be_visible()
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Excel, with links").click()
    assert downloading.value.suggested_filename == "Leases of the harbour.xlsx"
    book = zipfile.ZipFile(Path(downloading.value.path()))
    assert "4 June 2024, as prolonged" in book.read("xl/sharedStrings.xml").decode()
    cell.get_by_role("link", name="Page 1, opened at the quoted words").click()
    page.wait_for_url(re.compile(r"/documents/.*\?page=1&chunk=\d+&at=\d+&to=\d+"))
    expect(page.get_by_role("heading", name="Lease 4")).to_be_visible()
    assert seen.errors == []
    assert seen.outside == []
    reader = visit("viewer", width=390, theme="dark")
    reader.goto(f"/cases/{site.case}/review/")
    assert_accessible(reader)
    picture(reader, "review-narrow-list")
    reader.get_by_role("link", name="Leases of the harbour").click()
    expect(reader.locator("td[data-corrected]")).to_contain_text("as prolonged")
    expect(reader.get_by_role("button", name="Question")).to_have_count(0)
    assert reader.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert_accessible(reader)
    picture(reader, "review-narrow")
