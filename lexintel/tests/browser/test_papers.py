"""A table of authorities in a browser: asked for with an uploaded draft, seen being made, read, downloaded, made again."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from pathlib import Path

import docx
from playwright.sync_api import Page, expect

from documents.tests import made_up_brief
from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.test_uploading import READY_MS


def assert_accessible(page: Page) -> None:
    assert faults(page) == []


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_table_of_authorities_is_made_of_a_draft_and_downloaded(
    visit: Callable[..., Page], site: Site, seen: Seen, tmp_path: Path
) -> None:
    draft = tmp_path / "Opposition brief.pdf"
    draft.write_bytes(made_up_brief.brief())
    page = visit("owner")
    page.goto(f"/cases/{site.case}/")
    page.get_by_role("navigation", name="Case").get_by_role("link", name="Papers").click()
    expect(page.get_by_role("heading", name="No papers yet")).to_be_visible()
    assert_accessible(page)
    picture(page, "papers-none")
    page.get_by_role("link", name="Make Table of authorities").click()
    page.get_by_role("button", name="Make the paper").click()
    expect(page.get_by_role("alert")).to_contain_text("Say of which document")
    page.get_by_label("Draft", exact=True).set_input_files(draft)
    assert_accessible(page)
    picture(page, "papers-new")
    page.get_by_role("button", name="Make the paper").click()
    said = page.get_by_role("article", name="What it says")
    expect(said).to_contain_text("Halloran v. Drydock Corp., 512 F.3d 101 (1st Cir. 2008)", timeout=READY_MS)
    expect(said.get_by_role("row", name=re.compile("Quill v. Tide Co."))).to_contain_text("not found in the text")
    assert_accessible(page)
    picture(page, "papers-one")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download").click()
    word = docx.Document(io.BytesIO(Path(downloading.value.path()).read_bytes()))
    assert [one.text for one in word.paragraphs if one.style.name == "Authority"][2].endswith("311 U.S. 40, 61 S. Ct. 102 (1940)\t2, 4")
    page.get_by_role("button", name="Make again").click()
    expect(page.get_by_role("link", name="compare the two")).to_be_visible(timeout=READY_MS)
    assert [error for error in seen.errors if "422" not in error] == []
    assert seen.outside == []
    reader = visit("viewer", width=390, theme="dark")
    for address in (page.url, f"{site.url}/cases/{site.case}/papers/"):
        reader.goto(address)
        expect(reader.get_by_role("button", name="Make again")).to_have_count(0)
        assert reader.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert_accessible(reader)
        picture(reader, f"papers-narrow-{'list' if address.endswith('papers/') else 'one'}")
