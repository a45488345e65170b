"""Many documents in the list: select, shift-select, all of a filter; tag, delete, undo, download."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.test_uploading import READY_MS, drop, row

FILES = 4


MANY = """
import django; django.setup()
from documents.models import Document
papers = (Document(case_id="{case}", title=f"Ledger {{n}}", name=f"ledger {{n}}.txt", status="ready") for n in range(130))
Document.objects.bulk_create(papers)
"""


@pytest.fixture
def many_papers(site: Site) -> str:
    """130 documents whose names have this word in them."""
    environment = {**site.environment, "DJANGO_SETTINGS_MODULE": "lexintel.settings"}
    subprocess.run([sys.executable, "-c", MANY.format(case=site.case)], cwd=settings.BASE_DIR, env=environment, check=True)
    return "ledger"


def bar_of(page: Page) -> Locator:
    return page.get_by_role("region", name="Selected documents")


def test_bulk(visit: Callable[..., Page], site: Site, seen: Seen, paper: Callable[..., Path], tmp_path: Path) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/?q=bundle")
    drop(page, *(paper(f"bundle-{number}.txt", 3) for number in range(FILES)))
    for number in range(FILES):
        expect(row(page, f"bundle-{number}")).to_contain_text("Ready", timeout=READY_MS)
    boxes, bar = page.locator("[data-select]"), bar_of(page)
    boxes.nth(0).click()
    boxes.nth(1).click(modifiers=["Shift"])
    expect(bar).to_contain_text(f"2 of {FILES} selected")
    bar.get_by_role("button", name="Tag", exact=True).click()
    page.get_by_role("dialog").get_by_label("Tags, separated by commas").fill("Hot, For trial")
    page.get_by_role("dialog").get_by_role("button", name="Tag").click()
    expect(page.locator("tbody a.tag", has_text="Hot")).to_have_count(2)
    page.locator("tbody a.tag", has_text="Hot").first.click()
    expect(page).to_have_url(re.compile("tag=Hot"))
    expect(page.locator("tbody tr")).to_have_count(2)

    page.get_by_role("button", name="Save this filter").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Hot ones")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Hot ones")).to_have_attribute("aria-current", "true")
    page.goto(f"/cases/{site.case}/documents/")
    page.get_by_role("link", name="Hot ones").click()
    expect(page.locator("tbody tr")).to_have_count(2)

    page.locator("[data-select-all]").click()
    bar.get_by_role("button", name="Download").click()
    expect(page.get_by_role("dialog")).to_contain_text("2 documents")
    page.get_by_role("dialog").get_by_role("button", name="Make the ZIP").click()
    with page.expect_download(timeout=READY_MS) as download:
        page.get_by_role("region", name="Work on many documents").get_by_role("link", name="Download").click(timeout=READY_MS)
    download.value.save_as(tmp_path / "fetched.zip")
    with zipfile.ZipFile(tmp_path / "fetched.zip") as archive:
        assert archive.testzip() is None
        assert {"manifest.csv", "manifest.json"} < set(archive.namelist())
        assert len(archive.namelist()) == 4

    page.locator("[data-select-all]").click()
    bar.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator("tbody")).to_contain_text("No document fits", timeout=READY_MS)
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.locator("tbody tr", has_text="Ready")).to_have_count(2, timeout=READY_MS)
    assert seen.errors == []


def test_all_of_a_filter_that_is_longer_than_a_page(visit: Callable[..., Page], site: Site, seen: Seen, many_papers: str) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/?q={many_papers}")
    page.locator("[data-select-all]").click()
    expect(page.locator("[data-whole]")).to_contain_text("All 100 on this page are selected.")
    page.get_by_role("button", name="Select all 130 of this filter").click()
    bar = bar_of(page)
    expect(bar).to_contain_text("130 selected")
    bar.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator("tbody")).to_contain_text("No document fits", timeout=READY_MS)
    assert seen.errors == []


def test_keys_select_row_after_row(visit: Callable[..., Page], site: Site, paper: Callable[..., Path]) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/?q=keyed")
    drop(page, *(paper(f"keyed-{number}.txt", 3) for number in range(3)))
    for number in range(3):
        expect(row(page, f"keyed-{number}")).to_contain_text("Ready", timeout=READY_MS)
    page.keyboard.press("j")
    page.keyboard.press("Shift+J")
    expect(bar_of(page)).to_contain_text("2 of 3 selected")
    page.keyboard.press("Shift+J")
    expect(bar_of(page)).to_contain_text("3 of 3 selected")
    page.keyboard.press("x")
    expect(bar_of(page)).to_contain_text("2 of 3 selected")
    page.keyboard.press("Escape")
    expect(bar_of(page)).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_bar_fits_on_a_phone(visit: Callable[..., Page], site: Site, theme: str, paper: Callable[..., Path]) -> None:
    page = visit("owner", width=390, theme=theme)
    page.goto(f"/cases/{site.case}/documents/?q=pocket")
    drop(page, paper(f"pocket-{theme}.txt", 3))
    expect(row(page, f"pocket-{theme}")).to_contain_text("Ready", timeout=READY_MS)
    page.locator("[data-select]").first.click()
    bar_of(page).get_by_text("More", exact=True).click()
    expect(bar_of(page).get_by_role("button", name="Move to another case")).to_be_in_viewport()
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Escape")
    expect(bar_of(page)).to_be_visible()
