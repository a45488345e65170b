"""A watched folder, set up and seen on the page: what it brought, what it refused and why."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lexintel.tests.browser.conftest import Seen, Site
from lexintel.tests.browser.test_uploading import READY_MS


@pytest.fixture
def watched(site: Site, tmp_path: Path) -> Iterator[Path]:
    """A folder that the administrator allows, for as long as the test."""
    site.stop()
    site.environment |= {"WATCH_ROOTS": str(tmp_path), "REFUSED_TYPES": ".exe"}
    site.start()
    yield tmp_path
    site.stop()
    for name in ("WATCH_ROOTS", "REFUSED_TYPES"):
        site.environment.pop(name)
    site.start()


def test_an_owner_sets_a_folder_up_and_sees_what_came_and_what_did_not(
    visit: Callable[..., Page], site: Site, seen: Seen, watched: Path
) -> None:
    for name in ("Scans/lease.txt", "Scans/setup.exe"):
        path = watched / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"What {name} says.")
        os.utime(path, (time.time() - 600, time.time() - 600))
    page = visit("owner")
    page.goto(f"/cases/{site.case}/sources/")
    expect(page.get_by_role("heading", name="Documents can come by themselves")).to_be_visible()
    page.get_by_role("link", name="Add Watched folder").click()
    page.get_by_label("Folder on the server").fill("/etc")
    page.get_by_role("button", name="Add the source").click()
    expect(page.get_by_role("alert")).to_contain_text("must lie below")
    page.get_by_label("Folder on the server").fill(str(watched))
    page.get_by_role("button", name="Add the source").click()
    items = page.get_by_role("region", name="What it held")
    expect(items).to_contain_text("Scans/lease.txt", timeout=READY_MS)
    expect(items).to_contain_text("Files of this kind (.exe) are not taken", timeout=READY_MS)
    expect(page.get_by_text("last looked")).to_be_visible(timeout=READY_MS)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused")).to_be_visible()
    assert [error for error in seen.errors if "422" not in error] == []
    reader = visit("viewer", width=390, theme="dark")
    reader.goto(f"/cases/{site.case}/sources/")
    expect(reader.get_by_role("link", name=str(watched))).to_be_visible()
    assert reader.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    folder = os.environ.get("PICTURES")
    if folder:
        reader.screenshot(path=f"{folder}/sources-390-dark.png", full_page=True)
        page.screenshot(path=f"{folder}/source-1400.png", full_page=True)
        page.goto(f"/cases/{site.case}/sources/")
        page.screenshot(path=f"{folder}/sources-1400.png", full_page=True)
        page.goto(f"/cases/{site.case}/sources/new/folder/")
        page.screenshot(path=f"{folder}/form-1400.png", full_page=True)
    reader.get_by_role("link", name=str(watched)).click()
    expect(reader.get_by_role("button", name="Look now")).to_have_count(0)
