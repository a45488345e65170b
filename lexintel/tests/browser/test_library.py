"""The law library in a browser: an administrator imports, everybody browses and reads."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lexintel.tests.browser.conftest import Seen, faults

SOON_MS = 120_000


@pytest.fixture
def rulings(tmp_path: Path) -> Path:
    """Three rulings of two courts, and a line that is none."""
    records = [
        {"name": "Harbour v. Crane Co.", "source_id": "h1", "court_id": "ca8", "date": "2011-03-02", "citations": ["940 F.3d 1"],
         "opinions": [{"kind": "lead", "author": "Lynch", "text": "The crane was unsafe, and the judgment is affirmed."},
                      {"kind": "dissent", "author": "Lipez", "text": "I would reverse."}]},
        {"name": "In re Lighthouse", "source_id": "h2", "court_id": "ca8", "date": "2010", "citations": ["900 F.3d 2"], "text": "Vacated."},
        {"name": "Doe v. Roe", "source_id": "h3", "court_id": "scotus", "date": "1888-01-09", "citations": ["125 U.S. 900"],
         "text": "Reversed."},
    ]  # fmt: skip
    path = tmp_path / "rulings.jsonl"
    path.write_text("\n".join([*map(json.dumps, records), "no record"]) + "\n")
    return path


def assert_accessible(page: Page) -> None:
    assert faults(page) == []


def test_staff_import_and_everybody_browses_and_reads(visit: Callable[..., Page], seen: Seen, rulings: Path) -> None:
    reader = visit("newcomer")
    reader.get_by_role("link", name="Library", exact=True).click()
    expect(reader.get_by_role("heading", name="Library", exact=True)).to_be_visible()
    expect(reader.get_by_role("link", name="Harbour v. Crane Co.")).to_have_count(0)
    expect(reader.get_by_role("link", name="Imports")).to_have_count(0)
    assert_accessible(reader)

    staff = visit("operator")
    staff.goto("/library/imports/")
    staff.locator("#import-file").set_input_files(rulings)
    with staff.expect_navigation(url="**/library/imports/*/"):  # the list of imports has some that are finished
        staff.get_by_role("button", name="Import").click()
    expect(staff.get_by_text("Finished")).to_be_visible(timeout=SOON_MS)
    expect(staff.get_by_role("row", name=re.compile("line 4"))).to_contain_text("This is no JSON")
    assert_accessible(staff)

    reader.reload()
    reader.get_by_role("link", name=re.compile("^Court of Appeals for the Eighth Circuit")).click()
    expect(reader.get_by_role("status").filter(has_text="2 rulings")).to_be_visible()
    assert_accessible(reader)
    reader.get_by_role("link", name="Harbour v. Crane Co.").click()
    expect(reader.get_by_role("heading", name="Harbour v. Crane Co. (2011)")).to_be_visible()
    expect(reader.get_by_label("About the ruling")).to_contain_text("940 F.3d 1")
    expect(reader.get_by_role("region", name="The text")).to_contain_text("The crane was unsafe")
    assert_accessible(reader)
    reader.get_by_role("link", name="Dissent (Lipez)").click()
    expect(reader.get_by_role("region", name="The text")).to_contain_text("I would reverse.")
    reader.get_by_role("link", name="Library", exact=True).first.click()
    reader.get_by_role("searchbox", name="Name, citation").fill("125 us 900")
    reader.keyboard.press("Enter")
    expect(reader.get_by_role("link", name="Doe v. Roe")).to_be_visible()
    assert seen.errors == []
    assert seen.outside == []


def test_the_library_works_on_a_narrow_dark_screen(visit: Callable[..., Page], seen: Seen) -> None:
    page = visit("newcomer", width=390, theme="dark")
    for address in ("/library/", "/library/statutes/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert_accessible(page)
    assert seen.errors == []
