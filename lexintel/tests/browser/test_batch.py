"""Files dropped together are one piece of work: one bar, paused, reloaded, resumed, and its failures tried again."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from playwright.sync_api import Locator, Page, expect

from lexintel.tests.browser.conftest import Seen, Site, faults
from lexintel.tests.browser.test_uploading import READY_MS, drop, row


def batch_of(page: Page, title: str) -> Locator:
    return page.locator("[data-batch]", has_text=title)


def test_a_batch_is_paused_survives_a_reload_and_is_resumed(
    visit: Callable[..., Page], site: Site, seen: Seen, paper: Callable[..., Path]
) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/")
    batch = batch_of(page, "box-0.txt and 5 more files")
    bar = batch.get_by_role("progressbar", name="box-0.txt and 5 more files")
    with site.held():
        drop(page, *(paper(f"box-{number}.txt", 200) for number in range(6)))
        expect(batch).to_be_visible(timeout=60_000)
        expect(bar).to_have_attribute("aria-valuetext", re.compile("of 6"))
        expect(page.get_by_role("region", name="Uploads")).not_to_contain_text("Waiting to be sent", timeout=60_000)
        batch.get_by_role("button", name="Pause").click()
        expect(batch.get_by_role("button", name="Resume")).to_be_visible()
    expect(batch.locator(".progress-text")).to_contain_text("paused by owner")
    expect(page.locator("tbody [data-state=running]").first).to_be_visible()
    page.reload()
    expect(batch.locator(".progress-text")).to_contain_text("paused by owner")
    tray = page.get_by_role("region", name="Uploads")
    tray.get_by_role("button", name="Show or hide the files").click()
    expect(tray.locator(".tray-group")).to_contain_text("paused by owner", timeout=READY_MS)
    _accessible(page)
    reader = visit("viewer", width=390, theme="dark")
    reader.goto(f"/cases/{site.case}/")
    expect(batch_of(reader, "box-0.txt")).to_contain_text("paused by owner")
    expect(batch_of(reader, "box-0.txt").get_by_role("button")).to_have_count(0)
    _accessible(reader)
    tray.get_by_role("button", name="Resume: all files of box-0.txt and 5 more files").click()
    expect(batch.get_by_role("button", name="Pause")).to_be_visible()
    for number in range(6):
        expect(row(page, f"box-{number}")).to_contain_text("Ready", timeout=READY_MS)
    expect(batch).to_have_count(0, timeout=READY_MS)
    assert (seen.errors, seen.outside) == ([], [])


def test_failures_of_a_batch_are_tried_again_together_and_selected_documents_are_read_anew_as_one(
    visit: Callable[..., Page], site: Site, seen: Seen, paper: Callable[..., Path], tmp_path: Path
) -> None:
    page = visit("owner")
    page.goto(f"/cases/{site.case}/documents/?q=parcel")
    broken = tmp_path / "parcel-broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nthis parcel is not one")
    drop(page, broken, paper("parcel-1.txt", 5), paper("parcel-2.txt", 5))
    batch = batch_of(page, "parcel-broken.pdf and 2 more files")
    expect(batch).to_contain_text("3 of 3, 1 failed", timeout=READY_MS)
    expect(batch.get_by_role("button", name="Cancel")).to_have_count(0)
    expect(batch.get_by_role("button", name="Try failed again")).to_have_count(0)  # it would fail the same way
    with psycopg.connect(site.environment["DATABASE_URL"]) as connection:
        connection.execute("UPDATE tasks_taskrecord SET error_code = 'connection' WHERE status = 'failed' AND error_code = 'unreadable'")
    page.reload()
    batch.get_by_role("button", name="Try failed again").click()
    expect(page.locator("#toasts")).to_contain_text("What failed is tried again.")
    _failed_anew(site)  # the batch says "3 of 3, 1 failed" before that, too
    expect(batch).to_contain_text("3 of 3, 1 failed", timeout=READY_MS)
    page.locator("[data-select-all]").click()
    bar = page.get_by_role("region", name="Selected documents")
    bar.get_by_text("More", exact=True).click()
    bar.get_by_role("button", name="Read anew").click()
    expect(page.locator("#toasts")).to_contain_text("3 documents are read anew.")
    expect(batch_of(page, "Reading 3 documents anew")).to_contain_text("3 of 3, 1 failed", timeout=READY_MS)
    assert (seen.errors, seen.outside) == ([], [])


def _failed_anew(site: Site) -> None:
    deadline = time.monotonic() + READY_MS / 1000
    with psycopg.connect(site.environment["DATABASE_URL"], autocommit=True) as connection:
        failed = "SELECT count(*) FROM tasks_taskrecord WHERE status = 'failed' AND error_code = 'unreadable'"
        while connection.execute(failed).fetchone() != (1,):
            assert time.monotonic() < deadline
            time.sleep(0.2)


def _accessible(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
